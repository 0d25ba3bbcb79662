"""Sees what comes to wait, notes who is to be told, and tells them. Every replica runs one."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database
from payt_mcp.errors import DatabaseError
from payt_mcp.network import is_loopback
from payt_mcp.policy.team import Standing, TenantPolicy, why_not_approve
from payt_mcp.server.team.authorization.fetching import UnfetchableError
from payt_mcp.server.team.notifying import mail, turns
from payt_mcp.server.team.notifying.webhook import Webhooks
from payt_mcp.server.team.pages.routes import approval_address
from payt_mcp.server.team.people import People, Tenant
from payt_mcp.settings.team import TeamSettings
from payt_mcp.words.languages import Language

logger = logging.getLogger("payt_mcp")

_CHANNEL = "ledger"
"""Where the database tells which company's record of proposals has changed."""

_WAITING = """
    select number, id, administration_id, proposer from proposals
    where tenant = %s and status = 'proposed' and number > %s and created_at >
        to_char(now() at time zone 'UTC' - interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS')
    order by number
"""
"""Compared as the texts they are: one that somebody altered to no moment at all keeps nobody from being told."""


@dataclass(frozen=True)
class Pace:
    """In seconds: how long a mail gathers what waits, what lies between two to one person, and what after a failure."""

    gather: float = 30.0
    between: float = 600.0
    again: float = 30.0


class Notifier:
    """Tells approvers. `context` makes what checks the certificates of others; `pace` is another in tests."""

    def __init__(
        self,
        database: Database,
        settings: TeamSettings,
        context: Callable[[], ssl.SSLContext],
        language: Language,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._people = People(database)
        self._settings = settings
        self._context = context
        self._language = language
        self._pace = pace or Pace()
        is_trial = is_loopback(urlsplit(settings.public_url).hostname or "")
        self._webhooks = Webhooks(settings.keys, context, loopback=is_trial)
        self._upto: dict[str, int] = {}

    async def run(self) -> None:
        """As long as the server runs; while the database is away, nothing is told."""
        async with aclosing(self._database.notices(_CHANNEL)) as notices:
            async for notice in notices:
                try:
                    if await self.see(notice):
                        await self.tell()
                except DatabaseError:
                    logger.info("approvers are told once the database is back")
                except Exception:  # the edge of a background task: one notice that fails must not end the others
                    logger.exception("telling approvers broke off")

    async def see(self, tenant_id: str = "") -> bool:
        """Note who is to be told of what came to wait in this company; in all of them, where none is named. Says
        whether any of them is told at all.
        """
        told = [one for one in await self._people.tenants() if self._mails(one.policy) or one.policy.webhook]
        for tenant in told:
            if tenant_id in {"", tenant.id}:
                await self._note(tenant)
        return bool(told)

    async def tell(self) -> None:
        """Tell everybody whose turn it is."""
        for tenant, proposal in await self._database.run(turns.give_up):
            logger.warning("nobody could be told for a day", extra={"tenant": tenant, "proposal": proposal})
        while (turn := await self._database.run(turns.take)) is not None:
            await (self._to_person(turn) if turn.person_id else self._to_address(turn))

    def _mails(self, policy: TenantPolicy) -> bool:
        return policy.mail and self._settings.mail is not None

    async def _note(self, tenant: Tenant) -> None:
        values = (tenant.id, self._upto.get(tenant.id, 0))
        found = await self._database.run(lambda c: c.execute(_WAITING, values).fetchall())
        if not found:
            return
        recipients = {"": found} if tenant.policy.webhook else {}
        if self._mails(tenant.policy):
            recipients |= await self._approvers(tenant, found)
        await self._database.run(lambda c: self._noted(c, tenant.id, recipients))
        self._upto[tenant.id] = found[-1]["number"]

    async def _approvers(self, tenant: Tenant, found: Sequence[DictRow]) -> dict[str, list[DictRow]]:
        """Who may say yes to which, by person."""
        theirs: dict[str, list[DictRow]] = {}
        for person in await self._people.people_of(tenant.id):
            standing = Standing(person.id, await self._people.rights(person.id), tenant.policy)
            may = [row for row in found if not why_not_approve(standing, row["administration_id"], row["proposer"])]
            if may and person.status == "active":
                theirs[person.id] = may
        return theirs

    def _noted(self, c: Connection, tenant_id: str, recipients: dict[str, Any]) -> None:
        for person_id, rows in recipients.items():
            gather = self._pace.gather if person_id else 0.0
            turns.note(c, tenant_id, [row["id"] for row in rows], person_id, gather)

    async def _to_person(self, turn: turns.Turn) -> None:
        server = self._settings.mail
        person = await self._people.person(turn.tenant_id, turn.person_id)
        named = [proposal for proposal, _ in turn.waiting]
        tenant = await self._people.tenant(turn.tenant_id)
        if server is not None and person is not None and person.status == "active" and tenant and tenant.policy.mail:
            public = self._settings.public_url
            addresses = [approval_address(public, one) for one in named]
            try:
                message = mail.mail(server, person.email, addresses, f"{public}/approvals", self._language)
                await mail.send(server, message, self._context)
            except (OSError, ValueError) as error:
                return await self._failed(turn, type(error).__name__)
        await self._database.run(lambda c: turns.told(c, turn, named))
        return await self._database.run(lambda c: turns.over(c, turn, self._pace.between))

    async def _to_address(self, turn: turns.Turn) -> None:
        """One request for each proposal; after one that fails the others wait, too."""
        tenant = await self._people.tenant(turn.tenant_id)
        address = tenant.policy.webhook if tenant else ""
        for proposal, kind in turn.waiting:
            at = int(time.time())
            told = {
                "event": "proposal.waiting", "proposal_id": proposal, "kind": kind, "company": turn.tenant_id, "at": at,
                "address": approval_address(self._settings.public_url, proposal), "waiting": turn.all_waiting,
            }  # fmt: skip
            try:
                if address:
                    await self._webhooks.tell(address, turn.tenant_id, told, at)
            except UnfetchableError as error:
                return await self._failed(turn, str(error))
            await self._database.run(partial(turns.told, turn=turn, proposals=[proposal]))
        return await self._database.run(lambda c: turns.over(c, turn, 0.0))

    async def _failed(self, turn: turns.Turn, why: str) -> None:
        logger.warning("somebody could not be told: %s", why, extra={"tenant": turn.tenant_id})
        await self._database.run(lambda c: turns.failed(c, turn, self._pace.again))
