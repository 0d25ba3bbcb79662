"""One debtor, invoice or case, contacts and correspondence: what is said against the raw rows."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.books import paid_invoices as invoice_search
from payt_mcp.words.text import clean, outside
from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, NOON, SECOND, assistant, frozen, payt

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only."""
    return frozen(build_world(invoices=500, seed=9, today=NOON.date()))


@pytest.fixture(scope="module")
def served(world: World) -> Iterator[Handle]:
    with payt(world, ids="integer", nulls="absent") as handle:
        yield handle


def _moment(row: dict[str, Any]) -> str:
    moment: str = row["sent_at"] or row["received_at"] or row["updated_at"]
    return moment


@pytest.mark.parametrize("administration_id", [MAIN, SECOND])
async def test_the_file_of_every_debtor_adds_up(world: World, served: Handle, administration_id: str) -> None:
    ledger = Ledger(world, administration_id)
    balances = {row["debtor_number"]: row for row in reckoning.debtor_balances(ledger)}
    messages = world.rows(administration_id, "messages")
    async with assistant(served, administration_id=administration_id, PAYT_FRESHNESS_SECONDS="60") as who:
        for key, debtor in list(ledger.debtors.items())[:12]:
            file = await who.ask("get_debtor", whole=True, debtor=debtor["debtor_number"])
            own = [row for row in ledger.invoices if row["debtor_id"] == key]
            said = {**file["debtor"]}
            expected = balances[debtor["debtor_number"]]
            assert {name: said.get(name) for name in expected} == expected
            credit = [row for row in own if reckoning.amount(row["open_amount"]) < 0 and row["book_open_amount"]]
            assert Decimal(said.get("credits", "0")) == reckoning.total(credit)
            assert min(20, len(own)) <= len(file.get("invoices", [])) <= min(26, len(own))
            assert {row["invoice_number"] for row in file.get("invoices", [])} <= {
                clean(row["invoice_number"], 60) for row in own
            }
            newest = sorted(
                (_moment(row) for row in messages if row["debtor_id"] == key),
                reverse=True,
            )
            at = (dt.datetime.fromisoformat(row["sent_at"]) for row in file.get("messages", []))
            shown = [moment.astimezone(dt.UTC).isoformat()[:19] for moment in at]
            assert shown[:3] == [moment[:19] for moment in newest[:3]]
            assert {row["email"] for row in file.get("addresses", [])} == {
                clean(value, 160)
                for name, value in debtor.items()
                if name.endswith("email_address") and not name.startswith("internal") and value
            }


async def test_an_invoice_is_found_by_number_identifier_and_id_and_tells_all_of_it(
    world: World, served: Handle
) -> None:
    ledger = Ledger(world, MAIN)
    rows = [row for row in ledger.every if row["active_credit_case_id"]][:3] + ledger.paid[:2]
    async with assistant(served) as who:
        for row in rows:
            for key in (row["invoice_number"], row["invoice_identifier"], row["id"]):
                answer = await who.ask("get_invoice", invoice=key)
                said = answer["invoice"]
                assert said["open_amount"] == row["open_amount"]
                assert said["total_amount"] == row["total_amount"]
                assert said["debtor"] == ledger.name(row)
                assert {step["step"] for step in answer["timeline"]} >= {
                    f"reminder_{number}" for number in range(1, 5) if row[f"reminder_{number}_at"]
                }
                moments = [step["at"] for step in answer["timeline"]]
                assert moments == sorted(moments)


async def test_a_case_is_found_by_both_numbers_and_id_and_lists_its_invoices(world: World, served: Handle) -> None:
    ledger = Ledger(world, MAIN)
    async with assistant(served) as who:
        for case in world.rows(MAIN, "credit_cases")[:5]:
            for key in (case["case_number"], case["credit_case_number"], case["id"]):
                answer = await who.ask("get_credit_case", credit_case=key)
                assert answer["credit_case"]["open_amount"] == case["open_amount"]
                assert answer["debtor"]["name"] == outside(ledger.debtors[case["debtor_id"]]["name"], 60)
                expected = {row["invoice_number"] for row in ledger.every if row["active_credit_case_id"] == case["id"]}
                assert {row["invoice_number"] for row in answer.get("invoices", [])} == expected


