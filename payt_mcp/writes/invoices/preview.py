"""The plan of an upsert as a person is shown it: what is odd about it, and what it does in figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from payt_mcp.proposals.proposal import Warned
from payt_mcp.words.field_names import field_words
from payt_mcp.words.text import (
    clean,
    count,
    money,
    some,
)
from payt_mcp.writes.invoices.lines import WHOLE, foreign
from payt_mcp.writes.invoices.plan import Known, Step

_ZERO = Decimal("0.00")


def warnings_of(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], known: Known) -> list[Warned]:
    """What is odd about a batch; nothing of it is refused for that."""
    posted = [row for row, step in zip(rows, steps, strict=True) if step.action != "refused"]
    found = foreign(posted, known)
    refused = [step.number for step in steps if step.action == "refused"]
    if refused:
        found.append(Warned(f"Refused and kept out of what is posted: {_some(refused)}."))
    found += _of_invoices_there(steps)
    mailed = [step.number for step in steps if step.mail_to]
    if mailed:
        found.append(
            Warned(f"Payt e-mails {count(len(mailed), 'invoice')} to debtors: no sending date is given.", True)
        )
    destroyed = [step.number for step in steps if step.destroyed]
    if destroyed:
        found.append(Warned(f"Files are destroyed: {_some(destroyed)}.", True))
    above = [r["invoice_number"] for r in rows if abs(Decimal(r["amount_open"])) > abs(Decimal(r["amount_total"]))]
    early = [r["invoice_number"] for r in rows if r["due_date"] < r["invoice_date"]]
    twice = [n for n, times in Counter(r["invoice_number"] for r in rows).items() if times > 1]
    apart = [r["invoice_number"] for r in rows if "payments" in r and _unpaid(r) != Decimal(r["amount_open"])]
    for numbers, what in (
        (above, "More is open than the total"),
        (early, "Due before the invoice date"),
        (twice, "The number comes twice in this batch; the later row wins"),
        (apart, "Payments do not add up to what is no longer open"),
    ):
        if numbers:
            found.append(Warned(f"{what}: {_some(numbers)}."))
    return sorted(found, key=lambda warned: not warned.danger)


def _of_invoices_there(steps: Sequence[Step]) -> list[Warned]:
    """What becomes of invoices that Payt has: another debtor, less that is open, another currency."""
    recoined = [clean(step.number, 40) for step in steps if len({currency for currency, _, _ in step.effects}) > 1]
    kinds = (
        ("Goes to another debtor", _of(steps, "moved"), True),
        ("Less is open, and no payment is given for that", _of(steps, "lowered"), True),
        ("The currency changes", recoined, False),
        ("Paid in one currency and then another; Payt books what it makes of it", _of(steps, "recoined"), False),
    )
    return [Warned(f"{what}: {some(said)}.", danger) for what, said, danger in kinds if said]


def _of(steps: Sequence[Step], name: str) -> list[str]:
    return [f"{clean(step.number, 40)} ({getattr(step, name)})" for step in steps if getattr(step, name)]


def _unpaid(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["amount_total"]) - sum((Decimal(payment["amount"]) for payment in row["payments"]), _ZERO)


def _some(numbers: Sequence[str]) -> str:
    return some(clean(number, 40) for number in numbers)


def preview_of(
    rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], known: Known, administration_id: str
) -> dict[str, Any]:
    """What a person is shown: mails first, then figures, then every row."""
    counts = Counter(step.action for step in steps)
    return {
        "kind": "invoices",
        "title": f"{count(len(steps), 'invoice')} into {clean(known.sender, 60)}",
        "from": clean(known.sender, WHOLE),
        "administration_id": administration_id,
        "mails": [{"invoice": step.number, "to": step.mail_to} for step in steps if step.mail_to],
        "counts": {kind: counts[kind] for kind in ("created", "updated", "unchanged", "refused") if counts[kind]},
        "money": _money(steps),
        "payments": [
            {"invoice": step.number, "amount": money(step.payment, step.currency)} for step in steps if step.payment
        ],
        "lists": _lists(steps),
        "rows": [step.as_json() for step in steps],
        "warnings": [warned.as_json() for warned in warnings_of(rows, steps, known)],
    }


def _money(steps: Sequence[Step]) -> list[dict[str, str]]:
    totals: dict[str, list[Decimal]] = {}
    for step in steps:
        for currency, opened, totalled in step.effects if step.action in {"created", "updated"} else ():
            sums = totals.setdefault(currency, [_ZERO, _ZERO])
            sums[0] += opened
            sums[1] += totalled
    return [
        {"currency": name, "text": f"open {opened:+,.2f}, total {totalled:+,.2f}"}
        for name, (opened, totalled) in sorted(totals.items())
    ]


def _lists(steps: Sequence[Step]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in steps:
        for name in step.destroyed:
            found.setdefault(f"Files destroyed ({field_words(name)})", []).append(step.number)
        for name, said in step.lists.items():
            found.setdefault(f"{field_words(name)} replaced as a whole", []).append(f"{step.number} ({said})")
    return found
