"""Ledgers that are broken on purpose: over each of them the storm must find something wrong."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.ledger.step import found
from payt_mcp.proposals.records import (
    Listing,
    Record,
    Who,
    stamp,
    to_json,
)
from payt_mcp.proposals.states import Status

_SOMEONE = Who("page", "", "storm")
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class ClaimNotAtomic(Ledger):
    """Looks first and takes afterwards."""

    def claim(self, key: str, baseline: Iterable[str] = (), *, scope: str | None = None) -> Record | None:
        with self._store.reading():
            record = found(self._store, key, scope)
        if record.status is not Status.APPROVED:
            return None
        time.sleep(1.0)  # as long as two processes may be apart in seeing one yes
        with self._step() as step:
            return step.change(
                key,
                _SOMEONE,
                status=Status.SENDING.value,
                sending_at=stamp(step.now),
                owner=self.owner.name,
                baseline=to_json(list(baseline)),
            )

    def finish(
        self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "", scope: str | None = None
    ) -> Record:
        with self._step() as step:
            return step.end(step.get(key, scope), status, _SOMEONE, outcome, "")


class RecordedAfterwards(Ledger):
    """Sends first and records afterwards."""

    def claim(self, key: str, baseline: Iterable[str] = (), *, scope: str | None = None) -> Record | None:
        record = self.get(key, scope)
        self._late = (key, list(baseline))
        return record if record.status is Status.APPROVED else None

    def holds(self, record: Record) -> bool:
        return True

    def finish(
        self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "", scope: str | None = None
    ) -> Record:
        Ledger.claim(self, *self._late)
        return super().finish(key, status, outcome, message_id=message_id, scope=scope)


class SettledByAnyMessage(Ledger):
    """Forgets what stood on the timeline before sending, and when that was: any identical message settles it."""

    def listed(self, states: Collection[Status], scope: str | None = None) -> Listing:
        found = super().listed(states, scope)
        records = [
            replace(record, baseline=(), sending_at=_LONG_AGO) if record.status is Status.OUTCOME_UNKNOWN else record
            for record in found.records
        ]
        return found._replace(records=records)


LEDGERS: Mapping[str, type[Ledger]] = {
    "": Ledger,
    "claim": ClaimNotAtomic,
    "order": RecordedAfterwards,
    "age": SettledByAnyMessage,
}
