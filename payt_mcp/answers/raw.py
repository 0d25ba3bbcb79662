"""Payt's own fields of a record, as they are, made fit to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from payt_mcp.words import text as present


def raw_fields(record: Mapping[str, Any], names: Sequence[str], zone: dt.tzinfo) -> dict[str, Any]:
    """Payt's own fields of a record, made fit to be read: outside text cleaned, moments in `zone`, nothing empty."""
    return present.filled({name: readable(record.get(name), zone) for name in names})


def readable(value: Any, zone: dt.tzinfo) -> Any:
    """A value of Payt's as JSON: amounts as decimal strings, outside text cleaned and cut."""
    if isinstance(value, Mapping):
        return present.filled({present.outside(key): readable(part, zone) for key, part in value.items()})
    if isinstance(value, list | tuple):
        return [readable(part, zone) for part in value]
    return present.outside(value, present.TEXT_LENGTH) if isinstance(value, str) else _scalar(value, zone)


def _scalar(value: Any, zone: dt.tzinfo) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"  # never 1E+3
    if isinstance(value, dt.datetime):
        return present.stamp(value, zone)
    return value.isoformat() if isinstance(value, dt.date) else value
