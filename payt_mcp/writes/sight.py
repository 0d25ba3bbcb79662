"""What an action would do, as Payt stands at the moment, and what a person is shown of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from payt_mcp.proposals.proposal import Warned
from payt_mcp.words.text import clean, some

Fact = tuple[str, str]
_MOST_NAMED = 5


@dataclass(frozen=True)
class Row:
    """One record of several: `about` says whose it is, `action` what becomes of it."""

    key: str
    action: str
    about: str = ""
    changes: Sequence[Mapping[str, str]] = ()
    notes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "about": self.about,
            "action": self.action,
            "changes": [dict(change) for change in self.changes],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Sight:
    """An action as it would be carried out now.

    `letter` names what two proposals may not write side by side. `facts` and `rows` are what a yes is given to: when
    one of them changes, it is asked for anew; `beside` may change meanwhile. `idle` says why there is nothing to do.
    `same` are the ids of what would look like the outcome and is not.
    """

    letter: Sequence[str]
    title: str
    facts: Sequence[Fact] = ()
    rows: Sequence[Row] = ()
    warnings: Sequence[Warned] = ()
    beside: Sequence[Fact] = ()
    idle: str = ""
    same: Sequence[str] = field(default_factory=tuple)

    def preview(self, kind: str, sender: str, administration_id: str) -> dict[str, Any]:
        warned = sorted(self.warnings, key=lambda warning: not warning.danger)
        return {
            "kind": kind,
            "title": f"{self.title}, in {clean(sender, 60)}",
            "from": clean(sender, 200),
            "administration_id": administration_id,
            "facts": [list(fact) for fact in self.facts],
            "beside": [list(fact) for fact in self.beside],
            "counts": dict(Counter(row.action for row in self.rows)),
            "rows": [row.as_json() for row in self.rows],
            "idle": self.idle,
            "warnings": [warning.as_json() for warning in warned],
        }


def what_changed(shown: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What of a preview is not so any more, in sentences."""
    before, after = (dict(map(tuple, preview["facts"])) for preview in (shown, now))
    found = [
        f"{name} was {before.get(name) or 'nothing'} and is {after.get(name) or 'nothing'} now"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    rows, later = ({row["key"]: row for row in preview["rows"]} for preview in (shown, now))
    moved = [clean(key, 40) for key in {**rows, **later} if rows.get(key) != later.get(key)]
    if moved:
        found.append(f"at Payt changed since: {some(moved, most=_MOST_NAMED)}")
    if not found and shown["warnings"] != now["warnings"]:
        found.append("what is to be looked out for changed since")
    return [f"{now['idle']}", *found] if now["idle"] and not shown["idle"] else found
