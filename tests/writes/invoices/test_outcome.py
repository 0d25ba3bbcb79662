"""What is said to have become of an upsert: no more than Payt shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from payt_mcp.writes import settling
from payt_sandbox.api.faults import Fault, Kind
from payt_sandbox.writes import invoices as write_invoices
from payt_sandbox.writes.shared import listed_records as sandbox_records
from tests.support.house import (
    House,
    client,
    data,
    known_invoice,
    says,
)
from tests.writes.invoices.test_upsert import LINE, as_it_is, new

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def lost(house: House, fault: Kind, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The standing of an upsert whose answer never came, once it has been looked for."""
    house.payt.faults.add(Fault(fault, path="/v1/invoices", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        first = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
        return data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_lines": [LINE]},
        {"labels": ["nieuw"]},
        {"payments": [{"amount": "1.00", "origin_identifier": "p-1"}]},
        {"payment_term": 30},
        {"payment_condition": "netto"},
        {"document": {"destroy": True}},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_what_never_arrived_is_not_settled_as_applied(house: House, change: dict[str, Any]) -> None:
    standing = await lost(house, "reset_before", [as_it_is(known_invoice(house), **change)])
    assert standing["status"] == "outcome_unknown"


async def test_what_the_first_of_two_rows_changes_counts_too(house: House) -> None:
    before = known_invoice(house)
    rows = [as_it_is(before, description="Nieuw"), as_it_is(before)]
    assert (await lost(house, "reset_before", rows))["status"] == "outcome_unknown"


async def test_new_lines_and_labels_that_stand_at_payt_are_settled(house: House) -> None:
    row = as_it_is(known_invoice(house), labels=["nieuw"], invoice_lines=[LINE, LINE | {"product_quantity": "2"}])
    assert (await lost(house, "server_error_after", [row]))["status"] == "applied"


async def test_payments_that_payt_does_not_show_are_left_to_a_person(house: House) -> None:
    row = as_it_is(known_invoice(house), payments=[{"amount": "1.00", "origin_identifier": "p-1"}])
    assert (await lost(house, "server_error_after", [row]))["status"] == "outcome_unknown"


@pytest.mark.parametrize(
    "change",
    [{"payments": [{"amount": "1.00", "origin_identifier": "p-1"}]}, {"payment_term": 30}],
    ids=lambda change: next(iter(change)),
)
async def test_a_batch_with_something_payt_does_not_show_is_not_called_done_in_part(
    house: House, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """Long after: the one row stands in the books, and of the other nobody can tell."""
    monkeypatch.setattr(settling, "SETTLED_AFTER", dt.timedelta())
    rows = [new("S1", house.debtor()), as_it_is(known_invoice(house), **change)]
    assert (await lost(house, "server_error_after", rows))["status"] == "outcome_unknown"


async def test_refused_rows_are_not_posted_and_said_to_be_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[str] = []

    def records(*given: Any) -> list[dict[str, Any]]:
        arrived = sandbox_records(*given)
        posted.extend(row["invoice_number"] for row in arrived)
        return arrived

    monkeypatch.setattr(write_invoices, "listed_records", records)
    rows = [new("G1", house.debtor()), new("R1", "no such debtor")]
    async with client(house.server(confirm="code")) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
        assert "Refused and kept out of what is posted: R1." in asked["warnings"]
        code = asked["confirmation_code"]
        done = data(await caller.call_tool("upsert_invoices", {"invoices": rows, "confirmation_code": code}))
    assert done["status"] == "partly_applied"
    assert done["records"]["R1"] == "error: not posted, because its debtor is not known to Payt"
    assert posted == ["G1"]


async def test_refused_rows_keep_a_lost_answer_from_being_all_applied(house: House) -> None:
    standing = await lost(house, "server_error_after", [new("G1", house.debtor()), new("R1", "no such debtor")])
    assert standing["status"] == "partly_applied"
    assert standing["records"] == {"R1": "error: not posted, because its debtor is not known to Payt"}
