"""Two companies, their people, and two replicas of the pages over one database. Nothing is carried out here."""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from payt_mcp.database.database import Database
from payt_mcp.policy.team import Role, TenantPolicy
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.preview import Facts, Letter, Preview, SentTo, Warned, Words
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.directory import Directory
from payt_mcp.server.team.grants import Grants
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.pages.needed import Needed
from payt_mcp.server.team.pages.routes import routes
from payt_mcp.server.team.people import People, Person, Tenant
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings.team import TeamSettings
from payt_mcp.words.languages import Language, best_of
from payt_mcp.words.said import say

PUBLIC = "http://127.0.0.1:8000"
ISSUER = "https://login.example"
ADMINISTRATION = "4711"
ZONE = dt.timezone(dt.timedelta(hours=1), "CET")
KEY = "k1:" + base64.b64encode(b"1" * 32).decode()


def settings(public_url: str = PUBLIC, **more: str) -> TeamSettings:
    return TeamSettings.from_env(
        {
            "PAYT_API_URL": "https://payt.example", "PAYT_DATABASE_URL": "postgresql://db/payt",
            "PAYT_PUBLIC_URL": public_url, "PAYT_KEYS": KEY, "PAYT_OIDC_ISSUER": ISSUER,
            "PAYT_OIDC_CLIENT_ID": "payt", **more,
        }
    )  # fmt: skip


class Carried:
    """Says what it was told to say, and notes what it was asked."""

    def __init__(self) -> None:
        self.troubles: dict[str, str] = {}
        self.looked: list[str] = []

    async def zone_of(self, _record: Record) -> dt.tzinfo:
        return ZONE

    async def look(self, record: Record) -> None:
        self.looked.append(record.id)

    def trouble_of(self, record: Record) -> str:
        return self.troubles.get(record.id, "")


class TestDesk:
    """The ledgers of companies, as a replica has them."""

    __test__ = False

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database, self._directory = database, directory
        self._leases = Leases(database)
        self._ledgers: dict[str, LedgerContract] = {}
        self.carried = Carried()

    async def ledger(self, tenant_id: str) -> LedgerContract:
        await self._directory.policy(tenant_id)
        if tenant_id not in self._ledgers:
            keys = settings().keys

            def opened() -> LedgerContract:
                rule = lambda record: self._directory.needs(tenant_id, record)  # noqa: E731
                return open_team_ledger(self._database, tenant_id, keys, self._leases, rule=rule, on_altered=print)

            self._ledgers[tenant_id] = await run_sync(opened)
        return self._ledgers[tenant_id]

    async def carrier(self, _tenant_id: str, _grant: str) -> Carried:
        return self.carried

    def close(self) -> None:
        for ledger in self._ledgers.values():
            ledger.close()
        self._leases.close()


class Replica:
    def __init__(self, database: Database, public_url: str = PUBLIC) -> None:
        async def is_current(_tenant: str, _person: str) -> bool:
            return True

        async def ended(_tenant: str, _person: str) -> None:
            return None

        people = People(database)
        self.directory = Directory(database, people)
        self.desk = TestDesk(database, self.directory)
        self.sessions = WebSessions(database, public_url, is_current)
        team = settings(public_url)
        needed = Needed(
            database, self.sessions, people, self.directory, self.desk, Connections(database),
            Grants(database, KeyRing(team.keys), team, ended), _language_for,
        )  # fmt: skip
        self.app = Starlette(routes=routes(needed))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=public_url)


def _language_for(accepted: str) -> Language:
    return best_of(accepted) or "en"


class Browser:
    """A person's browser without scripts: it reads forms and sends them."""

    def __init__(self, http: httpx.AsyncClient, cookie: str) -> None:
        self._http = http
        self._headers = {"origin": str(http.base_url).rstrip("/")} | ({"cookie": cookie} if cookie else {})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._http.get(path, headers=self._headers | headers)

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self._http.post(path, data=dict(fields), headers=self._headers | headers)

    async def press(self, path: str, action: str, **more: str) -> httpx.Response:
        """Click a button of the form on this page."""
        page = (await self.get(path)).text
        assert f'value="{action}"' in page, page
        return await self.post(path, hidden(page, path) | {"action": action} | more)


