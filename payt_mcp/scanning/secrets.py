"""What lets whoever has it in: tokens and passwords in a text."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"(?<![\w-])(?:[sp]k_(?:live|test)_\w{8,}|gh[pousr]_\w{20,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|\b[A-Z][A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|API_KEY)\s?[=:]\s?\S{6,}"
    r"|\b(?:api[ _-]?(?:key|token)|client[ _-]?secret|bearer|wachtwoord|password|passwort|mot de passe)\s?[=:]\s?\S{6,}"
    r"|\bbearer [\w.~+/-]{20,}",
    re.IGNORECASE,
)
_SHOWN = 12


def secrets_in(text: str) -> list[str]:
    """The beginning of each, which is enough to find it by."""
    return list(dict.fromkeys(match.group()[:_SHOWN] for match in _SECRET.finditer(text)))
