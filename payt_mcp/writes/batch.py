"""What the upserts of debtors and of contacts share: a plan record by record, one batch, and a look at the books."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from payt_mcp.books.scope import Scope
from payt_mcp.errors import BadValueError
from payt_mcp.payt import writes
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.engine import Done
from payt_mcp.proposals.proposal import Warned
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.receivables.addresses import (
    domain,
    parse_many,
    parse_one,
    resembled,
)
from payt_mcp.words.text import clean, count
from payt_mcp.writes.bulk import bulk_done, with_refused
from payt_mcp.writes.checks import text
from payt_mcp.writes.invoices.lines import WHOLE
from payt_mcp.writes.kind import Content
from payt_mcp.writes.sight import Row, Sight

MOST_RECORDS = 500
UNSEEN = "(Payt does not show what was)"
_SETTLED_AFTER = dt.timedelta(seconds=60)
_POSTED = frozenset({"created", "updated"})

Planned = tuple[Row, list[Warned]]


class Upsert(ABC):
    """`kind` is Payt's resource too; `unseen` are the fields that are taken and never shown."""

    kind: str
    what: str
    unseen: frozenset[str]

    @abstractmethod
    def parse(self, given: Any) -> list[dict[str, Any]]:
        """The rows of a call. Raises InputError."""

    @abstractmethod
    def key(self, row: Mapping[str, Any]) -> str:
        """What Payt's answer calls the record."""

    @abstractmethod
    async def plan(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Planned]:
        """What each row would do to the books, and what is to be looked out for. Raises UpstreamError."""

    async def prepare(self, scope: Scope, wish: Content) -> dict[str, Any]:  # noqa: ARG002 - Action
        rows = self.parse(wish[self.kind])
        twice = [key for key, times in Counter(map(self.key, rows)).items() if times > 1]
        if twice:
            raise BadValueError(self.kind, twice[0], "each record once")
        return {self.kind: rows}

    async def see(self, scope: Scope, content: Content) -> Sight:
        planned = await self.plan(scope, content[self.kind])
        rows = [row for row, _ in planned]
        idle = all(row.action not in _POSTED for row in rows)
        refused = sum(row.action == "refused" for row in rows)
        warnings = [warned for _, found in planned for warned in found]
        if refused:
            warnings.append(Warned(f"Refused and kept out of what is sent: {count(refused, 'record')}."))
        return Sight(
            letter=sorted(self.key(row) for row in content[self.kind]),
            title=f"{count(len(rows), self.kind.removesuffix('s'))}",
            rows=rows,
            warnings=warnings,
            idle="Payt has all of it already" if idle and not refused else "Nothing is left to send" if idle else "",
        )

    def command(self, administration_id: str, content: Content, preview: Content) -> Command:
        return writes.upsert(administration_id, self.kind, self._posted(content, preview))

    def done(self, content: Content, preview: Content, answer: Any) -> Done:
        posted = [self.key(row) for row in self._posted(content, preview)]
        return with_refused(bulk_done(posted, *writes.bulk_result(answer)), _refused(preview))

    async def stands(self, scope: Scope, record: Record, credited: frozenset[str]) -> Done | None:  # noqa: ARG002 - Action
        """Whether the books are as planned. A record with something that Payt does not show is left to a person."""
        content, preview = record.content or {}, record.preview or {}
        posted = self._posted(content, preview)
        if any(name in row for row in posted for name in self.unseen):
            return None
        missing = [row.key for row, _ in await self.plan(scope, posted) if row.action != "unchanged"]
        if not missing:
            return with_refused(Done(Status.APPLIED, {"found": "in the books"}), _refused(preview))
        waited = dt.datetime.now(dt.UTC) - (record.sending_at or record.created_at)
        if len(missing) == len(posted) or waited < _SETTLED_AFTER:
            return None
        return Done(Status.PARTLY_APPLIED, {"records": dict.fromkeys(sorted(missing), "not as planned at Payt")})

    def _posted(self, content: Content, preview: Content) -> list[Mapping[str, Any]]:
        posted = {row["key"] for row in preview["rows"] if row["action"] in _POSTED}
        return [row for row in content[self.kind] if self.key(row) in posted]


def _refused(preview: Content) -> dict[str, list[str]]:
    return {row["key"]: row["notes"] for row in preview["rows"] if row["action"] == "refused"}


def address(where: str, value: Any) -> str | None:
    """One e-mail address; "" clears it."""
    given = text(where, value)
    return parse_one(where, given) if given else None


def addresses(where: str, value: Any) -> str | None:
    """Addresses for a copy, separated by commas; "" clears them."""
    return ",".join(parse_many(where, [text(where, value)])) or None


def clearable(where: str, value: Any) -> str | None:
    """Text; "" clears it."""
    return text(where, value) or None


def change(name: str, old: Any, new: Any) -> dict[str, str]:
    return {"field": name, "old": clean(said(old), WHOLE), "new": clean(said(new), WHOLE) or "nothing (cleared)"}


def said(value: Any) -> str:
    """A value of a record in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def differences(pairs: Iterable[tuple[str, Any, Any]]) -> list[dict[str, str]]:
    """A change for each name whose new value is not the old one."""
    return [change(name, old, new) for name, old, new in pairs if said(old) != said(new)]


def redirected(whose: str, changed: Mapping[str, str]) -> Warned:
    """An address on file changes: where a debtor's mail goes. Nobody but a person may say yes to that."""
    old, new = changed["old"], changed["new"]
    alike = resembled(domain(new), [domain(old)])
    looks = f" Its domain looks like {alike} and is another." if alike else ""
    was = f"{old} becomes {new}" if old else f"{new}, where there was none"
    return Warned(f"{whose}: the {changed['field'].replace('_', ' ')} changes: {was}.{looks}", True, True)
