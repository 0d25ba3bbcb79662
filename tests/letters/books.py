"""A debtor's file that anybody might have, made from a seed, and other debtors beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random

from payt_mcp.payt.models import Debtor
from payt_mcp.receivables.entries import DebtorEntry
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.known import Entry, Known
from payt_mcp.writes.message.lawful import lawful_of
from payt_mcp.writes.message.others import Own, Place

TODAY = dt.date(2026, 11, 28)
IBAN = "NL91ABNA0417164300"
US, DEBTOR, NUMBER = "Noorderlicht Techniek B.V.", "Smit Groothandel B.V.", "1017"
HOST = "portal.paytsoftware.com"
_SHAPES = ("2026{:06d}", "26{:04d}", "INV-2026-{:04d}", "F{:05d}", "VF26-{:05d}", "R{:07d}", "2026/{:05d}")
_FIRST = ("Bos", "Kok", "De Vries", "Bergmann", "Dubois", "Harbour", "Van der Meer", "Hendriks", "Lefèvre", "Schmidt")
_LAST = ("Bouw", "Retail", "Maschinenbau", "Light", "Transport", "Metaal", "Advies", "et Fils", "Catering", "Beheer")
_FORMS = ("B.V.", "BV", "GmbH", "Ltd", "SARL", "")


@dataclass(frozen=True)
class Books:
    """Open and paid invoices of one debtor, by what a letter may say of them."""

    entries: tuple[Entry, ...]
    facts: Facts

    @property
    def overdue(self) -> list[Entry]:
        return [one for one in self.entries if one.is_overdue]

    @property
    def due_later(self) -> list[Entry]:
        return [one for one in self.entries if not one.is_overdue and not one.is_paid]

    @property
    def paid(self) -> list[Entry]:
        return [one for one in self.entries if one.is_paid]


def books(random: Random) -> Books:
    shape = random.choice(_SHAPES)
    numbers = [shape.format(number) for number in random.sample(range(1, 9_999), 8)]
    entries = [_entry(random, str(at), number, at) for at, number in enumerate(numbers)]
    items = [
        OwedItem(one.id, one.number, one.currency, one.open_amount, one.total_amount, one.is_overdue, [], one.due_date)
        for one in entries
        if not one.is_paid
    ]
    known = Known(
        today=TODAY,
        entries=tuple(entries),
        names={NUMBER: "debtor number", "NL001234567B01": "ours", "12345678": "ours", "ABNANL2A": "ours"},
        reminded=1,
        pages=frozenset({f"{HOST}/4711/debtors/88", *(f"{HOST}/4711/invoices/{one.id}00" for one in entries)}),
        page_hosts=frozenset({HOST}),
        lawful=lawful_of(TODAY, "NL", Debtor(id="1", name=DEBTOR), entries, None),
    )
    facts = Facts(
        sender=US, currency="EUR", bank_account=IBAN, own_hosts=[HOST, "noorderlicht.example"], debtor=DEBTOR,
        debtor_number=NUMBER, attention=[], on_file=[], items=items, known=known, holder=US,
        own_addresses=["debiteuren@noorderlicht.example"],
    )  # fmt: skip
    return Books(tuple(entries), facts)


def _entry(random: Random, key: str, number: str, at: int) -> Entry:
    """Four overdue, one of them paid in part; two not due; two paid."""
    total = Decimal(random.randint(500, 2_500_000)) / 100
    age = random.randint(31, 300) if at < 4 or at > 5 else random.randint(0, 25)
    invoiced = TODAY - dt.timedelta(days=age)
    due = invoiced + dt.timedelta(days=30)
    part = Decimal(random.randint(1, int(total * 100) - 1)) / 100 if at == 3 else total
    opened = Decimal(0) if at > 5 else part
    paid_on = due + dt.timedelta(days=random.randint(-20, 0)) if at > 5 else None
    vat = (total - total / Decimal("1.21")).quantize(Decimal("0.01"))
    parts = {vat: "VAT", total - vat: "without VAT"}
    step = "reminder_1" if at < 2 else ""
    return Entry(key, number, "EUR", opened, total, invoiced, due, paid_on, 0 <= at < 4, step, parts)


@cache
def others() -> tuple[Place, Own]:
    """5,000 other debtors, among them some who are called like a word."""
    held = OpenItems("EUR")
    random = Random(7)
    for at in range(5_000):
        name = f"{random.choice(_FIRST)} {random.choice(_LAST)} {random.choice(_FORMS)}".strip()
        held.debtors[str(at)] = DebtorEntry(str(at), str(20_000 + at), "", name, paused=False, updated_at=None)
    for at, name in enumerate(("Betaling B.V.", "De Bank", "Rechnung GmbH", "Total SA", "Dank BV", "Factuur", "Smit")):
        held.debtors[f"w{at}"] = DebtorEntry(f"w{at}", f"3{at:04d}", "", name, paused=False, updated_at=None)
    return Place(held), Own("own", [US, DEBTOR, "Anouk Verbeek"])
