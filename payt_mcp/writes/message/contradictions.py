"""What a letter says of an invoice and the books say otherwise: paid called open, not due called overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from payt_mcp.scanning.amounts import Amount
from payt_mcp.scanning.steps import last_in, late_in, ordinals_in, summonses_in
from payt_mcp.words.said import count, money, say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.amounts_known import Amounts, amounts_of
from payt_mcp.writes.message.known import Entry, Known
from payt_mcp.writes.message.saying import Dated, Part
from payt_mcp.writes.message.source import Source, wrong

_DAY = dt.timedelta(days=1)
_LENGTH = 40


def contradicted(text: str, parts: Sequence[Part], known: Known, amounts: Amounts) -> list[Source]:
    """`text` is plain."""
    named = list({entry.id: entry for part in parts for entry in part.entries}.values())
    sole = named[0] if len(named) == 1 else None
    found = [*_standing(parts, known), *_days(parts, known, sole), *_totals(parts), *_beside(parts, amounts)]
    found += _late(parts, known, sole)
    found += _asked(text, known, named)
    return list({one.warned: one for one in found}.values())


def _name(entry: Entry) -> str:
    return say("invoice {number}", number=clean(entry.number, _LENGTH))


def _standing(parts: Sequence[Part], known: Known) -> Iterator[Source]:
    """Whether an invoice is open, overdue, and owed by the debtor at all, where the text says so."""
    for part in parts:
        claims = part.claims
        for entry in part.entries:
            number = clean(entry.number, _LENGTH)
            is_asked = claims.is_open or claims.is_overdue
            if entry.is_credit:
                if is_asked and not claims.is_credit and not claims.is_paid and not entry.is_paid:
                    credit = money(entry.open_amount, entry.currency)
                    yield wrong(
                        number,
                        "invoice",
                        say("a credit of {credit}", credit=credit),
                        say(
                            "The text asks for {entry}, which is a credit of {credit}: nothing is owed on it.",
                            entry=_name(entry),
                            credit=credit,
                        ),
                    )
            elif entry.is_paid:
                if (is_asked and not claims.is_paid) or claims.is_unpaid:
                    on = say(" on {day}", day=entry.paid_on) if entry.paid_on else ""
                    yield wrong(
                        number,
                        "invoice",
                        say("paid{on}", on=on),
                        say("The text calls {entry} open, which was paid{on}.", entry=_name(entry), on=on),
                    )
            elif (
                claims.is_overdue
                and not entry.is_overdue
                and entry.due_date
                and not _gives_day_ahead(part, entry, known)
            ):
                yield wrong(
                    number,
                    "invoice",
                    say("not due until {due_date}", due_date=entry.due_date),
                    say(
                        "The text calls {entry} overdue, which is not due until {due_date}.",
                        entry=_name(entry),
                        due_date=entry.due_date,
                    ),
                )


def _gives_day_ahead(part: Part, entry: Entry, known: Known) -> bool:
    """`de facturen vervallen op 22 december`: in a sentence of its own, with the right day."""
    due = entry.due_date
    if part.clause.heading or due is None or due < known.today:
        return False
    return any(one.day.is_on(due) for one in part.days)


def _days(parts: Sequence[Part], known: Known, sole: Entry | None) -> Iterator[Source]:
    for part in parts:
        for dated in part.days:
            yield from _day(part, dated, known, sole)


def _day(part: Part, dated: Dated, known: Known, sole: Entry | None) -> Iterator[Source]:
    entry = part.nearest(dated.day.at) or sole
    if entry is None or dated.role == "deadline":
        return
    several = len(part.entries) > 1 and len(part.days) == 1
    meant = part.entries if several else (entry,)
    if dated.role == "due" or (not dated.role and part.is_row and part.entries and _is_dates_row(part)):
        allowed = [date for one in meant for date in _own_days(one, row=not dated.role, since=dated.since)]
        is_known = any(dated.day.is_on(date) for date in (*allowed, *known.days))
        if entry.due_date and not is_known:
            said = clean(dated.day.written, _LENGTH).rstrip(".")
            yield wrong(
                said,
                say("due date"),
                say("{entry} is due on {due_date}", entry=_name(entry), due_date=entry.due_date),
                say(
                    "The text gives {said} as the due date of {entry}, which is due on {due_date}.",
                    said=said,
                    entry=_name(entry),
                    due_date=entry.due_date,
                ),
            )
    elif dated.role == "invoiced" and part.entries:
        allowed = [date for one in meant for date in _own_days(one, row=True, since=False)]
        if entry.invoice_date and not any(dated.day.is_on(date) for date in allowed):
            said = clean(dated.day.written, _LENGTH).rstrip(".")
            yield wrong(
                said,
                say("invoice date"),
                say("{entry} is of {invoice_date}", entry=_name(entry), invoice_date=entry.invoice_date),
                say(
                    "The text dates {entry} {said}, which is of {invoice_date}.",
                    entry=_name(entry),
                    said=said,
                    invoice_date=entry.invoice_date,
                ),
                danger=False,
            )


def _is_dates_row(part: Part) -> bool:
    """A row of figures alone: of the days in it, one must be the invoice's."""
    return len(part.entries) == 1 and not part.claims.is_paid and len(part.days) == 1


def _own_days(entry: Entry, *, row: bool, since: bool) -> list[dt.date]:
    found = [entry.due_date] if entry.due_date else []
    if since and entry.due_date:
        found.append(entry.due_date + _DAY)
    if row:
        found += [date for date in (entry.invoice_date, entry.paid_on) if date]
    return found


