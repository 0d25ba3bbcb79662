"""What Payt answers to a write of many records, record by record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import joined, say
from payt_mcp.words.text import clean

WHOLE = 1_000_000
"""Longer than any text of a record: a person is shown all of it."""

CLEARED = say("nothing (cleared)")
UNSEEN = say("(Payt does not show what was)")
POSTED = frozenset({"created", "updated"})
"""What becomes of the records of an upsert that Payt has something to do for."""


def bulk_done(
    keys: Collection[str], count: int, errors: Mapping[str, list[str]], warnings: Mapping[str, list[str]]
) -> Done:
    """Payt's answer about records that go by these keys; errors may stand under one, or under a kind of failure."""
    records: dict[str, str] = {}
    for word, found in (("warning", warnings), ("error", errors)):
        for key, texts in found.items():
            if key in keys:
                records[key] = say("{word}: {texts}", word=word, texts=clean("; ".join(texts)))
            else:
                records |= {
                    text if text in keys else clean(key, 40): say("{word}: {key}", word=word, key=clean(key, 40))
                    for text in texts
                }
    status = Status.APPLIED if not errors else Status.PARTLY_APPLIED if count else Status.FAILED
    outcome: dict[str, Any] = {"count": count, "records": records}
    if status is Status.FAILED:
        outcome["trouble"] = say("Payt took none of the records.")
    return Done(status, outcome)


def with_refused(done: Done, refused: Mapping[str, Sequence[str]]) -> Done:
    """The outcome with the records that were kept out of what was posted, each with why."""
    if not refused:
        return done
    told = {key: say("error: not posted, because {notes}", notes=joined(notes, "; ")) for key, notes in refused.items()}
    status = Status.PARTLY_APPLIED if done.status is Status.APPLIED else done.status
    return Done(status, {**done.outcome, "records": {**told, **done.outcome.get("records", {})}}, done.message_id)
