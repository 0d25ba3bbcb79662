"""When a debtor was last reminded, when it wrote last and when we wrote to it: one line, with what there never was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from payt_mcp.receivables import phases
from payt_mcp.receivables.messages import LATELY
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.debtor import Correspondence, DebtorFile
    from payt_mcp.books.scope import Scope
    from payt_mcp.receivables.entries import OpenItem


class Taken(NamedTuple):
    """A reminder, or a further step, of one invoice."""

    moment: dt.datetime
    step: str
    number: str
    is_reminder: bool


def last_contact(scope: Scope, file: DebtorFile, letters: Correspondence, *, whole: bool) -> str:
    """`reminded 2026-11-20 (reminder 2, 2026000313; 12 steps within a week); from them 2026-11-19, unanswered,
    automatic reply 2026-11-20; to them never`. The `whole` file counts the steps elsewhere. Reminders are those of
    invoices that are still open.
    """
    return "; ".join(
        [
            _reminded(scope, file, counts=not whole),
            _written("from", scope.day(letters.last_incoming), letters)
            + (", unanswered" if letters.last_waits else "")
            + _automatic(scope, letters),
            _written("to", scope.day(letters.last_outgoing), letters),
        ]
    )


def taken(file: DebtorFile, items: Iterable[OpenItem], now: dt.datetime) -> list[Taken]:
    """The last reminder of each of these, and the step it is at now where that is another, newest first."""
    found = (
        Taken(
            moment,
            phases.words(item.step) if moment == item.step_at else "reminded",
            item.number,
            moment == file.reminded.get(item.id),
        )
        for item in items
        for moment in {file.reminded.get(item.id), item.step_at if item.step != "collectable" else None}
        if moment and moment <= now
    )
    return sorted(found, reverse=True)


def _reminded(scope: Scope, file: DebtorFile, *, counts: bool) -> str:
    now = scope.account.now()
    steps = taken(file, (item for item in file.open_items if item.is_owed), now)
    reminders = [one for one in steps if one.is_reminder]
    further = [one for one in steps if not reminders or one.moment > reminders[0].moment]
    said = f"reminded {_day(scope, reminders[0])}" if reminders else "reminded never, of what is open"
    recent = sum(now - LATELY < one.moment for one in steps)
    more = f"{recent} steps within a week" if counts and recent > 1 else ""
    beside = "; ".join(filter(None, (_kind(reminders) if reminders else "", more)))
    said += f" ({beside})" if beside else ""
    return said + (f", then {further[0].step} {_day(scope, further[0])}" if further else "")


def _kind(reminders: Sequence[Taken]) -> str:
    """`reminder 2, 2026000313`: which it was where that is known, and of which invoice."""
    step, number = reminders[0].step, present.code(reminders[0].number, 40)
    return number if step == "reminded" else f"{step}, {number}"


def _day(scope: Scope, one: Taken) -> str:
    return scope.day(one.moment) or ""


def _written(way: str, day: str | None, letters: Correspondence) -> str:
    return f"{way} them {day or ('never' if letters.is_all else 'not among the messages read')}"


def _automatic(scope: Scope, letters: Correspondence) -> str:
    """An automatic reply that came after all else that came in: whoever reads mail there may be away."""
    last, written = letters.last_automatic, letters.last_incoming
    return f", automatic reply {scope.day(last)}" if last and (written is None or last > written) else ""
