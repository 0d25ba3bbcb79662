"""The ledger of one company, opened in this process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from payt_mcp.database.database import Database
from payt_mcp.errors import AlteredError
from payt_mcp.policy.approval import MOST_WAITING, Needs, Yes, every_yes_counts, yeses_needed
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.parts import OF_A_COMPANY, Parts
from payt_mcp.proposals.ledger.postgres.leases import LeasedOwner, Leases
from payt_mcp.proposals.ledger.postgres.seal import SignedSeal
from payt_mcp.proposals.ledger.postgres.signing import Signer
from payt_mcp.proposals.ledger.postgres.store import PostgresStore
from payt_mcp.proposals.records import Record
from payt_mcp.settings.team import NamedKey


def open_team_ledger(
    database: Database,
    tenant_id: str,
    keys: Sequence[NamedKey],
    leases: Leases,
    *,
    rule: Callable[[Record], Needs] = yeses_needed,
    yes_counts: Callable[[Yes], bool] = every_yes_counts,
    most_waiting: Callable[[], int | None] = lambda: MOST_WAITING,
    clock: Callable[[], dt.datetime] | None = None,
    on_altered: Callable[[AlteredError], object] | None = None,
) -> CommonLedger:
    """Open it, from a thread that may wait; what it says is verified first. What an older key signed is signed anew.

    `leases` are those of this process, shared by all its ledgers; `rule`, `yes_counts` and `most_waiting` are as in
    `common.CommonLedger`, `on_altered` as in `parts.Parts`; without a `clock` (the present moment in UTC), it is the
    database's.

    Raises:
        LedgerError: the database is away.
        AlteredError: what stands there was not written by this program, and there is no `on_altered`.
    """
    store = PostgresStore(database, tenant_id)
    seal, owner = SignedSeal(store, Signer(keys)), LeasedOwner(leases, store)
    parts = Parts(store, seal, owner, clock or store.clock, called=OF_A_COMPANY, on_altered=on_altered)
    ledger = CommonLedger(parts, rule, yes_counts, most_waiting)
    with store.reading():
        store.clock()
    return ledger
