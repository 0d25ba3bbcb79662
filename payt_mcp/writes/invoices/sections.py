"""An upsert as a person is shown it: what is odd about it, what it does in figures, and every row. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from payt_mcp.proposals.preview import (
    Effect,
    Effects,
    Mailed,
    Mails,
    Records,
    Section,
    Warned,
    counted,
    outliers_first,
)
from payt_mcp.words.field_names import field_words
from payt_mcp.words.said import count, money, say, signed, some
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean
from payt_mcp.writes.bulk import POSTED
from payt_mcp.writes.dangers import stand_apart, told
from payt_mcp.writes.invoices.dangers import found_in
from payt_mcp.writes.invoices.lines import texts_of
from payt_mcp.writes.invoices.steps import Known, Step
from payt_mcp.writes.texts import leading_elsewhere

_ZERO = Decimal("0.00")


def warnings_of(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], known: Known) -> list[Warned]:
    """What is odd about a batch; nothing of it is refused for that."""
    posted = [row for row, step in zip(rows, steps, strict=True) if step.is_posted]
    found = [*leading_elsewhere(texts_of(posted), known.own), *told(chain.from_iterable(found_in(rows, steps)))]
    refused = [step.number for step in steps if not step.is_posted]
    if refused:
        found.append(Warned(say("Refused and kept out of what is posted: {refused}.", refused=_some(refused))))
    twice = [n for n, times in Counter(r["invoice_number"] for r in rows).items() if times > 1]
    above = _odd(rows, steps, _is_above, "amount_open", "amount_total")
    early = _odd(rows, steps, lambda row: row["due_date"] < row["invoice_date"], "due_date", "invoice_date")
    apart = _odd(rows, steps, lambda row: _unpaid(row) != Decimal(row["amount_open"]), "payments")
    for numbers, what in (
        (above, say("More is open than the total")),
        (early, say("Due before the invoice date")),
        (twice, say("The number comes twice in this batch; the later row wins")),
        (apart, say("Payments do not add up to what is no longer open")),
    ):
        if numbers:
            found.append(Warned(say("{what}: {numbers}.", what=what, numbers=_some(numbers))))
    return found


def _odd(
    rows: Sequence[Mapping[str, Any]],
    steps: Sequence[Step],
    is_odd: Callable[[Mapping[str, Any]], bool],
    *fields: str,
) -> list[str]:
    """The rows that give one of the fields and are odd, seen with what stands at Payt already."""
    given = [(row, step) for row, step in zip(rows, steps, strict=True) if any(name in row for name in fields)]
    return [step.number for row, step in given if _is_whole({**step.before, **row}) and is_odd({**step.before, **row})]


def _is_whole(row: Mapping[str, Any]) -> bool:
    return all(name in row for name in ("amount_open", "amount_total", "due_date", "invoice_date"))


def _is_above(row: Mapping[str, Any]) -> bool:
    return abs(Decimal(row["amount_open"])) > abs(Decimal(row["amount_total"]))


def _unpaid(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["amount_total"]) - sum((Decimal(payment["amount"]) for payment in row["payments"]), _ZERO)


def _some(numbers: Sequence[str]) -> str:
    return some(clean(number, 40) for number in numbers)


def sections_of(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], sender: str) -> list[Section]:
    """What a person is shown: mails first, then figures, then every row, those that stand apart first."""
    apart = stand_apart(found_in(rows, steps))
    shown = outliers_first(step.as_row(is_apart=odd) for step, odd in zip(steps, apart, strict=True))
    mails = [Mailed(step.number, step.mail_to) for step in steps if step.mail_to]
    return [
        Mails("invoice", say("because no sending date is given"), tuple(mails)),
        Effects((counted(sender, shown), *_money(steps), *_payments(steps), *_lists(steps))),
        Records(shown, noun=say("Invoice"), owner=say("Debtor")),
    ]


def _money(steps: Sequence[Step]) -> Iterator[Effect]:
    totals: dict[str, list[Decimal]] = {}
    for step in steps:
        for currency, opened, totalled in step.effects if step.action in POSTED else ():
            sums = totals.setdefault(currency, [_ZERO, _ZERO])
            sums[0] += opened
            sums[1] += totalled
    for currency, (opened, totalled) in sorted(totals.items()):
        yield Effect(
            say(
                "{currency}: open {opened}, total {totalled}",
                currency=currency,
                opened=signed(opened),
                totalled=signed(totalled),
            )
        )


def totalled(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step]) -> Decimal:
    """What the invoices that are posted come to, as they would be; in the books' currency, where that is known."""
    whole = ({**step.before, **row} for row, step in zip(rows, steps, strict=True) if step.action in POSTED)
    totals = (one.get("book_amount_total") or one.get("amount_total") or 0 for one in whole)
    return sum((abs(Decimal(total)) for total in totals), _ZERO)


def _payments(steps: Sequence[Step]) -> Iterator[Effect]:
    booked = tuple(
        say("{number} {payment}", number=step.number, payment=money(step.payment, step.currency))
        for step in steps
        if step.payment
    )
    if booked:
        yield Effect(say("Payt would book {payments} by itself", payments=count(len(booked), "payment")), booked)


def _lists(steps: Sequence[Step]) -> Iterator[Effect]:
    found: dict[str, list[str]] = {}
    for step in steps:
        for name in step.destroyed:
            found.setdefault(say("Files destroyed ({name})", name=Field(field_words(name))), []).append(step.number)
        for name, said in step.lists.items():
            found.setdefault(say("{name} replaced as a whole", name=Field(field_words(name))), []).append(
                say("{number} ({said})", number=step.number, said=said)
            )
    yield from (Effect(said, tuple(numbers)) for said, numbers in found.items())
