"""What the ledger of one user is made of: a SQLite file, its seal and lock files, and the clock of this machine."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from payt_mcp.errors import LedgerError
from payt_mcp.proposals.ledger.locks import Owner
from payt_mcp.proposals.ledger.parts import Parts
from payt_mcp.proposals.ledger.seal import Seal

if TYPE_CHECKING:
    from payt_mcp.proposals.ledger.store import Store

FILE = "ledger.sqlite3"


def parts_in(folder: Path, clock: Callable[[], dt.datetime]) -> Parts:
    """Open what stands in a folder, or begin it.

    Raises:
        LedgerError: it cannot be used.
        OSError: no lock can be held in it.
    """
    store_of = store_class()
    make_private(folder)
    seal = Seal(folder / "seal")
    seal.open(ledger_exists=(folder / FILE).exists())
    store = store_of(folder / FILE)
    try:
        owner = Owner(folder / "owners")
    except OSError:
        store.close()
        raise
    return Parts(store, seal, owner, clock, folder)


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