def hidden(page: str, action: str) -> dict[str, str]:
    """What goes along with the form of this action."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))


class Stage:
    """Ann, Bram and Rita (who reads) work for Acme, Piet proposes there; Ann and Carl work for Beta."""

    acme: Tenant
    beta: Tenant

    def __init__(self, database: Database, public_url: str = PUBLIC) -> None:
        self.database = database
        self.people = People(database)
        self.replicas = [Replica(database, public_url), Replica(database, public_url)]
        self.who: dict[str, Person] = {}
        self._made = 0

    async def fill(self) -> None:
        policy = TenantPolicy(read_only=False, second_above=Decimal(1000), own_approval=True)
        self.acme = await self.people.add_tenant("Acme B.V.", policy)
        self.beta = await self.people.add_tenant("Beta N.V.", TenantPolicy(read_only=False, own_approval=True))
        await self._joined("ann", "Ann Aal", self.acme, "approver")
        await self._joined("bram", "Bram de Boer", self.acme, "approver")
        await self._joined("piet", "Piet Post", self.acme, "proposer")
        await self._joined("rita", "", self.acme, "reader")
        await self._joined("ann@beta", "Ann Aal", self.beta, "proposer", subject="ann")
        await self._joined("carl", "Carl Cox", self.beta, "approver")

    async def _joined(self, key: str, name: str, tenant: Tenant, role: Role, subject: str = "") -> None:
        subject = subject or key
        person = await self.people.invite(tenant.id, f"{subject}@{tenant.id}.example", role)
        joined = "update people set issuer = %s, subject = %s, name = %s, status = 'active' where id = %s"
        await self.database.run(lambda c: c.execute(joined, (ISSUER, subject, name, person.id)))
        self.who[key] = replace(person, issuer=ISSUER, subject=subject, name=name, status="active")

    async def cookie(self, subject: str) -> str:
        sessions = self.replicas[0].sessions
        token = await sessions.begin(HTTPConnection({"type": "http", "headers": []}), ISSUER, subject)
        return f"{sessions.cookie}={token}"

    async def browser(self, subject: str, replica: int = 0) -> Browser:
        return Browser(self.replicas[replica].http, await self.cookie(subject))

    async def ledger(self, tenant: Tenant) -> LedgerContract:
        return await self.replicas[0].desk.ledger(tenant.id)

    async def proposed(
        self, whose: str, amount: str = "120.00", administration: str = ADMINISTRATION, **changes: Any
    ) -> Record:
        """A letter that somebody's assistant proposes."""
        self._made += 1
        person, number = self.who[whose], f"202600{self._made}"
        body = changes.pop("body", f"Wilt u factuur {number} betalen?")
        preview = letter(number, body, **changes)
        content = {"subject": number, "body": body, "payt": "https://api.example"}
        draft = Draft(
            "message", "g-1", administration, f"digest-{number}", f"letter-{number}", content, preview.as_json(),
            {"currency": "EUR"}, proposer=person.id, amount=amount,
        )  # fmt: skip
        tenant = self.acme if person.tenant_id == self.acme.id else self.beta
        ledger = await self.ledger(tenant)
        record, _ = await run_sync(ledger.propose, draft, Who("tool", "Claude 1.2", person.id))
        return record

    async def ended(self, record: Record, tenant: Tenant) -> None:
        ledger = await self.ledger(tenant)
        await run_sync(lambda: ledger.decline(record.id, Who("page", "", self.who["ann"].id)))

    async def now(self, record: Record, tenant: Tenant | None = None) -> Record:
        ledger = await self.ledger(tenant or self.acme)
        return await run_sync(ledger.get, record.id)

    async def close(self) -> None:
        for one in self.replicas:
            await one.http.aclose()
            await run_sync(one.desk.close)


async def let_in(stage: Stage, whose: str, client: str, host: str, *, writes: bool) -> None:
    """A program that somebody let in."""
    person, key = stage.who[whose], f"c-{client.strip('<>')}"
    values = (key, person.tenant_id, person.id, client, client, host, writes, client)
    connection = (
        "insert into connections (id, tenant, person, client_id, client, client_host, writes, code, resource, "
        "redirect_uri, challenge, code_expires_at, began_at) values (%s, %s, %s, %s, %s, %s, %s, %s, '', '', '', "
        "now(), now())"
    )
    token = (
        "insert into connection_tokens (hash, connection, kind, writes, expires_at) values (%s, %s, 'refresh', %s, "
        "now() + interval '1 day')"
    )
    await stage.database.run(lambda c: c.execute(connection, values))
    await stage.database.run(lambda c: c.execute(token, (f"h-{client}", key, writes)))


def letter(number: str, body: str, *, warnings: tuple[Warned, ...] = ()) -> Preview:
    words = Words(step=say("send"), done=say("sent"))
    facts = Facts(((say("From"), "Acme B.V. (4711)"),))
    text = Letter((SentTo("to", "boekhouding@smit.example", "reminder address"),), f"Factuur {number}", body)
    title = say("Message to {debtor}", debtor=f"Smit Groothandel ({number})")
    return Preview(
        "message",
        title,
        "Acme B.V.",
        ADMINISTRATION,
        (facts, text),
        warnings,
        words,
        about=f"Smit Groothandel ({number})",
    )
