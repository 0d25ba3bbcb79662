"""What the ledger knows of a debtor: what else waits, was declined, may be out, went out or was changed. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from payt_mcp.books.debtor import DebtorFile
from payt_mcp.errors import AlteredError
from payt_mcp.proposals.asking.preview_text import change_words
from payt_mcp.proposals.outcomes import at
from payt_mcp.proposals.preview import Change, Circumstance, Facts, Preview, Row
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import preview_of, title_of
from payt_mcp.words.text import LINE_LENGTH, cited, clean, code, some

_LETTER = "message"
_MOST_CHANGES = 3
_WAIT = {Status.PROPOSED: "Another proposal waits", Status.APPROVED: "Another proposal was approved"}
_UNDER_WAY = {
    Status.SENDING: "Another proposal is being sent",
    Status.OUTCOME_UNKNOWN: "Another proposal may have been sent",
}
_DONE = (Status.SENT, Status.APPLIED, Status.PARTLY_APPLIED)


@dataclass(frozen=True)
class SentByUs:
    """A letter that this server sent: when, which message it is at Payt ("" where that is not known), its subject."""

    moment: dt.datetime
    message_id: str
    subject: str


@dataclass(frozen=True)
class Whose:
    """A debtor by what proposals name it and what it owes with."""

    id: str
    number: str
    invoices: Collection[str]

    @classmethod
    def of(cls, file: DebtorFile) -> Whose:
        return cls(file.debtor.id, file.debtor.debtor_number or "", {item.number for item in file.open_items})

    def rows(self, preview: Preview) -> list[Row]:
        """The rows of a batch that are about it."""
        return [row for row in preview.rows if self._is_about(preview.kind, row)]

    def is_named(self, preview: Preview) -> bool:
        """Whether what a preview is about is this debtor."""
        said = (
            text
            for one in preview.sections
            if isinstance(one, Facts)
            for label, text in one.entries
            if label == "Debtor"
        )
        return bool(self.number) and code(self.number) in " ".join(said).replace("(", " ").replace(")", " ").split()

    def changes(self, row: Row) -> Sequence[Change]:
        """What changes of it: a contact's own fields are those of its debtors too."""
        return self._taken_over(row) or row.changes

    def _taken_over(self, row: Row) -> list[Change]:
        return [one for one in row.changes if one.field.startswith(f"debtor {code(self.number)} ")]

    def _is_about(self, kind: str, row: Row) -> bool:
        if kind == "debtors":
            return row.key == self.number
        return row.key in self.invoices or bool(self._taken_over(row))


def of_debtor(records: Sequence[Record], whose: Whose) -> list[Record]:
    """The proposals that are about a debtor, the newest first."""
    theirs = [one for one in records if _is_about(one, whose)]
    return sorted(theirs, key=lambda one: (one.changed_at, one.id), reverse=True)


def _is_about(record: Record, whose: Whose) -> bool:
    if record.kind == _LETTER:
        return (record.content or {}).get("debtor_id") == whose.id
    preview = _preview(record)
    return preview is not None and (whose.is_named(preview) or bool(whose.rows(preview)))


def _preview(record: Record) -> Preview | None:
    """None too where it was altered, which is told where that record itself is looked at."""
    try:
        return preview_of(record)
    except AlteredError:
        return None


def sent_by_us(records: Sequence[Record]) -> list[SentByUs]:
    """The letters that went out."""
    return [
        SentByUs(one.sending_at or one.changed_at, one.message_id, str((one.content or {}).get("subject", "")))
        for one in records
        if one.kind == _LETTER and one.status is Status.SENT
    ]


def ledger_lines(records: Sequence[Record], whose: Whose, zone: dt.tzinfo) -> Iterator[Circumstance]:
    """What is under way, was changed, waits or was said no to; what may be out already comes first. Letters that went
    out are told with the messages.
    """
    for record in sorted(records, key=lambda one: (one.status not in _UNDER_WAY, one.status not in _DONE)):
        key, named = f"proposal {record.id}", f"{cited(title_of(record), LINE_LENGTH)}, {record.id}"
        if record.status in _UNDER_WAY:
            sent = at(record.sending_at or record.changed_at, zone)
            yield Circumstance(key, _UNDER_WAY[record.status], f"{named}, at {sent}")
        elif record.status in _WAIT:
            yield Circumstance(key, _WAIT[record.status], f"{named}, of {at(record.created_at, zone)}", stops=False)
        elif record.status is Status.DECLINED:
            yield Circumstance(key, "A person declined", f"{named}, at {at(record.changed_at, zone)}", stops=False)
        elif record.kind != _LETTER and record.status in _DONE:
            said = _changes(record, whose) or cited(title_of(record), LINE_LENGTH)
            yield Circumstance(key, "Changed lately", f"{said} ({record.id}, at {at(record.changed_at, zone)})")


def _changes(record: Record, whose: Whose) -> str:
    """What a batch changed of a debtor: `261001: due date: 2026-12-22 -> 2026-09-29`."""
    preview = _preview(record)
    rows = whose.rows(preview) if preview else []
    told = [f"{row.key}: {change_words(change)}" for row in rows for change in whose.changes(row)]
    told += [f"{row.key}: {row.action}" for row in rows if not row.changes]
    return some((clean(one, LINE_LENGTH) for one in told), most=_MOST_CHANGES)
