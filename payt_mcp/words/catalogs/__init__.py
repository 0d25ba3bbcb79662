"""What our sentences are called in other languages: a file of gettext's a language, read when it is first spoken."""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from payt_mcp.words.languages import Language

if TYPE_CHECKING:
    from collections.abc import Callable

    from babel.messages.catalog import Catalog


def translated(template: str, language: Language, several: str = "", number: int = 1) -> str:
    """A template in a language, placeholders and all; in English, where nobody has translated it."""
    found = catalog(language).get(template) if language != "en" else None
    english = several if several and number != 1 else template
    if found is None or not found.string:
        return english
    if isinstance(found.string, str):
        return found.string
    forms = found.string
    return forms[min(_form(language)(number), len(forms) - 1)] or english


@cache
def catalog(language: Language) -> Catalog:
    from babel.messages.pofile import read_po  # noqa: PLC0415 - for the first that is not English

    with resources.files(__name__).joinpath(f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def _form(language: Language) -> Callable[[int], int]:
    """Which of the forms of a noun goes with a number."""
    form: Callable[[int], int] = gettext.c2py(catalog(language).plural_expr)
    return form
