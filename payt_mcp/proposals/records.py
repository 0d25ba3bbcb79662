"""What the ledger holds: a proposal with its state, and the events that led there."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from payt_mcp.errors import AlteredError
from payt_mcp.policy.approval import Yes
from payt_mcp.proposals.said_parts import read_with_said
from payt_mcp.proposals.states import Status

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")


EMBEDDED = "embedded-"
"""How the name of a Payt begins that lives inside a server, and ends with it."""

CURRENCY = "currency"
"""Where the basis of a proposal keeps the currency of the administration, which `amount` is in."""

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
    `preview` what a person is shown, `basis` the state at Payt that it rests on; all plain JSON values. `once`: each
    time it is carried out it leaves something new at Payt, so two of the same letter are never under way together, and
    what was sent is not sent again within seven days. `proposer` is the id of the person it was proposed for, `amount`
    (a decimal as text, in the administration's currency) what it concerns; "" where that is not known.
    """

    kind: str
    scope: str
    administration_id: str
    digest: str
    letter: str
    content: Mapping[str, Any]
    preview: Mapping[str, Any]
    basis: Mapping[str, Any]
    once: bool = True
    proposer: str = ""
    amount: str = ""

    @property
    def currency(self) -> str:
        """That of `amount`; "" where Payt names none."""
        return str(self.basis.get(CURRENCY, ""))


@dataclass(frozen=True)
class Record:
    """A proposal as the ledger has it. `content` and `preview` are None once purged, and `basis` has the currency
    alone. Times are UTC.

    `once`, `proposer` and `amount` are as in `Draft`; `yeses` are those said to it, the last one last (none for what an
    older version wrote).
    """

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
    once: bool = True
    yeses: tuple[Yes, ...] = ()
    proposer: str = ""
    amount: str = ""

    @property
    def currency(self) -> str:
        """That of `amount`; "" where Payt names none."""
        return str((self.basis or {}).get(CURRENCY, ""))


class Listing(NamedTuple):
    """Proposals, and the ids of `altered` ones: nothing is told of these, for it may be anybody's word."""

    records: Sequence[Record]
    altered: frozenset[str]


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


def is_look(event: Event, digest: str, who: Who) -> bool:
    """Whether an event says that this person looked at this content."""
    if event.digest != digest or '"seen":true' not in event.detail:
        return False
    return bool(json.loads(event.who)["approver"] == who.approver)


def is_embedded(record: Record) -> bool:
    """Whether it was proposed to a Payt inside a server: no matter of anybody's books."""
    return str((record.content or {}).get("payt", "")).startswith(EMBEDDED)


def to_json(value: Any) -> str:
    """Canonical JSON: keys in order, no spaces, one text for one value."""
    return _CANONICAL.encode(value)


def without_addresses(value: Any) -> Any:
    """A JSON value without the e-mail addresses in its texts: what the chain holds stays for ever."""
    if isinstance(value, str):
        return _ADDRESS.sub("(an address)", value)
    if isinstance(value, Mapping):
        return {name: without_addresses(entry) for name, entry in value.items()}
    return [without_addresses(entry) for entry in value] if isinstance(value, list | tuple) else value


def stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def record_of(row: Mapping[str, Any]) -> Record:
    """A row of the table `proposals`.

    Raises:
        AlteredError: it holds what this program never writes.
    """
    try:
        return _record(row)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        raise AlteredError(
            f"Proposal {row['id']!s:.40} in the ledger cannot be read: it was altered.", AlteredError.OF_EITHER
        ) from None


def _record(row: Mapping[str, Any]) -> Record:
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
        outcome=read_with_said(_object(row["outcome"])),
        code=row["code"],
        code_until=_moment(row["code_until"]),
        once=bool(row["once"]),
        yeses=tuple(_yes(entry) for entry in json.loads(row["yeses"])),
        proposer=row["proposer"],
        amount=row["amount"],
    )


def yeses_text(yeses: Iterable[Yes]) -> str:
    """Yeses as the table keeps them."""
    return to_json([{**vars(yes), "at": stamp(yes.at), "attempt": _stamped(yes.attempt)} for yes in yeses])


def _yes(entry: Mapping[str, Any]) -> Yes:
    moments = {"at": dt.datetime.fromisoformat(entry["at"]), "attempt": _moment(entry["attempt"])}
    return Yes(**{**entry, **moments})


def _stamped(moment: dt.datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def _parsed(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else _object(text)


def _object(text: str) -> Mapping[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(type(found).__name__)
    return found


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
