"""The ledger of one user: a folder, shared by all their processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from payt_mcp.errors import LedgerError
from payt_mcp.policy.approval import Needs, Yes, every_yes_counts, yeses_needed
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.folder import FILE, parts_in
from payt_mcp.proposals.records import Record


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Ledger(CommonLedger):
    """See `common.CommonLedger`.

    Args:
        folder: holds the file, its seal and the locks of those who use it.
        clock: the present moment in UTC.
    """

    folder: Path

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], dt.datetime] = _now,
        rule: Callable[[Record], Needs] = yeses_needed,
        yes_counts: Callable[[Yes], bool] = every_yes_counts,
    ) -> None:
        self.path = folder / FILE
        try:
            super().__init__(parts_in(folder, clock), rule, yes_counts)
        except OSError as error:
            raise LedgerError(f"The folder {folder} cannot be written ({error.strerror}).") from None
