"""What a person should look at before a letter goes out, dangers first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from payt_mcp.proposals.preview import Warned
from payt_mcp.scanning.gaps import has_wide_gap
from payt_mcp.words.said import say, some, term
from payt_mcp.words.visible import hidden_kinds
from payt_mcp.writes.message.addressing import recipient_warnings
from payt_mcp.writes.message.chasing import chasing_warnings, step_warnings
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import meant
from payt_mcp.writes.message.history import history_warnings, rule_warnings
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.objecting import objection_warnings
from payt_mcp.writes.message.source import Source
from payt_mcp.writes.message.sources import warnings_in
from payt_mcp.writes.message.unfilled import unfilled

_MOST_NAMED = 5


def warnings_of(letter: Letter, facts: Facts, sources: Sequence[Source], about: Collection[str] = ()) -> list[Warned]:
    """`sources` is the table of all that the text says; `about` are ids of the invoices that were named beside it."""
    text = letter.text
    named = meant(text, facts.items, facts.invoice_id)
    named += [item for item in facts.items if item.id in about and item not in named and item.owed >= 0]
    chased = named or [item for item in facts.items if item.is_overdue]
    is_listed = any(one.placeholder == "{invoices}" for one in letter.filled)
    found = [
        *recipient_warnings(letter, facts),
        *chasing_warnings(text, facts, named, is_listed=is_listed),
        *objection_warnings(facts, chased, is_listed=is_listed),
        *history_warnings(facts),
        *rule_warnings(facts),
        *step_warnings(chased),
        *warnings_in(sources),
        *_unseen(text),
        *_unfilled(letter, facts),
    ]
    return sorted(found, key=lambda warned: not warned.danger)


def _unfilled(letter: Letter, facts: Facts) -> list[Warned]:
    known = {facts.debtor, facts.sender, *(item.number for item in facts.items)}
    found = unfilled(letter.subject, letter.body, letter.filled, known)
    if not found:
        return []
    said = some(found, most=_MOST_NAMED)
    return [Warned(say("The text holds what looks like a placeholder that nobody filled: {said}.", said=said), True)]


def _unseen(text: str) -> list[Warned]:
    """What a person would overlook: signs nobody sees, and gaps that push text out of sight."""
    found = []
    kinds = hidden_kinds(text)
    if kinds:
        said = some(say("{number} x {kind}", number=str(number), kind=term(kind)) for kind, number in kinds.items())
        found.append(
            Warned(
                say("The text holds {number} signs nobody sees ({said}).", number=str(sum(kinds.values())), said=said),
                True,
            )
        )
    if has_wide_gap(text):
        found.append(Warned(say("The text has a wide gap; look for what comes after it."), True))
    return found
