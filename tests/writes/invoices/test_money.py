"""The money of a batch: what the plan says, per currency and to the cent, against the sandbox's own cents."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.proposals.asking.preview_text import whole
from payt_mcp.settings import Secret
from payt_sandbox.signin.access import ALL_SCOPES
from tests.support.house import ADMINISTRATION, House, agreed, client, data, record
from tests.support.house import said as said_by
from tests.support.previews import flat, seen
from tests.writes.invoices.test_upsert import SENT, as_it_is, less, new

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
FIELDS = [
    "id", "invoice_number", "currency_code", "invoice_date", "due_date", "total_amount", "open_amount",
    "book_total_amount", "book_open_amount", "sent_at", "invoice_identifier",
]  # fmt: skip
LINE = {"description": "Werk", "vat_rate_code": "H21", "total_excl_tax_amount": "100.00"}
Cents = dict[str, tuple[int, int]]


def raw(house: House, kind: str) -> list[dict[str, Any]]:
    """The sandbox's own rows, with whole cents."""
    return [dict(row) for row in house.sandbox.world.book(ADMINISTRATION).tables[kind].rows.values()]


def cents(house: House) -> Cents:
    """What is open and the total, by currency."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in raw(house, "invoices"):
        opened, total = sums[row["currency_code"]]
        sums[row["currency_code"]] = (opened + row["open_amount"], total + row["total_amount"])
    return dict(sums)


def moved(before: Cents, after: Cents) -> Cents:
    none = (0, 0)
    found = {
        name: tuple(new - old for new, old in zip(after.get(name, none), before.get(name, none), strict=True))
        for name in before | after
    }
    return {name: (both[0], both[1]) for name, both in found.items() if any(both)}


def planned(preview: Mapping[str, Any]) -> Cents:
    found = {}
    for currency, text in preview["money"].items():
        opened, total = re.findall(r"[+-][\d,]+\.\d\d", text)
        found[currency] = tuple(int(amount.replace(",", "").replace(".", "")) for amount in (opened, total))
    return {name: (both[0], both[1]) for name, both in found.items() if any(both)}


class Batch:
    """500 rows of every kind."""

    def __init__(self, house: House) -> None:
        world, self.house = house.sandbox.world, house
        debtors = world.rows(ADMINISTRATION, "debtors")
        self.mailed = [d["debtor_number"] for d in debtors if d["invoice_email_address"] or d["primary_email_address"]]
        self.silent = next(
            d["debtor_number"] for d in debtors if not (d["invoice_email_address"] or d["primary_email_address"])
        )
        usable = [row for row in house.invoices(FIELDS) if all(row[name] for name in FIELDS) and "," not in row["id"]]
        for place, row in enumerate(usable):  # as it would be in an administration that trades abroad
            if place % 4 == 1:
                currency = ("USD", "GBP", "SEK")[place % 3]
                world.change_invoice(ADMINISTRATION, row["id"], currency_code=currency)
                row["currency_code"] = currency
        unsent = usable.pop()
        world.change_invoice(ADMINISTRATION, unsent["id"], sent_at=None, debtor_number=self.mailed[0])
        self.unsent = unsent
        self.known = iter(usable)
        self.contact = world.rows(ADMINISTRATION, "contacts", ["contact_identifier"])[0]["contact_identifier"]
        (house.files / "scan.pdf").write_bytes(b"%PDF-1.4")

    def rows(self) -> list[dict[str, Any]]:
        rows = [*self.created(), *self.refused(), *self.changed(), *self.moved()]
        rows += [as_it_is(next(self.known)) for _ in range(20)]
        while len(rows) < 500:
            place = len(rows)
            rows.append(self.new(f"Z{place}", f"{place * 7 % 991}.{place % 100:02d}", ("EUR", "USD", "SEK")[place % 3]))
        return [{name: value for name, value in row.items() if value is not None} for row in rows]

    def new(self, number: str, total: str, currency: str = "EUR", **changes: Any) -> dict[str, Any]:
        row = new(number, self.mailed[len(number) % len(self.mailed)], total, currency_code=currency)
        return row | changes

    def created(self) -> Iterator[dict[str, Any]]:
        paid = [{"amount": "21.01", "origin_identifier": "one"}, {"amount": "-1.00", "origin_identifier": "two"}]
        yield from (self.new(f"N{n}", f"{n}.{n:02d}", ("EUR", "USD", "GBP", "JPY")[n % 4]) for n in range(60))
        yield from (self.new(f"C{n}", f"-{n + 1}.99", ("EUR", "CHF")[n % 2]) for n in range(20))
        yield from (
            self.new(f"M{n}", "99.95", debtor_number=self.mailed[n % len(self.mailed)], sent_at=None) for n in range(25)
        )
        yield self.new("S1", "12.34", debtor_number=self.silent, sent_at=None)
        yield self.new("P1", "121.00", payments=paid, amount_open="100.99")
        yield self.new("P2", "121.00", "USD", amount_open="0.00", book_amount_open="0.00")
        yield self.new("L1", "121.00", invoice_lines=[LINE], labels=["spoed"], document={"filename": "scan.pdf"})
        yield from (self.new("T1", total, currency) for total, currency in (("10.00", "EUR"), ("7.07", "GBP")))

    def refused(self) -> Iterator[dict[str, Any]]:
        yield from (self.new(f"R{n}", "1000.00", debtor_number="no such debtor") for n in range(7))
        yield self.new("R8", "1000.00", invoice_lines=[LINE | {"vat_rate_code": "XX"}])
        yield self.new("R9", "1000.00", debtor_number=None)
        yield self.new("R10", "1000.00", contact_identifier="nobody")
        yield self.new("R11", "1000.00", invoice_identifier=next(self.known)["invoice_identifier"])
        yield self.new("R12", "1.00", payments=[{"amount": "1.00", "origin_identifier": "same"}] * 2)

    def changed(self) -> Iterator[dict[str, Any]]:
        """One invoice for each field there is."""
        each: tuple[dict[str, Any], ...] = (
            {"invoice_date": "2026-01-02"}, {"due_date": "2027-01-31"}, {"invoice_identifier": "brand-new"},
            {"order_number": "PO-1"}, {"peppol_identifier": "0106:1"}, {"description": "Nieuw"}, {"category": "werk"},
            {"payment_method": "cash"}, {"amount_total": "1234.56"}, {"amount_open": "0.01"}, {"amount_open": "0.00"},
            {"book_amount_total": "5.55"}, {"book_amount_open": "4.44"}, {"contact_identifier": self.contact},
            {"payment_condition": "netto"}, {"payment_term": 30}, {"document": {"destroy": True}},
            {"ubl_document": {"filename": "scan.pdf"}}, {"labels": ["nieuw"]}, {"clear": ["labels"]},
            {"invoice_lines": [LINE, LINE]}, {"debtor_number": self.mailed[1]}, {"sent_at": SENT},
            {"payments": [{"amount": "3.21", "origin_identifier": "x"}], "amount_open": "17.17"},
            {"clear": ["payments"]},
        )  # fmt: skip
        for change in each:
            yield as_it_is(next(self.known), **change)
        yield as_it_is(self.unsent, amount_open="1.23")

    def moved(self) -> Iterator[dict[str, Any]]:
        """Paid in part, credited, and taken into another currency."""
        for _ in range(30):
            row = next(self.known)
            yield as_it_is(row, amount_open=less(row["open_amount"], "1.01"))
        for place, currency in enumerate(("USD", "EUR", "NOK") * 3):
            row = next(self.known)
            yield as_it_is(row, currency_code=currency, amount_total=f"{place}50.05", amount_open=f"{place}0.05")
        for _ in range(5):
            yield as_it_is(next(self.known), amount_total="-50.00", amount_open="-50.00")


async def test_the_plan_of_500_rows_is_the_sandboxs_difference_to_the_cent(house: House) -> None:
    rows = Batch(house).rows()
    before, paid_before = cents(house), {row["id"] for row in raw(house, "payments")}
    house.mails.clear()
    asked, done = await agreed(house, "upsert_invoices", {"invoices": rows})
    preview = flat(seen(record(house, asked["proposal_id"])))
    assert len(rows) == 500
    assert done["status"] == "partly_applied"
    actions = Counter(row["action"] for row in preview["rows"])
    assert dict(actions) == preview["counts"]
    assert (actions["refused"], actions["unchanged"]) == (12, 22)  # sent already; no labels as before

    assert planned(preview) == moved(before, cents(house))
    assert set(planned(preview)) >= {"EUR", "USD", "GBP", "SEK", "CHF", "JPY", "NOK"}
    for name, (opened, total) in planned(preview).items():
        assert f"{name}: open {opened / Decimal(100):+,.2f}, total {total / Decimal(100):+,.2f}" in asked["preview"]

    assert Counter(preview["mails"]) == Counter((mail.invoice_number, mail.to) for mail in house.mails)
    assert len(house.mails) == 26
    assert "would e-mail 26 invoices" in asked["preview"]

    recoined = {row["key"] for row in preview["rows"] if any(n.startswith("leaves") for n in row["notes"])}
    numbers = {row["id"]: row["invoice_number"] for row in raw(house, "invoices")}
    booked = Counter(
        (numbers[row["invoice_id"]], row["total_amount"])
        for row in raw(house, "payments")
        if row["id"] not in paid_before and row.get("description") == "Difference in open amount"
    )
    said = Counter((number, int(re.sub(r"[^\d-]", "", amount.split(" ")[1]))) for number, amount in preview["payments"])
    assert said == Counter({key: times for key, times in booked.items() if key[0] not in recoined})
    assert len(said) > 30


async def test_fractions_of_a_cent_are_refused_and_nothing_but_zeros_are_not(house: House) -> None:
    async with client(house.server()) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": [new("F1", house.debtor(), "10.005")]})
        assert answer.is_error
        assert "two decimals at most" in said_by(answer)
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [new("F1", house.debtor(), "10.0500")]}))
    assert "EUR: open +10.05, total +10.05" in asked["preview"]


async def test_what_leaves_one_currency_and_comes_into_another_is_not_subtracted(house: House) -> None:
    known = next(r for r in house.invoices(FIELDS) if all(r[n] for n in FIELDS) and r["currency_code"] == "EUR")
    house.sandbox.world.change_invoice(ADMINISTRATION, known["id"], total_amount="100.00", open_amount="60.00")
    row = as_it_is(known, currency_code="USD", amount_total="110.00", amount_open="30.00")
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    preview = flat(seen(record(house, asked["proposal_id"])))
    number = known["invoice_number"]
    assert preview["payments"] == []
    assert planned(preview) == {"EUR": (-6000, -10000), "USD": (3000, 11000)}
    for line in ("leaves: EUR 60.00 open of EUR 100.00", "comes: USD 30.00 open of USD 110.00"):
        assert f"    {line}" in whole(seen(record(house, asked["proposal_id"]))).split("\n")
    warning = f"Payt books what it makes of it: {number} (EUR 40.00 before, USD 80.00 after)."
    assert any(warning in text for text in asked["warnings"])
    assert "40.00 by itself" not in asked["preview"]
    assert "would book" not in asked["preview"]


# Lists that are replaced: whole for the person, in short for the model.


def with_payments(house: House) -> dict[str, Any]:
    """An invoice of Payt's with exactly two payments."""
    world = house.sandbox.world
    known = next(r for r in house.invoices(FIELDS) if all(r[n] for n in FIELDS) and r["currency_code"] == "EUR")
    for row in raw(house, "payments"):
        if str(row["invoice_id"]) == known["id"]:
            world.delete_payment(ADMINISTRATION, row["id"])
    for amount, day in (("5.00", "2026-02-02"), ("10.00", "2026-01-01")):
        world.add_payment(
            ADMINISTRATION, invoice_id=int(known["id"]), total_amount=amount, total_book_amount=amount,
            payment_date=day, cost_type="principal", transaction_type="payment", description=f"Van {day}",
            origin_identifier=day,
        )  # fmt: skip
    world.change_invoice(ADMINISTRATION, known["id"], labels=("spoed", "werk"))
    return known


