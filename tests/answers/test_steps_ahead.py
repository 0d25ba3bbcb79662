"""A step that is dated ahead is planned: no phase, nothing "since", and the timeline says so."""

from __future__ import annotations

import pytest

from payt_sandbox import World, build_world
from tests.support.assistant import MAIN, NOON, assistant, frozen, payt

PAST, AHEAD = "2026-11-10T09:00:00.000Z", "2026-12-01T09:00:00.000Z"


@pytest.fixture
def world() -> World:
    return frozen(build_world(invoices=40, seed=4, today=NOON.date()))


def _owed(world: World, **steps: str) -> tuple[str, str]:
    """A debtor with one overdue invoice; their number and its own."""
    debtor = world.add_debtor(MAIN, debtor_number="D-77", name="Ahead BV")
    world.add_invoice(
        MAIN, invoice_number="F-77", debtor_id=debtor, due_date="2026-10-01", total_amount="100.00",
        open_amount="100.00", book_total_amount="100.00", book_open_amount="100.00", currency_code="EUR", **steps,
    )  # fmt: skip
    return "D-77", "F-77"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_phase_of_an_invoice_is_the_last_step_that_was_taken(world: World, mode: str) -> None:
    debtor, number = _owed(world, reminder_1_at=PAST, pre_judicial_at=AHEAD)
    with payt(world) as handle:
        async with assistant(handle, mode=mode) as user:
            _, text, detail = await user.call("get_invoice", invoice=number)
            listed = await user.ask("search_invoices", invoices=[number])
            found = await user.ask("find_debtors", query="Ahead")
            file = await user.ask("get_debtor", whole=True, debtor=debtor)
    assert detail["invoice"]["phase"] == "reminder_1"
    steps = [step["step"] for step in detail["timeline"]]
    assert ("reminder_1" in steps, steps[-1]) == (True, "pre_judicial (planned)")
    assert "- 2026-12-01T10:00:00+01:00 pre-court (planned)" in text
    assert listed["invoices"][0]["phase"] == "reminder_1"
    assert found["debtors"][0]["phase"] == "reminder_1"
    (row,) = file["invoices"]
    assert (row["phase"], row["phase_since"], row["reminded_on"]) == ("reminder_1", "2026-11-10", "2026-11-10")


async def test_a_reminder_that_is_planned_reminded_nobody(world: World) -> None:
    debtor, _ = _owed(world, reminder_1_at=AHEAD)
    with payt(world) as handle:
        async with assistant(handle) as user:
            (row,) = (await user.ask("get_debtor", whole=True, debtor=debtor))["invoices"]
    assert row["phase"] == "overdue"
    assert not {"phase_since", "reminded_on"} & row.keys()


async def test_a_credit_case_is_since_what_was_taken(world: World) -> None:
    debtor = world.add_debtor(MAIN, debtor_number="D-78", name="Case BV")
    case = world.add_credit_case(
        MAIN, debtor_id=debtor, started_at=PAST, summons_1_at=PAST, forwarded_to_bailiff_at=AHEAD
    )
    with payt(world) as handle:
        async with assistant(handle) as user:
            detail = await user.ask("get_credit_case", credit_case=case)
    assert detail["credit_case"]["phase"] == "summons_1"
    assert "summons 1 since 2026-11-10" in detail["summary"]
    assert detail["timeline"][-1]["step"] == "forwarded_to_bailiff (planned)"
