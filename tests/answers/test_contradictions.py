"""Questions that cannot be meant as they are asked are refused with what can; those that only look odd are answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from payt_sandbox import World, build_world
from tests.support.assistant import MAIN, SECOND, Assistant, assistant, frozen, payt

pytestmark = pytest.mark.slow

NIGHT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
"""The 20th in London, and the 21st in Amsterdam."""


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only."""
    return frozen(build_world(invoices=160, debtors=14, seed=5, today=NIGHT.date()), NIGHT)


@pytest.fixture(scope="module")
async def who(world: World) -> AsyncIterator[Assistant]:
    with payt(world) as handle:
        async with assistant(handle) as asked:
            yield asked


@pytest.mark.parametrize(
    ("tool", "began", "contradicts"),
    [
        ("search_invoices", {"status": "overdue", "limit": 3}, {"status": "open"}),
        ("find_debtors", {"sort": "name", "limit": 3}, {"sort": "overdue"}),
        ("summarize_overdue", {"min_days": 30, "top": 2}, {"min_days": 1}),
        ("list_payment_plans", {"status": "all", "limit": 1}, {"status": "active"}),
    ],
)
async def test_a_cursor_is_refused_with_a_usual_value_that_its_listing_did_not_begin_with(
    who: Assistant, tool: str, began: dict[str, Any], contradicts: dict[str, Any]
) -> None:
    cursor = (await who.ask(tool, **began))["next_cursor"]
    assert "another query" in await who.refused(tool, cursor=cursor, **contradicts)
    size = {name: began[name] for name in ("limit", "top") if name in began}
    usual = (await who.ask(tool, **size))["next_cursor"]
    await who.ask(tool, cursor=usual, **contradicts)


async def test_a_cursor_is_taken_with_the_same_companies_however_they_are_named(who: Assistant) -> None:
    unnamed = (await who.ask("summarize_overdue", administration_id=None, top=2))["next_cursor"]
    named = (await who.ask("search_invoices", administration_id=f"{MAIN},{SECOND}", limit=2))["next_cursor"]
    pages = [await who.ask("summarize_overdue", cursor=unnamed, administration_id=one)
             for one in ("all", f"{MAIN},{SECOND}", f"{SECOND}, {MAIN}")]  # fmt: skip
    assert pages[0]["debtors"] == pages[1]["debtors"] == pages[2]["debtors"]
    await who.ask("search_invoices", cursor=named, administration_id=f"{SECOND},{MAIN}")
    assert "another query" in await who.refused("search_invoices", cursor=named, administration_id=SECOND)


async def test_a_phase_says_which_invoices_are_meant_and_one_that_none_can_have_is_refused(who: Assistant) -> None:
    paid = await who.ask("search_invoices", phase=["paid"], limit=100)
    assert paid["total"] == (await who.ask("search_invoices", status="paid"))["total"] > 0
    both = await who.ask("search_invoices", phase=["paid", "not due"])
    early = await who.ask("search_invoices", phase=["not_due"])
    assert both["total"] == paid["total"] + early["total"]
    for status, phase in (("open", "paid"), ("overdue", "not_due"), ("overdue", "paid"), ("paid", "reminder_1")):
        said = await who.refused("search_invoices", status=status, phase=[phase])
        assert f"no {status} invoice is in it; status=all looks" in said
    await who.ask("search_invoices", status="overdue", phase=["not_due", "reminder_1"])
    assert "something still open" in await who.refused("search_invoices", status="paid", partly_paid=True)
    for phase in ("paid", "not due"):
        assert "search_invoices has" in await who.refused("summarize_overdue", phase=[phase, "reminder_1"])


async def test_a_currency_that_nothing_is_in_is_told_with_those_there_are(who: Assistant) -> None:
    nothing = await who.ask("summarize_overdue", currency="nok")
    (note,) = [note for note in nothing["notes"] if "NOK" in note]
    assert note.startswith("No open item is in NOK: there are ")
    assert "EUR" in note
    assert not any("No open item" in note for note in (await who.ask("summarize_overdue", currency="EUR"))["notes"])


async def test_a_part_of_what_is_overdue_is_not_told_as_all_of_it(world: World, who: Assistant) -> None:
    manager = next(row["relation_manager"] for row in world.rows(MAIN, "debtors", ["relation_manager"]))
    part = await who.ask("summarize_overdue", currency="eur", phase=["reminder 1", "bailiff"], relation_manager=manager)
    assert f" overdue (only in EUR, reminder 1 or bailiff, debtors of {manager}) on " in part["summary"]
    assert "only" not in (await who.ask("summarize_overdue", min_days=31))["summary"]


