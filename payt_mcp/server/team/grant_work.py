"""What one grant does in this replica: who reads with it, and what is written with it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import anyio
import anyio.abc
from anyio.to_thread import run_sync

from payt_mcp.books.account import Account
from payt_mcp.books.completion import Completions
from payt_mcp.books.held import Held
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import Administration
from payt_mcp.policy.team import Rights
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import EMBEDDED, Record
from payt_mcp.proposals.rounds import Rounds
from payt_mcp.server.team.listings import SharedListings
from payt_mcp.server.team.shared_books import SharedBooks
from payt_mcp.settings import CallerSettings, PolicySettings
from payt_mcp.writes.outbox import Outbox


@dataclass(frozen=True)
class Means:
    """What all grants of a replica work with.

    Attributes:
        listings: makes the listings of a person, by the ids of company and person.
        group: runs what outlives a call.
        app: an embedded Payt in the place of the network.
        waited: told of each request to Payt, for how many seconds it was held back.
    """

    settings: CallerSettings
    policy: PolicySettings
    books: SharedBooks
    listings: Callable[[str, str], SharedListings]
    group: anyio.abc.TaskGroup
    app: Callable[..., Any] | None = None
    waited: Callable[[float], object] = lambda _: None


class GrantWork:
    """One grant: its client, the accounts of the people who use it, and what they would write.

    Args:
        grant_id: the scope of the ledger, too.
        sharers: tells those whose readings it may share, for one person.
        rounds: how its engine goes about it.
    """

    def __init__(
        self,
        means: Means,
        tenant_id: str,
        grant_id: str,
        client: PaytClient,
        ledger: LedgerContract,
        sharers: Callable[[str], Hashable],
        rounds: Rounds,
    ) -> None:
        self.tenant_id = tenant_id
        self.grant_id = grant_id
        self.client = client
        self.ledger = ledger
        self.used = time.monotonic()
        self._means = means
        self._sharers = sharers
        self._rounds = rounds
        self._rights: dict[str, Rights] = {}
        self._accounts: dict[str, Account] = {}
        self._completions: dict[str, Completions] = {}
        self._outbox: Outbox | None = None
        self._lock = anyio.Lock()

    def account(self, person_id: str, rights: Rights | None = None) -> Account:
        """The account of one person, who has these rights (or those they had last)."""
        self.used = time.monotonic()
        if rights is not None:
            self._rights[person_id] = rights
        account = self._accounts.get(person_id)
        if account is None:
            account = self._accounts[person_id] = Account(
                self._means.settings,
                self.client,
                self._means.group,
                shelves=lambda account: _Shelves(
                    self._means.books, account, self.client, partial(self._sharers, person_id)
                ),
                listings=self._means.listings(self.tenant_id, person_id),
                may_see=lambda key: self._rights.get(person_id, Rights()).role_in(key) is not None,
            )
        account.is_current()
        return account

    def completions(self, person_id: str) -> Completions:
        if person_id not in self._completions:
            self._completions[person_id] = Completions(self.account(person_id))
        return self._completions[person_id]

    async def outbox(self) -> Outbox:
        """Where what is written with this grant is kept and carried out; its engine runs. Raises LedgerError."""
        self.used = time.monotonic()
        async with self._lock:
            if self._outbox is None:
                means = self._means
                payt = f"{EMBEDDED}team" if means.app else means.settings.api_url
                outbox = Outbox(
                    self._of_all(), means.policy, self.ledger, payt, means.group,
                    ledger_scope=self.grant_id, rounds=self._rounds, account_of=self.account,
                )  # fmt: skip
                await outbox.engine.start()
                self._outbox = outbox
            return self._outbox

    def _of_all(self) -> Account:
        """Everything the grant reaches: what was approved is carried out for nobody in particular."""
        return Account(
            self._means.settings,
            self.client,
            self._means.group,
            shelves=lambda account: _Shelves(self._means.books, account, self.client, partial(self._sharers, "")),
        )

    async def zone_of(self, record: Record) -> dt.tzinfo:
        return await (await self.outbox()).zone_of(record)

    async def look(self, record: Record) -> Record:
        """Look at Payt now for what became of an unknown outcome."""
        return await (await self.outbox()).engine.look(record)

    async def was_written(self, key: str) -> None:
        """A proposal of this grant was carried out, perhaps by another replica: what is held here may not show it.
        Raises PaytMcpError.
        """
        if self._outbox is None or key in self._outbox.engine.sent_here:
            return
        record = await run_sync(self.ledger.get, key, self.grant_id)
        await self._outbox.writers[record.kind].was_written(record)

    def trouble_of(self, record: Record) -> str:
        """Why it could not be carried out yet; "" where nothing is known of that."""
        return self._outbox.engine.troubles.get(record.id, "") if self._outbox else ""

    @property
    def is_busy(self) -> bool:
        """Whether something is being carried out, or waits to be put on record."""
        return self._outbox is not None and self._outbox.engine.is_busy

    async def finish(self) -> None:
        """What is being sent is finished or recorded, within a bound."""
        if self._outbox is not None:
            await self._outbox.aclose()

    async def aclose(self) -> None:
        await self.finish()
        self._means.books.withdraw(self.client)
        await self.client.aclose()


class _Shelves:
    """What is held for one account, and for others of equal rights: those who reach the same of Payt."""

    def __init__(
        self, books: SharedBooks, account: Account, client: PaytClient, sharers: Callable[[], Hashable]
    ) -> None:
        self._books = books
        self._account = account
        self._client = client
        self._sharers = sharers

    def of(self, administration: Administration) -> Held:
        return self._books.of((self._sharers(), self._account.reach), administration, self._client)

    def forget(self) -> None:
        self._books.withdraw(self._client)


def in_team(policy: PolicySettings) -> PolicySettings:
    """The policy of the process for people who sign in: a yes of theirs comes from a person, and no file of the machine
    is anybody's to send.
    """
    return replace(policy, read_only=False, confirm="person", app_approval=False, attachments_dir=None)
