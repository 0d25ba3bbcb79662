"""What a person should look at before a letter goes out, dangers first."""

from __future__ import annotations

from collections.abc import Sequence

from payt_mcp.proposals.preview import Warned
from payt_mcp.scanning.gaps import has_wide_gap
from payt_mcp.words.text import some
from payt_mcp.words.visible import hidden_kinds
from payt_mcp.writes.message.addressing import (
    account_warnings,
    address_warnings,
    link_warnings,
    recipient_warnings,
)
from payt_mcp.writes.message.chasing import chasing_warnings, step_warnings
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import meant
from payt_mcp.writes.message.history import history_warnings, rule_warnings
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.source import Source
from payt_mcp.writes.message.sources import warnings_in


def warnings_of(letter: Letter, facts: Facts, sources: Sequence[Source]) -> list[Warned]:
    """`sources` is the table of all that the text says."""
    text = letter.text
    named = meant(text, facts.items, facts.invoice_id)
    chased = named or [item for item in facts.items if item.is_overdue]
    found = [
        *recipient_warnings(letter, facts),
        *account_warnings(text, facts),
        *chasing_warnings(text, facts, named),
        *history_warnings(facts),
        *rule_warnings(facts),
        *step_warnings(chased),
        *warnings_in(sources),
        *link_warnings(text, facts),
        *address_warnings(text, letter, facts),
        *_unseen(text),
    ]
    return sorted(found, key=lambda warned: not warned.danger)


def _unseen(text: str) -> list[Warned]:
    """What a person would overlook: signs nobody sees, and gaps that push text out of sight."""
    found = []
    kinds = hidden_kinds(text)
    if kinds:
        said = some(f"{number} x {kind}" for kind, number in kinds.items())
        found.append(Warned(f"The text holds {sum(kinds.values())} signs nobody sees ({said}).", True, True))
    if has_wide_gap(text):
        found.append(Warned("The text has a wide gap; look for what comes after it.", True))
    return found
