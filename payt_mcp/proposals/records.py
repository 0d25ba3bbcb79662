"""What the ledger holds: a proposal with its state, and the events that led there."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.states import Status

if TYPE_CHECKING:
    import sqlite3

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")


EMBEDDED = "embedded-"
"""How the name of a Payt begins that lives inside a server, and ends with it."""

CLOCK = "clock"
"""Stands in the place of a proposal in an event that is about the clock of this machine."""


@dataclass(frozen=True)
class Who:
    """Who caused a step: `channel` (tool, elicitation, page, app, terminal, code, server), the MCP client's name and
    version, and the approver as far as one is known (the operating system's user for page and terminal).
    """

    channel: str
    client: str = ""
    approver: str = ""

    def as_text(self) -> str:
        return to_json({"channel": self.channel, "client": self.client, "approver": self.approver})


@dataclass(frozen=True)
class Draft:
    """A proposal before it is on record.

    `digest` names the exact content (and which Payt and administration it is for); `letter` is what the debtor would
    read, so that two proposals of the same letter are never under way together. `content` is what would be written,
    `preview` what a person is shown, `basis` the state at Payt that it rests on; all plain JSON values.
    """

    kind: str
    scope: str
    administration_id: str
    digest: str
    letter: str
    content: Mapping[str, Any]
    preview: Mapping[str, Any]
    basis: Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A proposal as the ledger has it. `content`, `preview` and `basis` are None once purged. Times are UTC."""

    id: str
    kind: str
    scope: str
    administration_id: str
    digest: str
    letter: str
    status: Status
    created_at: dt.datetime
    changed_at: dt.datetime
    content: Mapping[str, Any] | None = None
    preview: Mapping[str, Any] | None = None
    basis: Mapping[str, Any] | None = None
    approved_at: dt.datetime | None = None
    sending_at: dt.datetime | None = None
    owner: str = ""
    baseline: tuple[str, ...] = ()
    message_id: str = ""
    outcome: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    code_until: dt.datetime | None = None


@dataclass(frozen=True)
class Event:
    """One step of one proposal. `detail` is a JSON object as text, `body` the hash of the proposal's row after the
    step; `mark` chains the event to the one before it.
    """

    seq: int
    proposal_id: str
    at: str
    status: str
    who: str
    digest: str
    body: str
    detail: str
    mark: str

    def signed(self) -> tuple[str, ...]:
        """All that the mark vouches for."""
        return (
            str(self.seq),
            self.proposal_id,
            self.at,
            self.status,
            self.who,
            self.digest,
            self.body,
            self.detail,
        )


def is_embedded(record: Record) -> bool:
    """Whether it was proposed to a Payt inside a server: no matter of anybody's books."""
    return str((record.content or {}).get("payt", "")).startswith(EMBEDDED)


def to_json(value: Any) -> str:
    """Canonical JSON: keys in order, no spaces, one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def without_addresses(value: Any) -> Any:
    """A JSON value without the e-mail addresses in its texts: what the chain holds stays for ever."""
    if isinstance(value, str):
        return _ADDRESS.sub("(an address)", value)
    if isinstance(value, Mapping):
        return {name: without_addresses(entry) for name, entry in value.items()}
    return [without_addresses(entry) for entry in value] if isinstance(value, list | tuple) else value


def row_hash(row: sqlite3.Row) -> str:
    """The hash of a proposal as it stands in its table, every column of it; AlteredError for what is no text."""
    try:
        return hashlib.sha256(to_json({name: row[name] for name in row.keys()}).encode()).hexdigest()  # noqa: SIM118 - a Row iterates over values
    except TypeError:
        raise AlteredError(f"Proposal {row['id']!s:.40} in the ledger holds what no proposal holds.") from None


def stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def record_of(row: sqlite3.Row) -> Record:
    """A row of the table `proposals`.

    Raises:
        AlteredError: it holds what this program never writes.
    """
    try:
        return _record(row)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise AlteredError(f"Proposal {row['id']!s:.40} in the ledger cannot be read: it was altered.") from None


def _record(row: sqlite3.Row) -> Record:
    return Record(
        id=row["id"],
        kind=row["kind"],
        scope=row["scope"],
        administration_id=row["administration_id"],
        digest=row["digest"],
        letter=row["letter"],
        status=Status(row["status"]),
        created_at=dt.datetime.fromisoformat(row["created_at"]),
        changed_at=dt.datetime.fromisoformat(row["changed_at"]),
        content=_parsed(row["content"]),
        preview=_parsed(row["preview"]),
        basis=_parsed(row["basis"]),
        approved_at=_moment(row["approved_at"]),
        sending_at=_moment(row["sending_at"]),
        owner=row["owner"],
        baseline=tuple(json.loads(row["baseline"])),
        message_id=row["message_id"],
        outcome=_object(row["outcome"]),
        code=row["code"],
        code_until=_moment(row["code_until"]),
    )


def event_of(row: sqlite3.Row) -> Event:
    """A row of the table `events`."""
    return Event(*(row[name] for name in Event.__dataclass_fields__))


def _parsed(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else _object(text)


def _object(text: str) -> Mapping[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(type(found).__name__)
    return found


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
