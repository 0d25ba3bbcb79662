"""Which day today is depends on a time zone database, and not every machine has one: then every answer says so."""

from __future__ import annotations

import datetime as dt
import sys
import zoneinfo
from collections.abc import Iterator
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.support.assistant import MAIN, assistant, frozen, payt

pytestmark = pytest.mark.slow

NIGHT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
"""The 20th in UTC, and the 21st in Amsterdam."""

DEPENDING: dict[str, dict[str, Any]] = {
    "summarize_overdue": {},
    "search_invoices": {"limit": 1},
    "get_invoice": {},
    "find_debtors": {"limit": 1},
    "get_debtor": {},
    "get_credit_case": {},
    "list_tasks": {},
    "list_payment_plans": {},
}


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only."""
    return frozen(build_world(invoices=120, seed=4, today=NIGHT.date()), NIGHT)


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Handle]:
    with payt(world) as handle:
        yield handle


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without one: nothing on the path, and no package."""
    loaded = [name for name in sys.modules if name.startswith("tzdata.")]  # by another test of this process
    for name in ("tzdata", *loaded):
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def _arguments(world: World, tool: str) -> dict[str, Any]:
    invoice = next(row for row in world.rows(MAIN, "invoices") if row["open_amount"] not in (None, "0.00"))
    case = next(iter(world.rows(MAIN, "credit_cases")))
    own = {
        "get_invoice": {"invoice": invoice["id"]},
        "get_debtor": {"debtor": invoice["debtor_number"]},
        "get_credit_case": {"credit_case": case["id"]},
    }
    return {**DEPENDING[tool], **own.get(tool, {})}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("tool", DEPENDING)
async def test_every_answer_that_depends_on_today_says_that_it_is_utc(
    no_database: None, world: World, served: Handle, tool: str, mode: str
) -> None:
    async with assistant(served, mode=mode) as user:
        failed, text, structured = await user.call(tool, **_arguments(world, tool))
    assert not failed, text
    (note,) = [note for note in structured["notes"] if "time zone database" in note]
    assert note in text
    assert "not in Europe/Amsterdam" in note
    assert "payt-mcp doctor" in note


@pytest.mark.parametrize("tool", DEPENDING)
async def test_nothing_is_said_where_the_day_is_known(world: World, served: Handle, tool: str) -> None:
    async with assistant(served) as user:
        structured = await user.ask(tool, **_arguments(world, tool))
    assert not [note for note in structured.get("notes", ()) if "time zone" in note]


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Mars/Olympus_Mons", "does not know the time zone 'Mars/Olympus_Mons'"), (None, "names no time zone")],
)
async def test_a_zone_that_is_none_is_said_to_be(zone: str | None, said: str) -> None:
    world = frozen(build_world(invoices=40, seed=4, today=NIGHT.date()), NIGHT)
    world.administrations[int(MAIN)]["timezone"] = zone
    with payt(world) as handle:
        async with assistant(handle) as user:
            notes = (await user.ask("summarize_overdue"))["notes"]
    assert [note for note in notes if said in note]
