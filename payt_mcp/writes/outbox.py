"""Where the writes of one account wait for a yes, and are carried out."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.abc
from anyio.to_thread import run_sync

from payt_mcp.books.account import Account
from payt_mcp.books.zones import time_zone
from payt_mcp.errors import LedgerError, PaytMcpError, RefusedWriteError
from payt_mcp.policy.approval import rule_above
from payt_mcp.proposals.engine import Engine
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.ledger.step import nothing_of
from payt_mcp.proposals.records import EMBEDDED, Record
from payt_mcp.proposals.rounds import ROUNDS, Rounds
from payt_mcp.proposals.states import BEGUN, Status
from payt_mcp.settings import PolicySettings, Secret
from payt_mcp.writes.actor import Actor, Anybody
from payt_mcp.writes.kinds import known_kinds
from payt_mcp.writes.writer import Writer, is_for

if TYPE_CHECKING:
    from payt_mcp.proposals.asking.page import ApprovalPage

_ZONE_PATIENCE = 2.0
_LATELY = 10.0
"""Seconds within which the same call again is taken for another copy of one whose answer got lost, and no new wish."""


class Outbox:
    """What one account would write: put on record, shown to a person, sent once. Made by `open_outbox`; its ledger is
    open, its engine runs.

    `ledger_scope` tells its proposals from those of other accounts in the same ledger, `actor` is who uses it.
    """

    def __init__(
        self,
        account: Account,
        policy: PolicySettings,
        ledger: LedgerContract,
        payt: str,
        group: anyio.abc.TaskGroup,
        browse: Callable[[str], bool] | None = None,
        *,
        ledger_scope: str,
        rounds: Rounds = ROUNDS,
        account_of: Callable[[str], Account] | None = None,
    ) -> None:
        self.account = account
        self.policy = policy
        self.ledger = ledger
        self.ledger_scope = ledger_scope
        self.writers = {
            kind.name: Writer(kind, account, ledger, ledger_scope, payt, policy.attachments_dir, account_of=account_of)
            for kind in known_kinds()
        }
        self.engine = Engine(ledger, ledger_scope, self.writers, group, rounds)
        self.actor: Actor = Anybody(account.rules.second_person_above)
        self.zone: dt.tzinfo = dt.datetime.now().astimezone().tzinfo or dt.UTC
        self._group = group
        self._browse = browse
        self._page: ApprovalPage | None = None

    def used_by(self, actor: Actor) -> Outbox:
        """The same for somebody else who uses it."""
        theirs = copy(self)
        theirs.actor = actor
        return theirs

    async def get(self, key: str) -> Record:
        """A proposal. Raises RefusedWriteError where there is none of that id for whoever uses it; LedgerError."""
        record = await self.engine.on_ledger(self.ledger.get, key, self.ledger_scope)
        if not self.actor.may_see(record):
            raise RefusedWriteError(nothing_of(key))
        return record

    async def look_up(self, key: str) -> Record:
        """A proposal, also one that was made with another credential, where whoever uses it may see that. Raises as
        `get`: what they may not see is not there.
        """
        with suppress(RefusedWriteError):
            return await self.get(key)
        if self.actor.sees_others:
            record = await self.engine.on_ledger(self.ledger.get, key)
            if self.actor.may_see(record):
                return record
        raise RefusedWriteError(nothing_of(key))

    async def begun_for(self, mark: str, seconds: float) -> Record | None:
        """The newest proposal for a wish that was begun or carried out within the last seconds."""
        return next((record for record in await self._lately_for(mark, seconds) if record.status in BEGUN), None)

    async def asked_about(self, mark: str, seconds: float) -> Record | None:
        """The proposal for a wish that a yes which comes now is to: the one that waits, or else the one made last,
        where another call has begun it meanwhile.
        """
        lately = await self._lately_for(mark, seconds)
        waiting = next((record for record in lately if record.status is Status.PROPOSED), None)
        made_last = max(lately, key=lambda record: record.created_at, default=None)
        return waiting or (made_last if made_last and made_last.status in BEGUN else None)

    async def known(self, mark: str, key: str) -> Record | None:
        """The proposal of this id, where it was made for a wish, whatever became of it."""
        if not key:
            return None
        with suppress(RefusedWriteError):
            record = await self.get(key)
            return record if is_for(record, mark) else None
        return None

    async def _lately_for(self, mark: str, seconds: float) -> list[Record]:
        """The proposals for a wish that changed within the last seconds, newest first."""
        since = self.ledger.now() - dt.timedelta(seconds=seconds)
        lately = await self.engine.on_ledger(self.ledger.recent, since, self.ledger_scope)
        return [record for record in lately if is_for(record, mark)]

    async def lost_for(self, kind: str, mark: str) -> Record | None:
        """The newest proposal of this kind, where it was made for this wish, Payt's answer to it got lost within the
        last seconds, and the ledger alone would let it be carried out a second time.
        """
        since = self.ledger.now() - dt.timedelta(seconds=_LATELY)
        lately = await self.engine.on_ledger(self.ledger.recent, since, self.ledger_scope)
        newest = next((one for one in lately if one.kind == kind and one.status in BEGUN), None)
        if newest is None or newest.once or not is_for(newest, mark):
            return None
        return newest if newest.status is Status.OUTCOME_UNKNOWN or "found" in newest.outcome else None

    async def zone_of(self, record: Record) -> dt.tzinfo:
        """The time zone of the administration that a proposal is for; that of this machine while Payt does not say."""
        with anyio.move_on_after(_ZONE_PATIENCE), suppress(PaytMcpError):
            return time_zone(await self.account.administration(record.administration_id))
        return self.zone

    async def show_page(self, key: str) -> bool:
        """Have the approval page open in the user's browser for this proposal; False where there is none."""
        folder = self.ledger.folder
        if self._browse is None or folder is None:
            return False
        if self._page is None:
            from payt_mcp.proposals.asking.page import ApprovalPage  # noqa: PLC0415 - a web server is loaded when one is needed

            self._page = ApprovalPage(
                self.engine, folder, self._group, self._browse, zone=self.zone, language_for=self.policy.language_for
            )
        return await self._page.show(key)

    async def aclose(self) -> None:
        """Wait, within a bound, for what is being sent; then let go of the ledger."""
        await self.engine.aclose()