async def test_messages_are_listed_newest_first_and_each_once(world: World, served: Handle) -> None:
    messages = world.rows(MAIN, "messages")
    ledger = Ledger(world, MAIN)
    owners = sorted({row["debtor_id"] for row in messages if row["debtor_id"]})[:4]
    async with assistant(served, PAYT_FRESHNESS_SECONDS="60") as who:
        for key in owners:
            own = [row for row in messages if row["debtor_id"] == key]
            own.sort(key=lambda row: (_moment(row), int(row["id"])), reverse=True)
            number = ledger.debtors[key]["debtor_number"]
            rows = await who.all("list_messages", "messages", debtor=number, limit=2)
            assert [row["message_id"] for row in rows] == [row["id"] for row in own]
        recent = await who.all("list_messages", "messages")
    since = NOON.replace(month=10, day=7).isoformat()[:19]
    expected = [row for row in messages if _moment(row)[:19] >= since]
    expected.sort(key=lambda row: (_moment(row), int(row["id"])), reverse=True)
    assert expected
    assert [row["message_id"] for row in recent] == [row["id"] for row in expected]


@pytest.mark.parametrize("administration_id", [MAIN, SECOND])
async def test_contacts_are_those_of_the_administration_and_of_the_debtors_asked_for(
    world: World, served: Handle, administration_id: str
) -> None:
    raw = world.rows(administration_id, "contacts")
    number = next(row["debtor_numbers"][0] for row in raw if row["debtor_numbers"])
    name = next(row["lastname"] for row in raw if row["lastname"] and row["lastname"].isascii())
    async with assistant(served, administration_id=administration_id) as who:
        every = await who.all("list_contacts", "contacts", limit=7)
        own = await who.all("list_contacts", "contacts", debtors=[number])
        named = await who.all("list_contacts", "contacts", query=name.upper())
    assert [row["contact_identifier"] for row in every] == [row["contact_identifier"] or row["id"] for row in raw]
    assert {row["contact_identifier"] for row in own} == {
        row["contact_identifier"] for row in raw if number in row["debtor_numbers"]
    }
    assert {row["contact_identifier"] for row in named} >= {
        row["contact_identifier"] for row in raw if row["lastname"] == name
    }
    assert len(named) < len(raw)


@pytest.mark.parametrize("status", ["paid", "all"])
async def test_a_bound_that_was_reached_is_said(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = frozen(build_world(invoices=1800, seed=9, today=NOON.date()))
    with payt(world) as handle:
        async with assistant(handle) as who:
            whole = await who.ask("search_invoices", status=status)
            assert not [note for note in whole.get("notes", []) if "incomplete" in note]
            monkeypatch.setattr(invoice_search, "MOST_SCANNED", 500)
            part = await who.ask("search_invoices", status=status)
    assert part["total"] < whole["total"]
    assert [note for note in part["notes"] if "incomplete" in note]


async def test_the_file_of_a_debtor_tells_what_is_overdue_in_each_currency(world: World, served: Handle) -> None:
    """A converted sum is no figure for a letter; what may not be chased is in test_debtor_file.py."""
    rows = [row for row in world.rows(MAIN, "invoices") if Decimal(row["open_amount"] or 0) > 0]
    overdue = [row for row in rows if row["due_date"] and row["due_date"] < NOON.date().isoformat()]
    several = 0
    async with assistant(served) as who:
        for debtor in sorted({row["debtor_id"] for row in overdue if row["debtor_id"]}):
            sums: dict[str, Decimal] = {}
            for row in overdue:
                if row["debtor_id"] == debtor:
                    code = row["currency_code"]
                    sums[code] = sums.get(code, Decimal(0)) + Decimal(row["open_amount"])
            said = (await who.ask("get_debtor", whole=True, debtor=str(debtor)))["summary"]
            named = ", ".join(f"{code} {amount:,.2f}" for code, amount in sorted(sums.items()))
            told = re.search(r"in the invoices' own currencies ([^)]*?)(, \d+ more invoices? without .*)?\)", said)
            assert (told[1] if told else "") == (named if sums.keys() != {"EUR"} else "")
            several += len(sums) > 1
    assert several


async def test_a_number_of_two_companies_is_shown_twice_and_one_of_one_company_is_found() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    for key, number in ((MAIN, "TWICE-1"), (SECOND, "TWICE-1"), (SECOND, "ONCE-1")):
        debtor = next(row["id"] for row in world.rows(key, "debtors"))
        world.add_invoice(key, debtor_id=debtor, invoice_number=number, total_amount="10.00", due_date="2026-11-01")
    with payt(world) as handle:
        async with assistant(handle) as who:
            both = await who.ask("get_invoice", invoice="TWICE-1", administration_id=None)
            one = await who.ask("get_invoice", invoice="ONCE-1", administration_id=None)
            named = await who.ask("get_invoice", invoice="TWICE-1", administration_id=SECOND)
            assert "There is no invoice" in await who.refused("get_invoice", invoice="NONE-1", administration_id=None)
    assert [row["administration_id"] for row in both["invoices"]] == [MAIN, SECOND]
    assert [row["currency"] for row in both["invoices"]] == ["EUR", "GBP"]
    assert "invoice" not in both
    assert one["invoice"]["administration_id"] == SECOND
    assert named["invoice"]["currency"] == "GBP"