async def test_payments_and_labels_are_shown_as_they_were_and_as_they_become(house: House) -> None:
    known = with_payments(house)
    lines = next(len(r["invoice_lines"]) for r in house.invoices(["id", "invoice_lines"]) if r["id"] == known["id"])
    payments = [{"amount": "9.50", "origin_identifier": "q", "description": "Nieuw"}]
    row = as_it_is(known, payments=payments, labels=["nieuw"], invoice_lines=[LINE])
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    shown = whole(seen(record(house, asked["proposal_id"])))
    for text in (
        "payments: 2 payments, 15.00 in all (EUR) -> 1 payment, 9.50 in all (EUR)",
        "payment 1: amount 10.00, amount in the books 10.00, cost type principal, payment date 2026-01-01, ",
        'transaction type payment, description "Van 2026-01-01" -> amount 9.50, reference q, description "Nieuw"',
        'transaction type payment, description "Van 2026-02-02" -> removed',
        "labels: spoed, werk -> nieuw",
    ):
        assert text in shown
    number = known["invoice_number"]
    for text in (
        f"payments replaced as a whole: {number} (2 payments, 15.00 in all (EUR) → 1 payment, 9.50 in all (EUR))",
        f"labels replaced as a whole: {number} (2 labels → 1 label)",
        f"lines replaced as a whole: {number} ({lines} line{'s' * (lines != 1)} → 1 line)",
    ):
        assert text in asked["preview"]
    assert "Van 2026-01-01" not in asked["preview"]


