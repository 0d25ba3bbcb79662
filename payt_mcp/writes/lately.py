"""What writes of this server changed lately: which addresses came on file by them, and what of a debtor is another.

A yes to one write must not make the next one look as if it had always been so. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.outcomes import at
from payt_mcp.proposals.preview import Change, Row
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import preview_of
from payt_mcp.receivables.addresses import CONTACT_FIELDS, PLACES
from payt_mcp.receivables.mailboxes import mailboxes_in
from payt_mcp.words.said import count, say, some, within
from payt_mcp.writes.bulk import POSTED

_UPSERTS = frozenset({"contacts", "debtors", "invoices"})
_MAY_BE_SO = frozenset({Status.APPLIED, Status.PARTLY_APPLIED, Status.SENDING, Status.OUTCOME_UNKNOWN})
_ADDRESSES = frozenset({*PLACES, *CONTACT_FIELDS})
_MOST_CHANGES = 4
_LENGTH = 240


def came_on_file(records: Sequence[Record], zone: dt.tzinfo) -> dict[str, str]:
    """Mailboxes that proposals put on file, and which proposal did so, in words."""
    return {
        mailbox: say("proposal {id} of {changed_at}", id=record.id, changed_at=at(record.changed_at, zone))
        for record in records
        if record.status in _MAY_BE_SO
        for row in _rows_of(record)
        for change in row.changes
        if _field(change) in _ADDRESSES
        for mailbox in mailboxes_in(change.new)
    }


def changes_of(record: Record, number: str) -> str:
    """What an upsert changes of the debtor of this number, in short; "" where it says nothing of it."""
    said = [part for row in _rows_of(record) for part in _of_debtor(row, number)]
    return within(some(said, most=_MOST_CHANGES), _LENGTH)


def _rows_of(record: Record) -> list[Row]:
    """The rows of an upsert that Payt has something to do for."""
    if record.kind not in _UPSERTS:
        return []
    try:
        preview = preview_of(record)
    except AlteredError:
        return []
    return [row for row in preview.rows if row.action in POSTED] if preview else []


def _of_debtor(row: Row, number: str) -> Iterator[str]:
    """`261001: due date 2026-11-01 becomes 2026-12-01`, for each of its fields; of what is new, that it is."""
    own = row.key == number or row.about.split(" ")[0] == number
    follows = f"debtor {number} "
    changes = [one for one in row.changes if own or one.field.startswith(follows)]
    if own and row.action == "created":
        yield say("{key} is new", key=row.key)
    elif own and len(changes) > _MOST_CHANGES:
        yield say("{key}: {fields}", key=row.key, fields=count(len(changes), "field"))
    elif changes:
        yield from (
            say(
                "{key}: {field} {old} becomes {new}",
                key=row.key,
                field=one.field,
                old=one.old or say("nothing"),
                new=one.new,
            )
            for one in changes
        )


def _field(change: Change) -> str:
    """The field of Payt's that a change is of, also where it stands behind whose it is."""
    return change.field.rpartition(" ")[2]
