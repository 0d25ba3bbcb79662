"""What an export says, line by line, and what of it is signed.

The first line tells the company and the moment; then people, proposals and events follow, an object of JSON each. The
events are a chain: the mark of each is the SHA-256 of the mark before it and of its own fields. The last line has the
server's signature over the last mark (as it stands in the database) and over every byte before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = 1
START = "0" * 64
"""What the first event is chained to."""

Line = Mapping[str, Any]


def written(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def canonical(value: Any) -> str:
    """The one text of a JSON value that goes into the chain."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def mark_of(previous: str, event: Line) -> str:
    """The mark an event must have after the one marked `previous`."""
    fields = [
        str(event["seq"]), event["proposal_id"], event["at"], event["status"], canonical(event["who"]),
        event["digest"], event["body"], canonical(event["detail"]),
    ]  # fmt: skip
    text = json.dumps([previous, *fields], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def head_text(company_id: str, seq: int, mark: str) -> str:
    """What the server signed of the last event, in the transaction that wrote it."""
    return f"payt-mcp ledger head\n{company_id}\n{seq}\n{mark}"


def file_text(company_id: str, lines: str, table: str) -> str:
    """What the server signed of the export: the SHA-256 of all lines before the last, and of the table beside them."""
    return f"payt-mcp audit export\n{company_id}\n{lines}\n{table}"


def what(status: str, detail: Mapping[str, Any]) -> str:
    """What an event says that somebody did, in a word or two."""
    if detail.get("seen"):
        return "saw"
    if detail.get("yes"):
        return "said yes, more are needed"
    if detail.get("purged"):
        return "text forgotten"
    if detail.get("code"):
        return "code given"
    return status.replace("_", " ")
