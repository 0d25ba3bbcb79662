"""How a write ended, by what Payt shows afterwards: one rule, and its times, for every kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import say
from payt_mcp.writes.bulk import with_refused
from payt_mcp.writes.outlook import Content

CLOCKS_APART = dt.timedelta(minutes=10)
"""By how much Payt's clock may be behind ours: what is dated that much before the first attempt can be its outcome."""

SETTLED_AFTER = dt.timedelta(seconds=60)
"""A batch of which a part can be seen may still be under way for so long after it was sent."""


@dataclass(frozen=True)
class Attempt:
    """What was sent, first and last at these moments, and is looked for at Payt.

    `baseline` are the ids of what looked like the outcome and stood there before; `credited` are the outcomes of other
    proposals.
    """

    content: Content
    preview: Preview
    first: dt.datetime
    last: dt.datetime
    baseline: Collection[str] = ()
    credited: Collection[str] = ()

    def may_be_of(self, moment: dt.datetime | None) -> bool:
        """Whether what Payt dates so can be its outcome: an earlier attempt may arrive late, but none arrives before it
        was made.
        """
        return moment is not None and moment > self.first - CLOCKS_APART

    def ours(self, found: Iterable[tuple[str, dt.datetime]]) -> str:
        """The id among what looks like the outcome that this proposal left: the oldest that is new and no other
        proposal's; "" where there is none.
        """
        new = [
            (moment, key)
            for key, moment in found
            if key and key not in self.baseline and key not in self.credited and self.may_be_of(moment)
        ]
        return min(new)[1] if new else ""

    def batch(self, due: Collection[str], missing: Collection[str], found: str) -> Done | None:
        """How a batch ended of which some records are `due` and of them some `missing` at Payt; `found` says where the
        others are. None where nothing of it is there, or the rest may still come.
        """
        if due and not missing:
            return with_refused(Done(Status.APPLIED, {"found": found}), self.preview.refused)
        if len(missing) == len(due) or dt.datetime.now(dt.UTC) - self.last < SETTLED_AFTER:
            return None
        told = {"records": dict.fromkeys(sorted(missing), say("not as proposed at Payt"))}
        return with_refused(Done(Status.PARTLY_APPLIED, told), self.preview.refused)
