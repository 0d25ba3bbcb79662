"""What pushes a part of a text out of sight."""

from __future__ import annotations

import re

_WIDE_GAP = re.compile(r"[^\S\n]{40}|(?:[^\S\n]*\n){8}")


def has_wide_gap(text: str) -> bool:
    """Whether blanks or empty lines push what follows them out of sight."""
    return bool(_WIDE_GAP.search(text.rstrip()))
