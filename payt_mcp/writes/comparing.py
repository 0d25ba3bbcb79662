"""Whether what a person was shown is so still: two previews of one write held against each other, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from payt_mcp.proposals.preview import Beside, Facts, Letter, Preview, Records, Section
from payt_mcp.words.text import clean, some

_MOST_NAMED = 5
_KEY_LENGTH = 40


def what_changed(shown: Preview, now: Preview) -> list[str]:
    """What of a preview is not so any more; nothing where a yes to it still holds."""
    found = [*_facts(shown, now), *recipients(shown, now), *_records(shown, now)]
    if not found and _others(shown) != _others(now):
        found.append("what follows from it changed since")
    if not found and shown.warnings != now.warnings:
        found.append("what is to be looked out for changed since")
    return [now.idle, *found] if now.idle and not shown.idle else found


def recipients(shown: Preview, now: Preview) -> Iterator[str]:
    """Whether a letter would go to other addresses."""
    before, after = _addresses(shown), _addresses(now)
    if before != after:
        yield f"messages to this debtor go to {some(after)} now"


def _facts(shown: Preview, now: Preview) -> Iterator[str]:
    before, after = _labelled(shown), _labelled(now)
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield f"{name} was {before.get(name) or 'nothing'} and is {after.get(name) or 'nothing'} now"


def _records(shown: Preview, now: Preview) -> Iterator[str]:
    """Records by their place, not their key: one may come twice in a batch."""
    pairs = zip_longest(shown.rows, now.rows)
    moved = dict.fromkeys(clean((later or row).key, _KEY_LENGTH) for row, later in pairs if row != later)
    if moved:
        yield f"at Payt changed since: {some(moved, most=_MOST_NAMED)}"


def _others(preview: Preview) -> list[Section]:
    """What is neither said in other sentences here nor only stands beside."""
    return [one for one in preview.sections if not isinstance(one, Facts | Beside | Letter | Records)]


def _labelled(preview: Preview) -> dict[str, str]:
    return dict(fact for section in preview.sections if isinstance(section, Facts) for fact in section.entries)


def _addresses(preview: Preview) -> list[str]:
    return [one.email for section in preview.sections if isinstance(section, Letter) for one in section.recipients]
