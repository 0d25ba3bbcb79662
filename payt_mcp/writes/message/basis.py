"""What of the books a letter rests on beyond what its preview names: the invoices it may be about, each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from payt_mcp.receivables.attention import PAUSED, PAYMENT_PLAN, WITH_BAILIFF, Reason
from payt_mcp.scanning.dates import dates_in
from payt_mcp.scanning.numbers import numbers_among, words
from payt_mcp.words.said import say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem

_STANDING = {PAUSED: say("paused"), PAYMENT_PLAN: say("in a payment plan"), WITH_BAILIFF: say("with a bailiff")}


def basis_of(facts: Facts, text: str, about: str = "") -> dict[str, Any]:
    """The state a letter rests on: what is overdue or named in it by number or due date, and what speaks against
    chasing it or the debtor, and which record says so. `about` is the number of the invoice that the letter goes with.
    """
    numbers, dates = {about, *words(text)}, dates_in(text)
    numbers |= numbers_among(text, {item.number for item in facts.items}).keys()
    items = [item for item in facts.items if item.is_overdue or item.number in numbers or item.due_date in dates]
    return {
        "attention": _keys(facts.attention),
        "items": {
            item.id: {
                "number": item.number,
                "open": str(item.open_amount),
                "overdue": item.is_overdue,
                "due": _due(item),
                "attention": _keys(item.attention),
            }
            for item in items
        },
        "same_text": [key for key, _ in facts.same_text],
    }


def what_changed(basis: Mapping[str, Any], facts: Facts) -> list[str]:
    """What is no longer as it was when the letter was proposed, in sentences; nothing where it may go."""
    found = []
    now = {item.id: item for item in facts.items}
    new = _new(basis["attention"], facts.attention)
    for key, was in basis["items"].items():
        item = now.get(key)
        found += (
            _item_changes(was, item, new)
            if item
            else [say("invoice {number} is no longer open", number=clean(was["number"], 40))]
        )
    found += [_now_so(reason) for reason in new]
    if {key for key, _ in facts.same_text} - set(basis["same_text"]):
        found.append(say("the same text was sent to this debtor meanwhile"))
    return found


def _item_changes(was: Mapping[str, Any], item: OwedItem, of_debtor: Sequence[Reason]) -> list[str]:
    """What is another amount, falls due on another day, or may no longer be chased; what is new of the debtor, its case
    or its plan is said of those, and not again of each invoice.
    """
    found, name = [], say("invoice {number}", number=clean(was["number"], 40))
    if str(item.open_amount) != was["open"]:
        found.append(
            say(
                "the open amount of {name} went from {before} to {after}",
                name=name,
                before=was["open"],
                after=item.open_amount,
            )
        )
    if _due(item) != was.get("due", _due(item)):
        found.append(
            say(
                "the due date of {name} went from {before} to {after}",
                name=name,
                before=was["due"] or say("none"),
                after=_due(item) or say("none"),
            )
        )
    if item.is_overdue != was.get("overdue", item.is_overdue):
        found.append(
            say("{name} is {what} overdue", name=name, what=say("now") if item.is_overdue else say("no longer"))
        )
    new = _new(was.get("attention", ()), item.attention)
    told = [reason for reason in new if reason.source == "invoice" or reason not in of_debtor]
    return found + [
        say(
            "{name} is now {standing}{what}",
            name=name,
            standing=_STANDING[reason.flag],
            what=say(" ({named})", named=reason.named) if reason.named else "",
        )
        for reason in told
    ]


def _due(item: OwedItem) -> str:
    return item.due_date.isoformat() if item.due_date else ""


def _keys(reasons: Iterable[Reason]) -> list[str]:
    return sorted({reason.key for reason in reasons if reason.flag in _STANDING})


def _new(was: Iterable[str], reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons against chasing that were not there, each once."""
    known = set(was)
    return [one for one in dict.fromkeys(reasons) if one.flag in _STANDING and one.key not in known]


def _now_so(reason: Reason) -> str:
    if reason.source == "credit_case":
        return say("{named} is now {standing}", named=reason.named, standing=_STANDING[reason.flag])
    by = say(" ({named})", named=reason.named) if reason.named else ""
    return say("the debtor is now {standing}{by}", standing=_STANDING[reason.flag], by=by)
