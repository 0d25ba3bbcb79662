"""Ledgers as version 1 of their layout wrote them: one made by the program of that time, others by its statements.

`kept/version_1.json` was written by payt-mcp as of 2026-11-27, with a proposal in each state there is: its tables as
SQL, key and head of its seal, and what that program told of each proposal and its history.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from importlib import resources
from pathlib import Path
from typing import Any

from payt_mcp.proposals.ledger.seal import START, Head, Seal
from payt_mcp.proposals.records import Event, stamp, to_json

FIXTURE = Path(__file__).parent / "kept" / "version_1.json"
_FIRST = resources.files("payt_mcp.proposals.ledger").joinpath("migrations", "0001_proposals_and_events.sql")


def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return found


def put(folder: Path) -> dict[str, Any]:
    """The ledger of the fixture as files; what is in the fixture."""
    found = kept()
    seal = folder / "seal"
    seal.mkdir(parents=True, mode=0o700)
    (seal / "key").write_bytes(bytes.fromhex(found["key"]))
    (seal / "head").write_text(json.dumps(found["head"]))
    with sqlite3.connect(folder / "ledger.sqlite3") as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript("\n".join(found["sql"]))
        db.execute("PRAGMA user_version=1")
    db.close()
    return found


class Version1:
    """Writes as version 1 did: a row, and an event that vouches for all of its columns."""

    def __init__(self, folder: Path, moment: dt.datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._seal = Seal(folder / "seal")
        self._seal.open(ledger_exists=False)
        self._db = sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_FIRST.read_text(encoding="utf-8"))
        self._db.execute("PRAGMA user_version=1")
        self._at = stamp(moment)

    def propose(self, key: str, kind: str) -> None:
        row = {
            "id": key, "kind": kind, "scope": "here", "administration_id": "4711", "digest": f"digest-{key}",
            "letter": f"letter-{key}", "status": "proposed", "created_at": self._at, "changed_at": self._at,
            "content": to_json({"text": key}), "preview": "{}", "basis": "{}",
        }  # fmt: skip
        self._db.execute(
            f"INSERT INTO proposals ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )
        self._note(key)

    def move(self, key: str, status: str, **columns: str | None) -> None:
        changes = {"status": status, "changed_at": self._at, **columns}
        names = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(f"UPDATE proposals SET {names} WHERE id = ?", [*changes.values(), key])
        self._note(key)

    def _note(self, key: str) -> None:
        row = self._db.execute("SELECT * FROM proposals WHERE id = ?", (key,)).fetchone()
        body = hashlib.sha256(to_json(dict(row)).encode()).hexdigest()
        last = self._db.execute("SELECT seq, mark FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq, mark = (last["seq"], last["mark"]) if last else (0, START)
        event = Event(seq + 1, key, self._at, row["status"], '{"channel":"page"}', row["digest"], body, "{}", "")
        values = (*event.signed(), self._seal.mark(mark, event.signed()))
        columns = "seq, proposal_id, at, status, who, digest, body, detail, mark"
        self._db.execute(f"INSERT INTO events ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", values)
        self._seal.keep(Head(seq + 1, values[-1]))

    def close(self) -> None:
        self._db.close()