async def open_outbox(
    account: Account,
    policy: PolicySettings,
    group: anyio.abc.TaskGroup,
    *,
    state_dir: Path | None,
    payt: str,
    browse: Callable[[str], bool] | None = None,
) -> Outbox:
    """An outbox; close it with `aclose`. `payt` names the Payt that is written to: its address, or `a_payt_in_memory`.

    Raises:
        LedgerError: the ledger cannot be used, and nothing can be written.
        SignInError: there is no telling whose proposals they are.
    """
    if state_dir is None:
        raise LedgerError("There is no folder to keep the record of writes in: set PAYT_STATE_DIR.")
    identity = await account.ledger_identity()
    rule = rule_above(account.rules.second_person_above)
    ledger = await run_sync(partial(Ledger, state_dir, rule=rule))  # it is verified first, which takes its time
    outbox = Outbox(account, policy, ledger, payt, group, browse, ledger_scope=_scope(payt, identity))
    await outbox.engine.start()
    return outbox


def a_payt_in_memory() -> str:
    """A name for an embedded Payt. What it holds ends with the process, and so does what was proposed to it."""
    return f"{EMBEDDED}{secrets.token_hex(8)}"


def _scope(payt: str, identity: Secret) -> str:
    """The name of a credential at one Payt; the credential cannot be read from it."""
    return hashlib.sha256(f"payt-mcp ledger scope\n{payt}\n{identity.reveal()}".encode()).hexdigest()[:20]
