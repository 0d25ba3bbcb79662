"""What the doctor says on a machine without a time zone database."""

from __future__ import annotations

import sys
import zoneinfo
from collections.abc import Iterator

import pytest

from tests.support.clinic import Opened

pytestmark = pytest.mark.slow


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    loaded = [name for name in sys.modules if name.startswith("tzdata.")]  # by another test of this process
    for name in ("tzdata", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def test_the_missing_database_is_said_once_with_its_remedy(no_database: None, clinic: Opened) -> None:
    found = clinic().doctor()
    assert "time zone database" in found["machine.timezones"]["message"]
    assert "tzdata" in found["machine.timezones"]["remedy"]
    assert "administrations.timezone" not in found.checks


def test_nothing_is_said_where_there_is_one(clinic: Opened) -> None:
    assert "machine.timezones" not in clinic().doctor().checks
