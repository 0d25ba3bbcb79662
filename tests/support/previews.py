"""Previews as tests look at them: typed, or flat under the names that tests ask for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from payt_mcp.proposals.preview import (
    Beside,
    Effects,
    Facts,
    Letter,
    Mails,
    Preview,
    Records,
)
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.stored import preview_of


def seen(record: Record) -> Preview:
    """What a person is shown of a proposal."""
    preview = preview_of(record)
    assert preview is not None
    return preview


def flat(shown: Preview) -> dict[str, Any]:
    """Every section under a name of its own: `mails`, `money`, `payments`, `lists`, `rows`, `facts`, `recipients`."""
    found: dict[str, Any] = {
        "facts": {}, "beside": {}, "rows": [asdict(row) for row in shown.rows], "money": {}, "payments": [],
        "lists": {}, "warnings": [asdict(warned) for warned in shown.warnings],
    }  # fmt: skip
    for section in shown.sections:
        match section:
            case Facts() | Beside():
                found["facts" if isinstance(section, Facts) else "beside"] |= dict(section.entries)
            case Letter():
                found |= {
                    "recipients": [asdict(one) for one in section.recipients],
                    "subject": section.subject,
                    "body": section.body,
                }
            case Mails():
                found["mails"] = [(mail.record, mail.to) for mail in section.entries]
            case Effects():
                _add(found, section)
            case Records():
                pass
    return found


def _add(found: dict[str, Any], effects: Effects) -> None:
    """The counts, sums by currency, payments, and lists of a batch."""
    for effect in effects.entries:
        label, _, said = effect.said.partition(": ")
        if effect.said.startswith("In "):
            found["counts"] = {
                action: int(number) for number, _, action in (p.partition(" ") for p in said.split(", "))
            }
        elif effect.said.startswith("Payt would book"):
            found["payments"] = [tuple(item.split(" ", 1)) for item in effect.items]
        elif effect.items:
            found["lists"][effect.said] = list(effect.items)
        else:
            found["money"][label] = said
