"""A hundred right letters in each language; `python -m tests.letters` writes two thousand."""

from __future__ import annotations

import pytest

from tests.letters.accused import accused
from tests.letters.writing import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_right_letter_is_accused_of_nothing(language: str) -> None:
    found = [one for seed in range(100) for one in accused(language, seed)]
    assert not found, f"{found[0].said}\n{found[0].text}"
