"""Whether an export is whole and unaltered: with nothing but the files, and the public key that is trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from payt_mcp.errors import InputError, PaytMcpError
from payt_mcp.server.team.audit.lines import FORMAT, START, Line, file_text, head_text, mark_of

_BAD = (KeyError, TypeError, ValueError, RecursionError)


class AlteredExportError(PaytMcpError):
    """A file for auditors was changed, or was made by somebody else; the sentence says where."""

    def __init__(self, what: str, remedy: str = "ask the company to make it anew, with `payt-mcp team export`") -> None:
        super().__init__(f"{what} Do not rely on it: {remedy}.")


@dataclass(frozen=True)
class Checked:
    """`table`: whether the table beside the lines was checked too; it was not there otherwise. `marks` are those of the
    events, in order.
    """

    company_id: str
    company: str
    made_at: str
    events: int
    until: str
    public_key: str
    table: bool
    marks: Sequence[str] = field(repr=False)


@dataclass
class _Read:
    """What was read so far of the lines."""

    first: Line
    seq: int = 0
    mark: str = START
    at: str = ""
    marks: list[str] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        if line["record"] == "proposal":
            self.status[line["id"]] = line["status"]
        if line["record"] != "event":
            return
        if line["seq"] != self.seq + 1 or line["mark"] != mark_of(self.mark, line):
            raise AlteredExportError(f"Event {self.seq + 1} was altered, removed or added.")
        self.seq, self.mark, self.at = line["seq"], line["mark"], line["at"]
        self.marks.append(self.mark)
        if line["status"] != "clock_corrected":
            self.last[line["proposal_id"]] = line["status"]


def check(lines: Path, trusted: str = "") -> Checked:
    """`trusted` is the public key whoever checks was given; without it, the one in the file is taken.

    Raises:
        AlteredExportError: it is not what the server wrote, or was signed by somebody else.
        InputError: it cannot be read, or is no export.
    """
    try:
        return _check(lines, trusted.lower())
    except OSError as error:
        raise InputError(f"{lines} cannot be read: {error.strerror}.") from None
    except _BAD:
        raise AlteredExportError(f"{lines} is no whole export of payt-mcp: it was cut off or altered.") from None


def _check(lines: Path, trusted: str) -> Checked:
    read: _Read | None = None
    before, end = hashlib.sha256(), None
    for text, line in _lines(lines):
        if end is not None:
            raise AlteredExportError("Something follows the signature.")
        if line["record"] == "signature":
            end = line
            continue
        before.update(text)
        if read is None:
            read = _Read(_first(line))
        read.take(line)
    if read is None or end is None:
        raise AlteredExportError(f"{lines} is cut off: it has no signature.")
    return _signed(lines.with_suffix(".csv"), read, end, before.hexdigest(), trusted)


def _signed(table: Path, read: _Read, end: Line, lines: str, trusted: str) -> Checked:
    company, key = read.first["company"], end["public_key"]
    if trusted and trusted != key:
        raise AlteredExportError(f"It was signed with another key than the one you trust: {key}.")
    head = end["head"] or {"seq": 0, "mark": START}
    if (head["seq"], head["mark"]) != (read.seq, read.mark):
        raise AlteredExportError("Its last event is not the last one the server signed: events were cut off or added.")
    if end["head"] is not None:
        _verify(key, head["signature"], head_text(company["id"], head["seq"], head["mark"]))
    _verify(key, end["signature"], file_text(company["id"], lines, end["table"]))
    if read.last != read.status:
        raise AlteredExportError("A proposal does not stand where its last event left it, or has none.")
    has_table = table.exists()
    if has_table and hashlib.sha256(table.read_bytes()).hexdigest() != end["table"]:
        raise AlteredExportError(f"{table} is not the table that was made with it.")
    return Checked(company["id"], company["name"], read.first["made_at"], read.seq, read.at, key, has_table, read.marks)


def check_goes_on(found: Checked, earlier: Checked) -> None:
    """Whether an export begins with all that an earlier one of the same company says.

    Raises:
        AlteredExportError: it does not: a backup was put back in between, or events were held back.
        InputError: they are of two companies.
    """
    if found.company_id != earlier.company_id:
        raise InputError(f"The earlier export is of {earlier.company}, and this one of {found.company}.")
    both = zip(found.marks, earlier.marks, strict=False)
    same = next((place for place, (mark, other) in enumerate(both) if mark != other), min(found.events, earlier.events))
    if same < earlier.events:
        raise AlteredExportError(
            f"It does not go on from the export of {earlier.made_at}: of that one's {earlier.events} events, the last "
            f"{earlier.events - same} (from event {same + 1} on) are not in it.",
            "a backup was put back in between, or they were held back; ask the company which, and keep the earlier one",
        )


def _first(line: Line) -> Line:
    if line["record"] != "export" or line["format"] != FORMAT:
        raise AlteredExportError("It does not begin as an export that this version knows.")
    return line


def _lines(path: Path) -> Iterator[tuple[bytes, Any]]:
    with path.open("rb") as file:
        for text in file:
            yield text, json.loads(text)


def _verify(key: str, signature: str, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except InvalidSignature:
        raise AlteredExportError("A signature is not of this content: it was altered after it was signed.") from None
