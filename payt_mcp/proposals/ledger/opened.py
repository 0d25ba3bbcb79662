"""A ledger in its folder, opened: its rows, its seal, this process as one of its users, and how a step is taken."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from payt_mcp.errors import LedgerError
from payt_mcp.proposals.ledger import clock as clocks
from payt_mcp.proposals.ledger.chain import Chain
from payt_mcp.proposals.ledger.checkpoint import BEGINNING
from payt_mcp.proposals.ledger.locks import Owner
from payt_mcp.proposals.ledger.seal import Seal
from payt_mcp.proposals.ledger.step import Step

if TYPE_CHECKING:
    from payt_mcp.proposals.ledger.store import Store

FILE = "ledger.sqlite3"

WHOLE_AT_START = 2_000
"""Events up to which a start verifies the whole; of a longer ledger, what came after its last checkpoint."""


class OpenedLedger:
    """See `ledger.Ledger` for what is done with it."""

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._clock = clock
        store = store_class()
        make_private(folder)
        seal = Seal(folder / "seal")
        seal.open(ledger_exists=self.path.exists())
        self._store: Store = store(self.path)
        self._seal = seal
        self._chain = Chain(self._store, seal)
        try:
            self.owner = Owner(folder / "owners")
            self._check_start()
        except OSError as error:
            self._store.close()
            raise LedgerError(f"The folder {folder} cannot be written ({error.strerror}).") from None
        except LedgerError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of it; what this process left in `sending` may be settled by others from now on.

        A step that another thread is taking is finished first; may be called twice.
        """
        self._store.close()
        self.owner.release()

    def now(self) -> dt.datetime:
        return self._clock()

    def verify(self) -> int:
        """Check every event against the chain, every proposal against its events, and the file; says how many events
        there are.

        Raises:
            AlteredError: something is not as it was written.
        """
        with self._store.snapshot():
            head, checkpoint = self._chain.check()
            self._store.check_whole()
        self._seal.keep(head)
        self._chain.keep(checkpoint)
        return head.seq

    def ahead(self) -> dt.timedelta:
        """By how much the last event is later than the clock of this machine; zero where that is no hindrance."""
        with self._store.reading():
            apart = clocks.last_moment(self._store, self._clock()) - self._clock()
        return apart if apart > clocks.TOLERANCE else dt.timedelta()

    def _check_start(self) -> None:
        since = self._chain.checkpoint()
        with self._store.snapshot():
            last = self._store.last()
            is_short = last is None or last.seq <= WHOLE_AT_START
            head, checkpoint = self._chain.check(BEGINNING if is_short else since)
        self._seal.keep(head)
        self._chain.keep(checkpoint)

    @contextmanager
    def _step(self, tick: Callable[[], dt.datetime] | None = None) -> Iterator[Step]:
        """One transaction, at the present moment; the head of the chain is kept when it is over."""
        with self._store.reading():
            with self._store.step():
                step = Step(self._store, self._chain, (tick or self._tick)(), self._chain.checkpoint())
                yield step
                head = self._chain.head()
            if step.changed:
                self._seal.keep(head)

    def _tick(self) -> dt.datetime:
        return clocks.tick(self._store, self._clock())


def make_private(folder: Path) -> None:
    """Make the folder, and close it to everybody but its user; one that belongs to somebody else stays as it is.

    Raises:
        LedgerError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise LedgerError(f"The folder {folder} cannot be made ({error.strerror}).") from None
    if os.name == "posix" and found.st_uid == os.geteuid() and found.st_mode & 0o077:
        with suppress(OSError):  # some file systems have no modes; the files in it have their own
            folder.chmod(0o700)


def store_class() -> Callable[[Path], Store]:
    """What keeps the rows. Raises LedgerError where this Python was built without SQLite; nothing is touched then."""
    try:
        from payt_mcp.proposals.ledger.sqlite import SqliteStore  # noqa: PLC0415 - a Python may lack it
    except ImportError:
        raise LedgerError(
            "This Python has no sqlite3 module, which the record of writes is kept with: nothing was put on record. "
            "Run payt-mcp with a Python that has it, as those of python.org, uv and most systems do."
        ) from None
    return SqliteStore