async def test_a_payment_that_came_in_since_the_yes_stops_the_upsert(house: House) -> None:
    from mcp.types import ElicitResult

    known = with_payments(house)

    async def late(_context: Any, _params: Any) -> ElicitResult:
        house.sandbox.world.add_payment(
            ADMINISTRATION, invoice_id=int(known["id"]), total_amount="1.00", payment_date="2026-03-03"
        )
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), answer=late) as caller:
        rows = [as_it_is(known, payments=[{"amount": "9.50", "origin_identifier": "q"}])]
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    assert answer["status"] == "superseded"
    assert len([row for row in raw(house, "payments") if str(row["invoice_id"]) == known["id"]]) == 3


async def test_payments_that_a_token_may_not_see_are_said_to_be_unseen(house: House) -> None:
    known = with_payments(house)
    tokens = {"reader-token": ALL_SCOPES - {"payments:read"}}
    house.sandbox.options = dataclasses.replace(house.sandbox.options, tokens=tokens)
    async with client(house.server(api_token=Secret("reader-token"))) as caller:
        rows = [as_it_is(known, payments=[{"amount": "9.50", "origin_identifier": "q"}])]
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    assert "1 payment, 9.50 in all (EUR) (Payt does not show what was)" in whole(
        seen(record(house, asked["proposal_id"]))
    )
    assert "by 1 payment, 9.50 in all (EUR); Payt does not show what was" in asked["preview"]