def _totals(parts: Sequence[Part]) -> Iterator[Source]:
    """The total of an invoice that is paid in part, said as what is open of it."""
    said = {abs(one.value) for part in parts for one in part.amounts}
    for part in parts:
        if not (part.claims.is_open or part.claims.is_overdue) or part.claims.is_total or part.claims.is_paid:
            continue
        for entry in part.entries:
            for one in part.amounts:
                if (
                    entry.is_partly_paid
                    and _is_total(one, entry)
                    and abs(entry.open_amount) not in said
                    and part.nearest(one.at) in (entry, None)
                ):
                    is_open = money(entry.open_amount, entry.currency)
                    written = clean(one.written, _LENGTH)
                    yield wrong(
                        written,
                        "amount",
                        say("the total of {entry}; open is {is_open}", entry=_name(entry), is_open=is_open),
                        say(
                            "The text gives {written} as open on {entry}, which is its total: {is_open} is open.",
                            written=written,
                            entry=_name(entry),
                            is_open=is_open,
                        ),
                    )


def _is_total(one: Amount, entry: Entry) -> bool:
    return abs(one.value) == entry.total_amount and one.currency in ("", entry.currency)


def _beside(parts: Sequence[Part], amounts: Amounts) -> Iterator[Source]:
    """An amount that is said of an invoice and is none of it: another's in a list of both, or unknown."""
    for part in parts:
        pairs = [] if part.claims.is_in_part or part.claims.is_paid else _pairs(part)
        for entry, one in pairs:
            own = {abs(amount) for amount, _ in amounts_of(entry)}
            listed = part.is_row or len(pairs) > 1
            if listed and not one.currency and abs(one.value) not in own and amounts.is_of_another(one, entry):
                yield _not_of(one, entry, danger=True)
            elif not amounts.where(one) and (part.claims.is_open or part.claims.is_overdue or listed):
                yield _not_of(one, entry, danger=abs(one.value) in own)


def _pairs(part: Part) -> list[tuple[Entry, Amount]]:
    """Each invoice and its amount, where there is one amount of one invoice, or they stand by turns."""
    if not part.entries or not part.amounts:
        return []
    if len(part.entries) != len(part.amounts):
        return [(part.entries[0], part.amounts[0])] if len(set(part.entries)) == len(part.amounts) == 1 else []
    ends = (*part.places[1:], part.clause.end)
    turns = all(at < one.at < end for at, one, end in zip(part.places, part.amounts, ends, strict=True))
    return list(zip(part.entries, part.amounts, strict=True)) if turns or len(part.entries) == 1 else []


def _not_of(one: Amount, entry: Entry, *, danger: bool) -> Source:
    is_open, written = money(entry.open_amount, entry.currency), clean(one.written, _LENGTH)
    currency = say(", in another currency") if one.currency not in ("", entry.currency) else ""
    said = say(
        "The text says {written} of {entry}, of which {is_open} is open{currency}.",
        written=written,
        entry=_name(entry),
        is_open=is_open,
        currency=currency,
    )
    return wrong(
        written, "amount", say("of {entry} {is_open} is open", entry=_name(entry), is_open=is_open), said, danger=danger
    )


def _late(parts: Sequence[Part], known: Known, sole: Entry | None) -> Iterator[Source]:
    for part in parts:
        for late in late_in(part.clause.text):
            entry = part.nearest(part.clause.at + late.at) or sole
            meant = [entry] if entry else [one for one in known.entries if one.is_overdue]
            days = [(known.today - one.due_date).days for one in meant if one.due_date]
            if days and not any(late.is_right(one) for one in days):
                written, longest = clean(late.written, _LENGTH), max(days)
                overdue = count(longest, "day") if longest > 0 else say("not at all")
                whose = _name(entry) if entry else say("the oldest invoice")
                yield wrong(
                    written,
                    say("days late"),
                    say("{whose} is overdue {days}", whose=whose, days=overdue),
                    say(
                        "The text says {written} late; {whose} is overdue {days}.",
                        written=written,
                        whose=whose,
                        days=overdue,
                    ),
                )


def _asked(text: str, known: Known, named: Sequence[Entry]) -> Iterator[Source]:
    """How often we asked, and what was sent before, as the text has it."""
    meant = named or [one for one in known.entries if one.is_overdue]
    counts = [one.reminders for one in meant]
    if not counts or None in counts:
        return
    asked = max([*(number for number in counts if number is not None), known.reminded])
    for nth in ordinals_in(text):
        if nth.number > asked + 1:
            written = clean(nth.written, _LENGTH)
            yield wrong(
                written,
                "reminder",
                say("{reminders} on record", reminders=count(asked, "reminder")),
                say(
                    "The text calls itself {written}; {reminders} so far is on Payt's record.",
                    written=written,
                    reminders=count(asked, "reminder"),
                ),
            )
    if asked == 0:
        for written in map(clean, last_in(text)):
            yield wrong(
                written,
                "reminder",
                say("no reminder on record"),
                say("The text speaks of a {written}; Payt's record shows no reminder before.", written=written),
                danger=False,
            )
    if not known.is_summoned:
        for written in map(clean, summonses_in(text)):
            yield wrong(
                written,
                "summons",
                say("no summons on record"),
                say(
                    "The text speaks of a summons ({written}); Payt's record shows none that was sent.", written=written
                ),
                danger=False,
            )
