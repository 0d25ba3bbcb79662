"""The file of rules, read when there is one."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from payt_mcp.errors import SettingsError
from payt_mcp.settings.thresholds import RULES, WEEKDAYS, Rules
from payt_mcp.words.languages import LANGUAGES

_MOST_DAYS = 3650


def rules_of(path: Path) -> Rules:
    """The rules in a file of TOML, the usual ones where it says nothing.

    Raises:
        SettingsError: it cannot be read, or says what is none of them; one sentence names it.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError:
        raise SettingsError(f"PAYT_RULES_FILE: {path} cannot be read.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"PAYT_RULES_FILE: {path} is no TOML ({str(error)[:120]}).") from None
    given = {}
    for name, value in found.items():
        if name not in _READ:
            close = get_close_matches(name, _READ, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"It takes: {', '.join(_READ)}."
            raise SettingsError(f"PAYT_RULES_FILE has no rule {name[:40]!r}. {hint}")
        given[name] = _READ[name](name, value)
    return Rules(**given, given=frozenset(given))


def _wrong(name: str, value: Any, right: str) -> SettingsError:
    return SettingsError(f"PAYT_RULES_FILE: {name} = {str(value)[:40]!r} is not possible: {right}.")


def _days(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_DAYS:
        raise _wrong(name, value, f"a whole number of days from 0 to {_MOST_DAYS}")
    return value


def _amount(name: str, value: Any) -> Decimal:
    """Text, or a whole number: a fraction in TOML is a float, and no float is an amount."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    whole, _, cents = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 13 and (not cents or cents.isdigit())):
        raise _wrong(name, value, 'an amount as text, such as "2500.00"')
    return Decimal(text)


def _texts(name: str, value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str | int | dt.date) for one in value):
        raise _wrong(name, value, 'a list of texts, such as ["10037"]')
    return frozenset(one.isoformat() if isinstance(one, dt.date) else str(one).strip() for one in value)


def _among(allowed: tuple[str, ...], what: str) -> Callable[[str, Any], frozenset[str]]:
    def read(name: str, value: Any) -> frozenset[str]:
        found = frozenset(one.casefold() for one in _texts(name, value))
        for one in sorted(found - set(allowed)):
            raise _wrong(name, one, f"{what} {', '.join(allowed)}")
        return found

    return read


def _quiet_days(name: str, value: Any) -> frozenset[str]:
    found = frozenset(one.casefold() for one in _texts(name, value))
    for one in sorted(found - set(WEEKDAYS)):
        try:
            dt.date.fromisoformat(one)
        except ValueError:
            raise _wrong(name, one, "a weekday such as saturday, or a date such as 2026-12-25") from None
    return found


def _hours(name: str, value: Any) -> tuple[dt.time, dt.time]:
    first, _, last = str(value).partition("-")
    try:
        return dt.time.fromisoformat(first.strip()), dt.time.fromisoformat(last.strip())
    except ValueError:
        raise _wrong(name, value, 'from and to, such as "18:00-08:00"') from None


_READ: Mapping[str, Callable[[str, Any], Any]] = {
    "quiet_days": _quiet_days,
    "quiet_hours": _hours,
    "never_mail": _texts,
    "languages": _among(LANGUAGES, "one of"),
    "off": _among(RULES, "one of"),
    **{one.name: _days for one in fields(Rules) if one.type == "int"},
    "minimum_amount": _amount,
    "second_person_above": _amount,
    "call_from": _amount,
    "plan_from": _amount,
}
