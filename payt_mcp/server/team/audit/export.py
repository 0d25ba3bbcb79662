"""A company's record of writes, written to two files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from payt_mcp.errors import InputError
from payt_mcp.proposals.ledger.postgres.signing import Signer
from payt_mcp.proposals.ledger.postgres.store import PostgresStore
from payt_mcp.proposals.records import Event, stamp
from payt_mcp.server.team.audit.lines import FORMAT, Line, file_text, what, written
from payt_mcp.server.team.audit.table import Table
from payt_mcp.server.team.people import Tenant, person_of


@dataclass(frozen=True)
class Exported:
    events: int
    public_key: str
    """That of the signatures, 32 bytes in hexadecimal."""


def export(store: PostgresStore, signer: Signer, tenant: Tenant, lines: Path, table: Path) -> Exported:
    """Write both files, readable by this user alone. The head of the chain is signed with the signer's first key.

    Raises:
        InputError: a file is there already, or cannot be written.
        LedgerError: the database is away.
    """
    with _new(lines) as lines_file, _new(table) as table_file, store.snapshot():
        lines_paper, table_paper, rows = _Hashed(lines_file), _Hashed(table_file), Table()
        table_paper.write(rows.heading())
        for line in _said(store, tenant):
            lines_paper.write(written(line))
            table_paper.write(rows.of(line))
        row = store.row("select seq, mark, key, signature from heads where tenant = %s", tenant.id)
        signature = signer.sign(file_text(tenant.id, lines_paper.hash, table_paper.hash))
        public_key = signer.public_keys()[signature.key]
        lines_file.write(
            written(
                {
                    "record": "signature", "public_key": public_key, "head": dict(row) if row else None,
                    "lines": lines_paper.hash, "table": table_paper.hash, "signature": signature.value,
                }
            )
        )  # fmt: skip
    return Exported(row["seq"] if row else 0, public_key)


class _Hashed:
    """A file, and the SHA-256 of all that was written to it here."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self._file.write(content)
        self._hash.update(content)

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


def _said(store: PostgresStore, tenant: Tenant) -> Iterator[Line]:
    company = {"id": tenant.id, "name": tenant.name}
    yield {"record": "export", "format": FORMAT, "company": company, "made_at": stamp(store.clock())}
    for found in store.connection.execute("select * from people where tenant = %s order by id", (tenant.id,)):
        person = person_of(found)
        yield {
            "record": "person",
            "id": person.id,
            "name": person.name,
            "address": person.email,
            "status": person.status,
        }
    for row in store.proposals():
        names = (
            "id",
            "kind",
            "administration_id",
            "amount",
            "proposer",
            "status",
            "created_at",
            "digest",
            "message_id",
        )
        yield {"record": "proposal", **{name: row[name] for name in names}}
    for event in store.events():
        yield _event(event)


def _event(event: Event) -> Line:
    detail = json.loads(event.detail)
    said = {"record": "event", **vars(event), "who": json.loads(event.who), "detail": detail}
    return {**said, "what": what(event.status, detail)}


def _new(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}. Say another name with --to.") from None
