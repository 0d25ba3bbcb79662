"""When a debtor may be written to, by the rules of whoever runs the server: pure, and asked at every proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from payt_mcp.settings.thresholds import WEEKDAYS, Rules
from payt_mcp.words.said import count, say


def is_quiet(rules: Rules, moment: dt.datetime) -> bool:
    """Whether nobody is to be written to at this moment of the administration's day."""
    day = moment.date()
    if day.isoformat() in rules.quiet_days or WEEKDAYS[day.weekday()] in rules.quiet_days:
        return True
    if rules.quiet_hours is None:
        return False
    first, last = rules.quiet_hours
    at = moment.time().replace(tzinfo=None)
    return first <= at < last if first <= last else at >= first or at < last


def against(
    rules: Rules, *, number: str, language: str, overdue: Decimal, written: dt.date | None, moment: dt.datetime
) -> Iterator[tuple[str, str]]:
    """What speaks against a letter to a debtor now: the name of the rule, and a sentence.

    `overdue` is what it owes past its due date, in the administration's currency; `written` is when it was last
    reminded or written to, `moment` is now where the administration is.
    """
    if number in rules.never_mail:
        yield "never_mail", say("This debtor is never to be mailed")
    if is_quiet(rules, moment):
        yield "quiet_days, quiet_hours", say("Nobody is to be written to at this time")
    since = (moment.date() - written).days if written else None
    is_lately = since is not None and 0 <= since < rules.reminder_interval_days
    if is_lately and "reminder_interval_days" in rules.given:
        yield (
            "reminder_interval_days",
            say(
                "A debtor gets at most one letter in {days}, and the last was on {written}",
                days=count(rules.reminder_interval_days, "day"),
                written=written,
            ),
        )
    if Decimal(0) < overdue < rules.minimum_amount:
        yield "minimum_amount", say("Nobody is reminded of less than {amount}", amount=f"{rules.minimum_amount:.2f}")
    if rules.languages and language and language.casefold() not in rules.languages:
        allowed = ", ".join(sorted(rules.languages))
        yield (
            "languages",
            say(
                "Letters are in {allowed}, and this debtor's language is {language}", allowed=allowed, language=language
            ),
        )
