"""The seal of a company's ledger: a chain of hashes, whose last one the server signs in the same transaction.

What it notices: an event or a proposal altered, removed, inserted or reordered, and events cut off at the end, by
whoever can write to the database and has none of the keys. What it does not: a database put back as a whole to an
earlier state, which is an earlier state that was signed (a process that has seen the later one notices), and a company
of which nothing is left.
"""

from __future__ import annotations

import hashlib
import json

from psycopg.rows import DictRow

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.postgres.signing import Signature, Signer
from payt_mcp.proposals.ledger.postgres.store import PostgresStore
from payt_mcp.proposals.ledger.seal import START, Head

_KEEP_HEAD = """
    insert into heads (tenant, seq, mark, key, signature) values (%s, %s, %s, %s, %s)
    on conflict (tenant) do update
    set seq = excluded.seq, mark = excluded.mark, key = excluded.key, signature = excluded.signature
    where heads.seq < excluded.seq or (heads.seq = excluded.seq and heads.key <> excluded.key)
"""
_KEEP_TEXT = """
    insert into checkpoints (tenant, text, key, signature) values (%s, %s, %s, %s)
    on conflict (tenant) do update
    set text = excluded.text, key = excluded.key, signature = excluded.signature
"""


class SignedSeal:
    """See `parts.Sealing`."""

    is_exact = True

    def __init__(self, store: PostgresStore, signer: Signer) -> None:
        self._store = store
        self._tenant = store.tenant
        self._signer = signer
        self._verified: DictRow | None = None
        self._text: tuple[str, str | None] = ("", None)

    def mark(self, previous: str, event: tuple[str, ...]) -> str:
        text = json.dumps([previous, *event], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def head(self) -> Head:
        """The last event as it was signed.

        Raises:
            AlteredError: it is gone, was signed by nobody of us, or is from before what this process has seen.
        """
        with self._store.reading():
            row = self._store.row("select seq, mark, key, signature from heads where tenant = %s", self._tenant)
            if row is None and self._store.last() is not None:
                raise AlteredError("The head of the ledger is gone from the database.")
            found = Head(row["seq"], row["mark"]) if row else Head(0, START)
            if row and row != self._verified and not self._is_ours(row):
                by = f"but with one named {row['key']!s:.32}, which this replica may lack"
                raise AlteredError(f"The head of the ledger is not signed with a key of PAYT_KEYS ({by}).")
            self._verified = row
            self._store.check_not_before(found.seq)
            self._store.has_reached(found.seq)
        return found

    def keep(self, head: Head) -> None:
        """Move the head forward, never back; sign it anew where an older key signed it."""
        if not head.seq:
            return
        signature = self._signer.sign(self._head_text(head))
        with self._store.reading():
            self._store.execute(_KEEP_HEAD, self._tenant, head.seq, head.mark, signature.key, signature.value)
            self._store.has_reached(head.seq)

    def kept_text(self) -> str | None:
        """See `parts.Sealing`: it is long, and read again only when another was kept."""
        with self._store.reading():
            row = self._store.row("select signature from checkpoints where tenant = %s", self._tenant)
            if row is None:
                return None
            if row["signature"] != self._text[0]:
                self._text = row["signature"], self._read_text()
        return self._text[1]

    def keep_text(self, text: str) -> None:
        signature = self._signer.sign(self._checkpoint_text(text))
        with self._store.reading():
            self._store.execute(_KEEP_TEXT, self._tenant, text, signature.key, signature.value)

    def _read_text(self) -> str | None:
        row = self._store.row("select text, key, signature from checkpoints where tenant = %s", self._tenant)
        if row is None:
            return None
        text: str = row["text"]
        is_ours = self._signer.is_signed(self._checkpoint_text(text), Signature(row["key"], row["signature"]))
        return text if is_ours else None

    def _is_ours(self, row: DictRow) -> bool:
        text = self._head_text(Head(row["seq"], row["mark"]))
        return self._signer.is_signed(text, Signature(row["key"], row["signature"]))

    def _head_text(self, head: Head) -> str:
        return head_text(self._tenant, head)

    def _checkpoint_text(self, text: str) -> str:
        return f"payt-mcp ledger checkpoint\n{self._tenant}\n{text}"


def head_text(tenant: str, head: Head) -> str:
    """What is signed of the last event."""
    return f"payt-mcp ledger head\n{tenant}\n{head.seq}\n{head.mark}"
