"""Numbers as hosts send them for what is a text here: ids and amounts."""

from __future__ import annotations

import math
from typing import Any

_MOST_SURE = 2**53
"""From here on a JSON number may have been another one before a program read it."""


def as_id(value: Any) -> Any:
    """`10037` and `10037.0` as "10037"; what is no whole number stays what it is, to be refused."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _MOST_SURE else value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_amount(value: Any) -> Any:
    """`1000.5` as "1000.50": the shortest digits that mean this number, which are those somebody wrote, and never its
    binary expansion. More than two decimals, `1e22` and what is no number stay what they are, to be refused.
    """
    if isinstance(value, float) and math.isfinite(value) and not value.is_integer():
        digits = repr(value)
        whole, _, cents = digits.partition(".")
        return f"{whole}.{cents:0<2}" if "e" not in digits and len(cents) <= 2 else value
    if isinstance(value, float):
        found = as_id(value)
        return f"{found}.00" if isinstance(found, str) else value
    return as_id(value)
