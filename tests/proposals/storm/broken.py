"""Ledgers that are broken on purpose: over each of them the storm must find something wrong."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import (
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

    def claim(self, key: str, baseline: Iterable[str] = ()) -> Record | None:
        with self._reading():
            record = self._get(key)
        if record.status is not Status.APPROVED:
            return None
        time.sleep(0.05)
        with self._step() as now:
            self._db.execute(
                "UPDATE proposals SET status='sending', owner=?, sending_at=?, baseline=? WHERE id=?",
                (self.owner.name, stamp(now), to_json(list(baseline)), key),
            )
            self._note(key, _SOMEONE, now)
            return self._get(key)

    def finish(self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "") -> Record:
        with self._step() as now:
            record = self._get(key)
            return self._end(record, status, _SOMEONE, now, outcome, "")


class RecordedAfterwards(Ledger):
    """Sends first and records afterwards."""

    def claim(self, key: str, baseline: Iterable[str] = ()) -> Record | None:
        record = self.get(key)
        self._late = (key, list(baseline))
        return record if record.status is Status.APPROVED else None

    def finish(self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "") -> Record:
        Ledger.claim(self, *self._late)
        return super().finish(key, status, outcome, message_id=message_id)


class SettledByAnyMessage(Ledger):
    """Forgets what stood on the timeline before sending, and when that was: any identical message settles it."""

    def pending(self, scope: str | None = None, *, also: Iterable[Status] = ()) -> list[Record]:
        return [
            replace(record, baseline=(), sending_at=_LONG_AGO) if record.status is Status.OUTCOME_UNKNOWN else record
            for record in super().pending(scope, also=also)
        ]


LEDGERS: Mapping[str, type[Ledger]] = {
    "": Ledger,
    "claim": ClaimNotAtomic,
    "order": RecordedAfterwards,
    "age": SettledByAnyMessage,
}
