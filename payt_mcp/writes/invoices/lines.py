"""The texts of an invoice row: lines and payments in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from payt_mcp.payt.models import InvoiceLine, Payment
from payt_mcp.words.field_names import field_words
from payt_mcp.words.said import count, joined, say, value_of
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean
from payt_mcp.writes.bulk import WHOLE
from payt_mcp.writes.texts import Written

_NOT_SAID = frozenset({"id", "administration_id", "invoice_id", "updated_at"})
_WRITTEN = {"total_amount": "amount", "total_book_amount": "book_amount"}
"""Amounts of a payment as they are read, and as they are written."""

_TEXTS = ("invoice_number", "order_number", "category", "payment_condition", "peppol_identifier")


def words(part: Mapping[str, Any]) -> str:
    """A line or a payment, every field of it in words, so that the same part always reads the same. Its description
    stands last and quoted, so that it cannot pass for another field.
    """
    facts = [
        say("{name} {part}", name=Field(field_words(name)), part=value_of(name, clean(str(part[name]), WHOLE)))
        for name in sorted(part)
        if name != "description"
    ]
    if "description" in part:
        facts.append(say('description "{description}"', description=clean(str(part["description"]), WHOLE)))
    return joined(facts)


@dataclass(frozen=True)
class Payments:
    """The payments of an invoice in words, oldest first, and what they come to in its currency."""

    words: tuple[str, ...] = ()
    total: Decimal = Decimal("0.00")
    currency: str = ""

    @classmethod
    def given(cls, rows: Sequence[Mapping[str, Any]], currency: str) -> Payments:
        """Payments of a row."""
        return cls(tuple(map(words, rows)), sum((Decimal(row["amount"]) for row in rows), Decimal("0.00")), currency)

    @classmethod
    def at_payt(cls, payments: Sequence[Payment], currency: str) -> Payments:
        """Payments as Payt has them; their origin_identifier is not among what it shows."""
        ordered = sorted(payments, key=lambda payment: (str(payment.payment_date or ""), len(payment.id), payment.id))
        total = sum((payment.total_amount or Decimal(0) for payment in ordered), Decimal("0.00"))
        return cls(tuple(map(_payment_words, ordered)), total, currency)

    def booked(self, amount: Decimal) -> Payments:
        """With the one that Payt books by itself."""
        return replace(
            self,
            words=(*self.words, say("amount {amount}, booked by Payt itself", amount=amount)),
            total=self.total + amount,
        )

    def __str__(self) -> str:
        return say(
            "{payments}, {total} in all ({currency})",
            payments=count(len(self.words), "payment"),
            total=self.total,
            currency=clean(self.currency, 60),
        )


def _payment_words(payment: Payment) -> str:
    shown = {name: getattr(payment, name) for name in Payment.model_fields if name not in _NOT_SAID}
    return words({_WRITTEN.get(name, name): value for name, value in shown.items() if value not in (None, "")})


def line_words(line: InvoiceLine) -> str:
    """A line as Payt has it."""
    facts = {name: getattr(line, name) for name in InvoiceLine.model_fields}
    return words({name: value for name, value in facts.items() if value is not None})


def lines_stand(given: Sequence[Mapping[str, Any]], at_payt: Sequence[InvoiceLine]) -> bool:
    """Whether Payt has exactly these lines, as far as they say something."""
    return len(given) == len(at_payt) and all(
        all(_same(value, getattr(line, name)) for name, value in wanted.items())
        for wanted, line in zip(given, at_payt, strict=True)
    )


def _same(given: Any, at_payt: Any) -> bool:
    if at_payt is None:
        return str(given) == ""
    try:
        return str(given) == str(at_payt) or Decimal(str(given)) == Decimal(str(at_payt))
    except InvalidOperation:
        return False


def texts_of(rows: Sequence[Mapping[str, Any]]) -> list[Written]:
    """Every text of the rows, with the number of its invoice."""
    return [(row["invoice_number"], text) for row in rows for text in _texts(row)]


def _texts(row: Mapping[str, Any]) -> Iterator[str]:
    """Each text of a row alone, and the lines together: one may begin what the next one ends."""
    lines = [str(line.get("description", "")) for line in row.get("invoice_lines", ())]
    yield str(row.get("description", ""))
    yield from (str(row.get(name, "")) for name in _TEXTS)
    yield from (str(label) for label in row.get("labels", ()))
    yield from lines
    yield from (str(line.get("product_unit", "")) for line in row.get("invoice_lines", ()))
    yield from (str(payment.get("description", "")) for payment in row.get("payments", ()))
    yield "\n".join((str(row.get("description", "")), *lines))
