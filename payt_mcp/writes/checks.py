"""The fields of a record that is written: each check takes where it stands and what was given, and gives what is sent.

Every check raises InputError in words that name the record and the field.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.words.numbers import as_id
from payt_mcp.words.text import is_dropped

Check = Callable[[str, Any], Any]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NO_ALIASES: Mapping[str, str] = MappingProxyType({})


def records(argument: str, given: Any, most: int) -> list[Any]:
    """A list of 1 to `most` rows; a JSON text is decoded first."""
    rows: list[Any] = decoded(argument, given, list)
    if not 1 <= len(rows) <= most:
        raise BadValueError(argument, f"{len(rows)} rows", f"1 to {most} in one call")
    return rows


def decoded(where: str, value: Any, kind: type[Any]) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise BadValueError(where, value, "JSON") from None
    if not isinstance(value, kind):
        raise BadValueError(where, value, "a list" if kind is list else "an object")
    return value


def record(
    where: str,
    given: Any,
    fields: Mapping[str, Check],
    required: tuple[str, ...],
    aliases: Mapping[str, str] = _NO_ALIASES,
) -> dict[str, Any]:
    """A row of these fields; null is not given. `aliases` are names that are wrong here, and the right ones."""
    row = {name: value for name, value in decoded(where, given, dict).items() if value is not None}
    for name in row:
        if name not in fields:
            close = [aliases[name]] if name in aliases else get_close_matches(str(name), fields, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]}?" if close else f" It takes: {', '.join(fields)}."
            raise InputError(f"{where} has no field {str(name)[:40]!r}.{hint}")
    missing = [name for name in required if name not in row]
    if missing:
        raise InputError(f"{where} needs {' and '.join(missing)}.")
    return {name: fields[name](f"{where}.{name}", value) for name, value in row.items()}


def text(where: str, value: Any) -> str:
    given = as_id(value)
    if not isinstance(given, str):
        raise BadValueError(where, value, "text")
    return readable(where, given.strip(), "")


def prose(where: str, value: Any) -> str:
    """Text which may have several lines."""
    if not isinstance(value, str):
        return text(where, value)
    return readable(where, value.strip().replace("\r\n", "\n"), "\n\t")


def readable(where: str, given: str, allowed: str) -> str:
    """Text that a person is shown exactly as it is posted: nothing in it breaks a line, cannot be seen, or turns the
    text around.
    """
    for sign in given:
        if (unicodedata.category(sign) in _UNSEEN or is_dropped(sign)) and sign not in allowed:
            raise InputError(
                f"{where} has a line break, or a control, invisible or direction-changing character "
                f"(U+{ord(sign):04X}) in it; leave that out."
            )
    return given


def filled(where: str, value: Any, text_of: Check = text) -> str:
    found: str = text_of(where, value)
    if not found:
        raise BadValueError(where, value, "not empty")
    return found


def date(where: str, value: Any) -> str:
    try:
        return dt.date.fromisoformat(text(where, value)).isoformat()
    except ValueError:
        raise BadValueError(where, value, "a date such as 2026-11-21") from None


def yes(where: str, value: Any) -> bool:
    if value not in (True, False, "true", "false"):
        raise BadValueError(where, value, "true or false")
    return value in (True, "true")


def one_of(*allowed: str) -> Check:
    def check(where: str, value: Any) -> str:
        found = text(where, value)
        if found not in allowed:
            raise BadValueError(where, value, "one of " + ", ".join(a or '""' for a in allowed))
        return found

    return check


def list_of(check: Check) -> Check:
    def read(where: str, value: Any) -> list[Any]:
        return [check(f"{where}[{place}]", item) for place, item in enumerate(decoded(where, value, list))]

    return read
