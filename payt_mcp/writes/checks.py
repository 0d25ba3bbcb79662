"""The fields of a record that is written: each check takes where it stands and what was given, and gives what is sent.

Every check raises InputError in words that name the record and the field.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.words.numbers import as_id
from payt_mcp.words.text import ODD_CATEGORIES, is_dropped

Check = Callable[[str, Any], Any]

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
    """A row of these fields, as far as they are given. `aliases` are names that are wrong here, and the right ones."""
    whole = decoded(where, given, dict)
    for name in whole:
        if name not in fields and whole[name] is not None:
            close = [aliases[name]] if name in aliases else get_close_matches(str(name), fields, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]}?" if close else f" It takes: {', '.join(fields)}."
            raise InputError(f"{where} has no field {str(name)[:40]!r}.{hint}")
    given_names = [name for name in whole if is_given(whole[name])]
    missing = [name for name in required if name not in given_names]
    if missing:
        raise InputError(f"{where} needs {' and '.join(missing)}.")
    row = {name: fields[name](f"{where}.{name}", whole[name]) for name in given_names}
    return {name: value for name, value in row.items() if is_given(value)}  # a list may have come as text


def is_given(value: Any) -> bool:
    """Whether there is anything in it. Hosts whose strict mode wants every field there is send null, "", [] and objects
    of nothing else for what is not meant.
    """
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list):
        return any(map(is_given, value))
    if isinstance(value, dict):
        return any(part is not False and is_given(part) for part in value.values())
    return value is not None


@dataclass(frozen=True)
class RowShape:
    """A row of an upsert. `keys` say which record is meant. Each field in `clearable` has what Payt takes for an empty
    one; only `clear`, which names it, empties it.
    """

    fields: Mapping[str, Check]
    required: tuple[str, ...]
    keys: frozenset[str]
    clearable: Mapping[str, Any]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def read(self, where: str, given: Any) -> dict[str, Any]:
        """Raises InputError, also for a row of empty fields: who sends one alone means to empty it."""
        row = record(where, given, {**self.fields, "clear": _names}, self.required, self.aliases)
        cleared: list[str] = row.pop("clear", [])
        for name in cleared:
            if name not in self.clearable:
                raise InputError(
                    f"{where}.clear cannot empty {name[:40]!r}. What can be emptied: {', '.join(self.clearable)}."
                )
            if name in row:
                raise InputError(f"{where} gives {name} and empties it, too: one of the two.")
        if not cleared and row.keys() <= self.keys:
            empty = [name for name, value in decoded(where, given, dict).items() if value in ("", [])]
            if empty := [name for name in empty if name in self.clearable]:
                raise InputError(
                    f'{where} changes nothing: "" and [] count as not given. To empty a field name it in clear: '
                    f'{{"clear": ["{empty[0]}"]}}.'
                )
        return row | {name: self.clearable[name] for name in cleared}


def _names(where: str, value: Any) -> list[str]:
    """Names of fields: a list, a list as text, or one name alone."""
    is_one = isinstance(value, str) and not value.lstrip().startswith("[")
    names: list[str] = list_of(text)(where, [value] if is_one else value)
    return list(dict.fromkeys(names))


def text(where: str, value: Any) -> str:
    given = as_id(value)
    if not isinstance(given, str):
        raise BadValueError(where, value, "text")
    return readable(where, _unquoted(given.strip()), "")


def prose(where: str, value: Any) -> str:
    """Text which may have several lines."""
    if not isinstance(value, str):
        return text(where, value)
    return readable(where, _unquoted(value.strip()).replace("\r\n", "\n"), "\n\t")


def _unquoted(given: str) -> str:
    """Without the marks that answers put around other people's words, and that are no part of them."""
    inner = given[1:-1]
    return inner if given == f"“{inner}”" and not {"“", "”"} & set(inner) else given


def readable(where: str, given: str, allowed: str) -> str:
    """Text that a person is shown exactly as it is posted: nothing in it breaks a line, cannot be seen, or turns the
    text around.
    """
    for sign in given:
        if (unicodedata.category(sign) in ODD_CATEGORIES or is_dropped(sign)) and sign not in allowed:
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
        items = enumerate(decoded(where, value, list))
        return [check(f"{where}[{place}]", item) for place, item in items if is_given(item)]

    return read