async def test_a_number_is_missing_where_no_company_has_it(world: World, who: Assistant) -> None:
    rows = [row for row in world.rows(MAIN, "invoices") if row["open_amount"] != "0.00" and row["invoice_number"]]
    number = next(row["invoice_number"] for row in rows if "," not in row["invoice_number"])
    both = await who.ask("search_invoices", administration_id="all", invoices=[number, "NEVER-1"], status="all")
    assert [note for note in both["notes"] if "Not found" in note] == ["Not found: NEVER-1."]
    other = next(code for code in ("NOK", "SEK") if all(row["currency_code"] != code for row in rows))
    said = (await who.ask("search_invoices", invoices=[number], currency=other))["notes"]
    assert f"None that fits all of what is asked: {number}; status=all looks among the others too." in said


async def test_days_overdue_of_several_companies_are_those_where_each_is(world: World, who: Assistant) -> None:
    """An invoice of the British company due today there is not overdue by a day because it is tomorrow elsewhere."""
    due = NIGHT.date().isoformat()
    here = int(world.add_debtor(SECOND, debtor_number="9901", name="Due Ltd"))
    there = int(world.add_debtor(MAIN, debtor_number="9901", name="Due B.V."))
    for days, company, debtor in ((0, SECOND, here), (2, SECOND, here), (1, MAIN, there), (0, MAIN, there)):
        world.add_invoice(
            company, debtor_id=debtor, invoice_number=f"D{days}-{company}", description="zoned", total_amount="5.00",
            due_date=(NIGHT.date() - dt.timedelta(days=days)).isoformat(),
        )  # fmt: skip
    for sort in ("days_overdue", "-days_overdue"):
        answer = await who.ask("search_invoices", administration_id="all", query="zoned", sort=sort)
        days_ = [row.get("days_overdue") for row in answer["invoices"]]
        assert days_ == [*sorted([1, 2, 2], reverse=sort.startswith("-")), None], (sort, due)


async def test_a_contact_is_not_found_by_what_is_no_name_address_or_number(who: Assistant, world: World) -> None:
    """Nor by the year of its last change, its gender, or the letters of its country."""
    world.add_contact(
        MAIN, contact_identifier="c-9", firstname="Jo", lastname="Rust", gender="female", postal_address_city="Assen",
        postal_address_country_code="NL", default_email_address="jo@rust.example",
    )  # fmt: skip
    rows = world.rows(MAIN, "contacts")
    (contact,) = [row for row in rows if row["contact_identifier"] == "c-9"]
    for text in (contact["updated_at"][:10], "female"):
        found = await who.all("list_contacts", "contacts", query=text, limit=100)
        assert "c-9" not in [row["contact_identifier"] for row in found], text
    for text in ("rust", "assen", "jo@rust", "c-9"):
        found = await who.all("list_contacts", "contacts", query=text, limit=100)
        assert "c-9" in [row["contact_identifier"] for row in found], text


@pytest.mark.parametrize("whose", [MAIN, "all"])
@pytest.mark.parametrize("group_by", ["debtor", "month", "phase", "label"])
async def test_groups_are_sorted_by_how_many_invoices_they_have(who: Assistant, whose: str, group_by: str) -> None:
    asked = {"administration_id": whose, "group_by": group_by, "limit": 100, "status": "all"}
    most = await who.ask("search_invoices", sort="-invoices", **asked)
    fewest = await who.ask("search_invoices", sort="invoices", **asked)
    counts = [row["invoices"] for row in most["groups"]]
    assert len(set(counts)) > 1
    assert counts == sorted(counts, reverse=True)
    assert [row["invoices"] for row in fewest["groups"]] == counts[::-1]
    assert "most invoices first:" in most["summary"]
    assert "ranked together" not in most["summary"], "numbers of invoices compare, whatever the currency"
    if whose == MAIN:
        for count in set(counts):
            open_ = [Decimal(row["open"]) for row in most["groups"] if row["invoices"] == count]
            assert open_ == sorted(open_, reverse=True)


async def test_single_invoices_are_not_sorted_by_their_number(who: Assistant) -> None:
    assert "only groups are" in await who.refused("search_invoices", sort="-invoices")
