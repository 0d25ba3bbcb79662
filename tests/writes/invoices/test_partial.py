"""Changing what is there takes what changes, and nothing else of the invoice is touched."""

from __future__ import annotations

from typing import Any

import pytest
from mcp.types import ElicitResult

from payt_sandbox.api.faults import Fault
from tests.support.house import ADMINISTRATION, House, client, data, known_invoice, record, said, says
from tests.support.previews import flat, seen
from tests.writes.invoices.test_upsert import FIELDS, LINE, SENT, new

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def upserted(house: House, *rows: dict[str, Any]) -> dict[str, Any]:
    async with client(house.server(), answer=says("accept")) as caller:
        return data(await caller.call_tool("upsert_invoices", {"invoices": list(rows)}))


def at_payt(house: House, number: str, *more: str) -> dict[str, Any]:
    return next(row for row in house.invoices([*FIELDS, *more]) if row["invoice_number"] == number)


def methods(house: House) -> list[str]:
    """Of the writes of invoices that reached Payt."""
    return [one.method for one in house.sandbox.requests if one.method != "GET" and one.path == "/v1/invoices"]


async def test_one_field_is_enough_and_goes_alone(house: House) -> None:
    before = at_payt(house, known_invoice(house)["invoice_number"])
    row = {"invoice_number": before["invoice_number"], "due_date": "2027-01-31"}
    answer = await upserted(house, row)
    assert answer["status"] == "applied"
    shown = flat(seen(record(house, answer["proposal_id"])))
    ((only),) = shown["rows"]
    assert [(c["field"], c["old"], c["new"]) for c in only["changes"]] == [
        ("due date", before["due_date"], "2027-01-31")
    ]
    assert (only["action"], *only["notes"], *shown["mails"], *shown["payments"]) == ("updated",)
    after = at_payt(house, before["invoice_number"])
    assert after == before | {"due_date": "2027-01-31"}
    assert methods(house) == ["PATCH"]
    assert (await upserted(house, row))["status"] == "unchanged"


async def test_an_open_amount_alone_tells_of_the_payment_that_payt_books(house: House) -> None:
    before = known_invoice(house, currency_code="EUR")
    answer = await upserted(house, {"invoice_number": before["invoice_number"], "amount_open": "0.01"})
    shown = flat(seen(record(house, answer["proposal_id"])))
    assert answer["status"] == "applied"
    assert [number for number, _ in shown["payments"]] == [before["invoice_number"]]
    assert any("Less is open, and no payment is given" in one for one in answer["warnings"])
    assert at_payt(house, before["invoice_number"])["open_amount"] == "0.01"


async def test_a_new_invoice_is_told_what_it_lacks(house: House) -> None:
    whole = new("X1", house.debtor())
    for lacks in (["due_date", "amount_total"], ["currency_code"]):
        row = {name: value for name, value in whole.items() if name not in lacks}
        async with client(house.server(), answer=says("accept")) as caller:
            answer = await caller.call_tool("upsert_invoices", {"invoices": [whole | {"invoice_number": "X0"}, row]})
        assert answer.is_error
        assert "Payt has no invoice 'X1'" in said(answer)
        assert f"invoices[1] needs {' and '.join(sorted(lacks, key=list(whole).index))}" in said(answer)
        assert "Nothing was sent." in said(answer)
    async with client(house.server(), answer=says("accept")) as caller:
        answer = await caller.call_tool(
            "upsert_invoices", {"invoices": [{"invoice_number": "X1", "due_date": SENT[:10]}]}
        )
    assert said(answer).count("amount") == 4
    assert "debtor_number" in said(answer)
    assert methods(house) == []


async def test_beside_a_new_one_and_with_lines_the_rest_is_sent_as_it_stands_and_shown(house: House) -> None:
    first = at_payt(house, known_invoice(house)["invoice_number"])
    second = next(
        one for one in house.invoices(FIELDS) if one["sent_at"] and one["id"] != first["id"] and all(one.values())
    )
    answer = await upserted(
        house,
        new("N1", house.debtor()),
        {"invoice_number": first["invoice_number"], "description": "Nieuw"},
        {"invoice_number": second["invoice_number"], "invoice_lines": [LINE]},
    )
    assert answer["status"] == "applied"
    assert methods(house) == ["POST"]
    notes = {row["key"]: row["notes"] for row in flat(seen(record(house, answer["proposal_id"])))["rows"]}
    assert not notes["N1"]
    assert f"open amount {first['open_amount']}" in notes[first["invoice_number"]][0]
    assert at_payt(house, first["invoice_number"]) == first | {"description": "Nieuw"}


async def test_what_is_sent_as_it_stands_is_asked_anew_when_it_changed(house: House) -> None:
    """An amount that stood there when the person looked would else undo a payment that came in since."""
    before = known_invoice(house)

    async def late(_context: Any, _params: Any) -> ElicitResult:
        house.sandbox.world.change_invoice(ADMINISTRATION, before["id"], open_amount="5.00")
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), answer=late) as caller:
        row = {"invoice_number": before["invoice_number"], "invoice_lines": [LINE]}
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    assert answer["status"] == "superseded"
    assert at_payt(house, before["invoice_number"])["open_amount"] == "5.00"


async def test_an_invoice_that_went_away_since_is_not_made_again(house: House) -> None:
    before = known_invoice(house)

    async def late(_context: Any, _params: Any) -> ElicitResult:
        house.sandbox.world.delete_invoice(ADMINISTRATION, before["id"])
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), answer=late) as caller:
        row = {"invoice_number": before["invoice_number"], "description": "Nieuw"}
        answer = await caller.call_tool("upsert_invoices", {"invoices": [row]})
    assert "Nothing was sent" in said(answer)
    assert before["invoice_number"] in said(answer)
    assert methods(house) == []


@pytest.mark.parametrize(("fault", "status"), [("reset_before", "outcome_unknown"), ("server_error_after", "applied")])
async def test_a_change_without_an_answer_is_looked_for(house: House, fault: Any, status: str) -> None:
    before = known_invoice(house)
    house.payt.faults.add(Fault(fault, path="/v1/invoices", method="PATCH"))
    async with client(house.server(), answer=says("accept")) as caller:
        row = {"invoice_number": before["invoice_number"], "due_date": "2027-01-31"}
        first = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
        standing = data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))
    assert standing["status"] == status
