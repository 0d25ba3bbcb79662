"""The preview of a proposal as the ledger kept it, whichever version of the program wrote it.

A preview was once a dictionary in one of three forms, and the name of the kind decided what was said of it. Such
proposals are in ledgers for months: they are shown whole, and what still waits among them is to be proposed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.preview import (
    CANNOT_BE_SHOWN,
    REFUSED,
    Attached,
    Beside,
    Change,
    Effect,
    Effects,
    Facts,
    Letter,
    Mailed,
    Mails,
    Preview,
    Records,
    Row,
    Section,
    SentTo,
    Warned,
    Words,
)
from payt_mcp.proposals.records import Record
from payt_mcp.words.said import say
from payt_mcp.words.sentences import template

_WORDS = {
    "message": Words(
        step=say("send"),
        done=say("sent"),
        ended=template("Sent at {sending}; it is message {message} at Payt."),
        same=say("The same letter to this debtor"),
        unseen=say("not on the timeline yet"),
        person_knows=False,
    ),
    "comment": Words(
        ended=template("Made at {sending}."),
        same=say("The same comment"),
        unseen=say("not among the comments of the task yet"),
        person_knows=False,
    ),
}
"""What was said of kinds before a proposal kept it itself; also of what has been purged, which keeps nothing."""


def preview_of(record: Record) -> Preview | None:
    """What was shown; None once it is purged. Raises AlteredError where no version wrote it."""
    if record.preview is None:
        return None
    if not is_of_before(record):
        return Preview.from_json(record.preview)
    try:
        return _read(record.preview, record.kind)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise AlteredError(CANNOT_BE_SHOWN, AlteredError.OF_EITHER) from None


def is_of_before(record: Record) -> bool:
    """Whether an earlier version of the program made the proposal: what it rests on was kept in another form."""
    return "sections" not in (record.preview or {})


def title_of(record: Record) -> str:
    """What a list calls it, whatever else is wrong with it."""
    if record.preview is None:
        return say("(text purged)")
    try:
        preview = preview_of(record)
    except AlteredError:
        preview = None
    return preview.title if preview else str(record.preview.get("title", say("(cannot be shown)")))


def words_of(record: Record) -> Words:
    """How it is spoken of. Never raises: how a proposal ended can be told of any."""
    try:
        preview = preview_of(record)
    except AlteredError:
        preview = None
    return preview.words if preview else _WORDS.get(record.kind, Words())


def _read(kept: Mapping[str, Any], kind: str) -> Preview:
    rows = _rows(kept)
    return Preview(
        kind=kind,
        title=str(kept["title"]),
        sender=str(kept.get("from", "")),
        administration_id=str(kept.get("administration_id", "")),
        sections=tuple(_sections(kept, rows)),
        warnings=tuple(Warned(str(one["text"]), bool(one["danger"])) for one in kept["warnings"]),
        words=_WORDS.get(kind, Words()),
        because=tuple(map(str, kept.get("because", ()))),
    )


def _sections(kept: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[Section]:
    if "recipients" in kept:
        about = f", about {kept['about']}" if kept["about"] else ""
        said = [("From", kept["from"]), ("Debtor", f"{kept['debtor']}{about}"), ("Overdue", ", ".join(kept["owed"]))]
        said.append(("Named in the text", kept.get("named", "")))
        yield Facts(tuple((label, str(text)) for label, text in said if text))
        yield _letter(kept)
    if "facts" in kept:
        yield Facts(tuple((str(label), str(text)) for label, text in kept["facts"]))
        yield Beside(tuple((str(label), str(text)) for label, text in kept["beside"]))
    if "mails" in kept:
        mails = tuple(Mailed(str(mail["invoice"]), str(mail["to"])) for mail in kept["mails"])
        yield Mails("invoice", "because no sending date is given", mails)
    if rows:
        yield Effects((*_counts(kept), *_effects(kept)))
        yield Records(tuple(rows))


def _letter(kept: Mapping[str, Any]) -> Letter:
    return Letter(
        recipients=tuple(SentTo(one["field"], str(one["email"]), str(one["source"])) for one in kept["recipients"]),
        subject=str(kept["subject"]),
        body=str(kept["body"]),
        attachments=tuple(Attached(str(one["name"]), int(one["size"])) for one in kept["attachments"]),
    )


def _counts(kept: Mapping[str, Any]) -> Iterator[Effect]:
    counts = ", ".join(f"{number} {action}" for action, number in kept["counts"].items())
    yield Effect(f"In {kept['from']}: {counts}")


def _effects(kept: Mapping[str, Any]) -> Iterator[Effect]:
    yield from (Effect(f"{row['currency']}: {row['text']}") for row in kept.get("money", ()))
    booked = tuple(f"{row['invoice']} {row['amount']}" for row in kept.get("payments", ()))
    if booked:
        yield Effect(f"Payt would book {len(booked)} payments by itself", booked)
    yield from (Effect(str(name), tuple(map(str, numbers))) for name, numbers in kept.get("lists", {}).items())


def _rows(kept: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            key=str(row["key"] if "key" in row else row["invoice"]),
            action=str(row["action"]),
            about=str(row["about"] if "about" in row else row["debtor"]),
            changes=tuple(Change(str(one["field"]), str(one["old"]), str(one["new"])) for one in row["changes"]),
            notes=tuple(map(str, row["notes"])),
            is_outlier=row["action"] == REFUSED,
        )
        for row in kept.get("rows", ())
    ]
