"""Whether a debtor is surely a business, by what Payt keeps of it. That one is a consumer, nothing tells. Pure."""

from __future__ import annotations

from payt_mcp.scanning.names import FORMS

_SURNAMES_TOO = frozenset({"ab", "as", "co", "sa", "se"})
_LAST = 2


def is_business(name: str | None, *numbers: str | None) -> bool:
    """It has a company or VAT number, or its name ends in the form of a company."""
    last = [word.replace(".", "").casefold() for word in (name or "").split()[-_LAST:]]
    return any(numbers) or any(word in FORMS - _SURNAMES_TOO for word in last)
