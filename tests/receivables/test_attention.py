"""The one rule of what must not be overlooked, and the records it goes by."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.payt.models import CreditCase, Debtor, Invoice, PaymentPlan
from payt_mcp.receivables.attention import Reason, of_debtor, of_invoice
from payt_mcp.receivables.entries import open_item
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.records import CaseEntry, PlanEntry, Records, case_entry, plan_entry

TODAY = dt.date(2026, 11, 21)
LATE = dt.date(2026, 10, 1)
START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def books(*invoices: dict[str, Any], case: dict[str, Any] | None = None, **debtor: Any) -> OpenItems:
    """Overdue invoices of debtor 1, of 10 euros unless they say otherwise."""
    found = OpenItems("EUR")
    found.put_debtor(Debtor(id="1", **debtor))
    for place, fields in enumerate(invoices, 1):
        row = {"id": f"{place}", "debtor_id": "1", "open_amount": Decimal(10), "book_open_amount": Decimal(10)}
        found.put_invoice(Invoice.model_validate({**row, "due_date": dt.date(2026, 10, 1), **fields}))
    if case is not None:
        found.cases.put(case_entry(CreditCase(id="7", credit_case_number="D-7", debtor_id="1", **case)))
    return found


def flags(of: OpenItems) -> list[str]:
    return of_debtor(of, "1", TODAY).flags


IN_CASE = {"active_credit_case_id": "7"}


def test_each_record_is_named_as_the_one_that_says_so() -> None:
    found = books({**IN_CASE, "paused_at": START}, case={"paused_at": START}, paused_at=START)
    sources = ("invoice", "credit_case", "debtor")
    assert {(one.source, one.record) for one in of_invoice(found, found.invoices["1"])} == {
        ("invoice", ""), ("credit_case", "D-7"), ("debtor", ""),
    }  # fmt: skip
    assert [one.source for one in of_debtor(found, "1", TODAY).reasons] == list(sources)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"forwarded_to_bailiff_at": START, "paused_at": START}, ["paused", "with_bailiff"]),
        ({"forwarded_to_bailiff_at": START, "paused_at": START, "deactivated_at": START}, []),
        ({"active_payment_plan_id": "9", "deactivated_at": START}, ["payment_plan"]),
    ],
)
def test_a_deactivated_case_keeps_its_plan_alone(fields: dict[str, Any], wanted: list[str]) -> None:
    assert flags(books(IN_CASE, case=fields)) == wanted


def test_a_case_that_no_open_invoice_is_in_says_nothing_of_them() -> None:
    assert flags(books({}, case={"paused_at": START})) == []


def test_of_an_invoice_that_is_paid_no_credit_and_no_unnamed_plan_is_said() -> None:
    found = books({"open_amount": Decimal(-5)}, {}, reminding_paused_at=START)
    found.plans.put(PlanEntry("9", "1", True, START))
    paid = open_item(Invoice(id="5", debtor_id="1", open_amount=Decimal(0)), "EUR")
    assert of_invoice(found, paid) == [Reason("paused", "debtor")]
    assert [one.flag for one in of_invoice(found, found.invoices["2"])] == ["paused", "payment_plan", "credit_open"]


@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        ([], ["payment_plan"]),
        ([("50.00", "0.00", LATE), ("50.00", "50.00", None)], ["payment_plan"]),
        ([("50.00", "0.00", LATE), ("50.00", "0.00", LATE)], []),
        ([("50.00", None, LATE), ("50.00", None, None)], ["payment_plan"]),
        ([("50.00", None, LATE), ("50.00", None, LATE)], []),
    ],
)
def test_a_plan_whose_terms_are_all_paid_is_for_no_other_invoice(
    terms: list[tuple[str, str | None, dt.date | None]], wanted: list[str]
) -> None:
    rows = [{"total_amount": total, "amount_due": due, "payment_date": paid} for total, due, paid in terms]
    fields = {"id": "9", "debtor_id": "1", "active": True, "payment_terms": rows}
    found, named = books({}), books({"active_payment_plan_id": "9"})
    for one in (found, named):
        one.plans.put(plan_entry(PaymentPlan.model_validate(fields)))
    assert flags(found) == wanted
    assert flags(named) == ["payment_plan"]  # an invoice that names it is in it as long as Payt says so


def test_how_much_is_of_the_overdue_invoices_where_one_of_them_has_it() -> None:
    later = {"due_date": dt.date(2027, 1, 1)}
    found = books({"active_payment_plan_id": "9"}, {}, {**later, "active_payment_plan_id": "9"}, later)
    part = of_debtor(found, "1", TODAY).parts["payment_plan"]
    assert (part.invoices, part.of, part.amount, part.is_of_overdue) == (1, 2, Decimal(10), True)
    ahead = of_debtor(books({}, {**later, "bailiff_at": START}), "1", TODAY).parts["with_bailiff"]
    assert (ahead.invoices, ahead.of, ahead.is_of_overdue) == (1, 2, False)


def test_an_older_reading_of_a_case_or_plan_never_replaces_a_newer_one() -> None:
    newer, older = START + dt.timedelta(days=1), START
    cases: Records[CaseEntry] = Records()
    cases.put(case_entry(CreditCase(id="7", debtor_id="1", paused_at=START, updated_at=newer)))
    cases.put(case_entry(CreditCase(id="7", debtor_id="1", updated_at=older)))
    cases.remove("7", older)
    assert [case.paused for case in cases.of_debtor("1")] == [True]
    cases.put(case_entry(CreditCase(id="7", debtor_id="2", updated_at=newer)))
    assert list(cases.of_debtor("1")) == []
    cases.remove("7", newer)
    assert len(cases) == 0
    plans = Records([plan_entry(PaymentPlan(id="9", debtor_id="1", active=True))])
    assert [plan.id for plan in plans.of_debtor("1")] == ["9"]
