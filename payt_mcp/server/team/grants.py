"""What people connected of Payt: a consent of their own, or one of their company's that all of them use.

The id of a grant is the scope of the ledger. It stays when somebody connects anew, so what they proposed stays theirs.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import NotConnectedError, SignInEndedError, SignInReplacedError, UnauthorizedError
from payt_mcp.payt.signin.grants import Granted, GrantRefused, GrantTrouble
from payt_mcp.payt.signin.renewing import RenewingTokens
from payt_mcp.payt.signin.sign_in import Tokens
from payt_mcp.payt.signin.tokens import TokenEndpoint, TokenSource
from payt_mcp.server.team.access import Ended
from payt_mcp.server.team.grant_store import DISCONNECTED, GrantStore, plain
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.rate import SharedRate
from payt_mcp.server.team.resealing import GRANTS
from payt_mcp.settings import Secret
from payt_mcp.settings.team import TeamSettings

CONNECT, DISCONNECT = "/connect", "/disconnect"


@dataclass(frozen=True)
class Grant:
    """A consent. `person_id` is "" for the company's own; `ended` says why it no longer works, or is ""."""

    id: str
    tenant_id: str
    person_id: str
    scope: str
    given_at: dt.datetime
    ended: str

    @property
    def is_company(self) -> bool:
        return not self.person_id


class Grants:
    """All of them. Every method that waits raises DatabaseError.

    Args:
        ended: told of each person whose connection to Payt ended, so that their programs sign in anew.
    """

    def __init__(self, database: Database, ring: KeyRing, settings: TeamSettings, ended: Ended) -> None:
        self._database = database
        self._ring = ring
        self._rate = settings.base.rate
        self._client_secret = settings.base.client_secret
        self._where = settings.public_url + CONNECT
        self._ended = ended
        self._sources: dict[tuple[str, str], _ConnectedTokens] = {}

    async def of(self, person: Person) -> Grant | None:
        """What this person asks Payt with: their own grant, else their company's; None where neither is in force."""
        rows = await self.shown(person)
        return next((grant for grant in rows if not grant.ended), None)

    async def named(self, tenant_id: str, grant_id: str) -> Grant | None:
        """One of this company by its id; None where there is none, or it has ended."""
        query = "select * from payt_grants where tenant = %s and id = %s"
        row = await self._database.run(lambda c: first(c, query, (tenant_id, grant_id)))
        grant = _grant(row) if row else None
        return None if grant is None or grant.ended else grant

    async def name(self, person: Person) -> str:
        """The id of that grant. Raises NotConnectedError."""
        grant = await self.of(person)
        if grant is None:
            raise NotConnectedError(self._where)
        return grant.id

    async def source(self, person: Person) -> TokenSource:
        """Its tokens. Raises NotConnectedError."""
        return await self.source_of(person.tenant_id, await self.name(person))

    async def source_of(self, tenant_id: str, grant_id: str) -> TokenSource:
        """The tokens of a grant of this company. Raises NotConnectedError."""
        key = (tenant_id, grant_id)
        if key not in self._sources:
            query = "select * from payt_grants where tenant = %s and id = %s"
            row = await self._database.run(lambda c: first(c, query, key))
            if row is None:
                raise NotConnectedError(self._where)
            store = GrantStore(self._database, self._ring, row, self._client_secret)
            self._sources[key] = _ConnectedTokens(store, self._where, lambda: self._tell(*key))
        return self._sources[key]

    async def shown(self, person: Person) -> list[Grant]:
        """Their own grant, then their company's, ended or not, as far as there are any."""
        query = (
            "select * from payt_grants where tenant = %s and (person = %s or person is null) order by person nulls last"
        )
        values = (person.tenant_id, person.id)
        rows = await self._database.run(lambda c: c.execute(query, values).fetchall())
        for row in rows:
            source = self._sources.get((row["tenant"], row["id"]))
            if source is not None:
                source.store.look_again(row["login"])  # perhaps connected anew, and to another account
        return [_grant(row) for row in rows]

    async def keep(self, tenant_id: str, person_id: str, client_id: str, tokens: Tokens, granted: Granted) -> Grant:
        """A consent that was just given, in the place of the one before; `person_id` is "" for the company's own."""
        values = (secrets.token_hex(8), client_id, granted.scope)
        row = await self._database.run(lambda c: self._kept(c, (tenant_id, person_id or None), tokens, *values))
        return _grant(row)

    async def was_tried(self, grant: Grant) -> None:
        """Payt was asked once with it, before there was a rate to ask by: what follows in this second is one less."""
        await SharedRate(self._database, grant.tenant_id, grant.id, self._rate).enter(can_wait=False)

    async def disconnect(self, grant: Grant) -> None:
        """Forget its tokens; whoever used it connects anew."""
        values = (DISCONNECTED, secrets.token_hex(8), grant.tenant_id, grant.id)
        query = "update payt_grants set sealed = null, ended = %s, login = %s where tenant = %s and id = %s"
        await self._database.run(lambda c: c.execute(query, values))
        self._sources.pop((grant.tenant_id, grant.id), None)
        await self._tell(grant.tenant_id, grant.id)

    def _kept(
        self,
        connection: Connection,
        whose: tuple[str, str | None],
        tokens: Tokens,
        login: str,
        client_id: str,
        scope: str,
    ) -> DictRow:
        connection.execute(
            "insert into payt_grants (id, tenant, person, login, client_id) values (%s, %s, %s, %s, %s) "
            "on conflict do nothing",
            (f"g-{secrets.token_hex(8)}", *whose, login, client_id),
        )
        query = "select id from payt_grants where tenant = %s and person is not distinct from %s for update"
        found = first(connection, query, whose)
        assert found is not None
        sealed = self._ring.seal(json.dumps(plain(tokens)).encode(), GRANTS.about(whose[0], found["id"]))
        row = first(
            connection,
            "update payt_grants set login = %s, client_id = %s, scope = %s, sealed = %s, renewing = '', ended = '', "
            "given_at = now(), renewed_at = null where tenant = %s and id = %s returning *",
            (login, client_id, scope, sealed, whose[0], found["id"]),
        )
        assert row is not None
        return row

    async def _tell(self, tenant_id: str, grant_id: str) -> None:
        """Of a grant that is over, tell of everybody who used it."""
        query = (
            "select people.id from people join payt_grants as ended on ended.tenant = people.tenant "
            "where people.tenant = %s and ended.id = %s and ended.sealed is null and status = 'active' "
            "and (ended.person = people.id or ended.person is null and not exists (select from payt_grants as own "
            "where own.tenant = people.tenant and own.person = people.id and own.sealed is not null))"
        )
        rows = await self._database.run(lambda c: c.execute(query, (tenant_id, grant_id)).fetchall())
        for row in rows:
            await self._ended(tenant_id, row["id"])


class _ConnectedTokens:
    """The tokens of one grant; what ends it is said as the people of a team server can undo it."""

    def __init__(self, store: GrantStore, where: str, ended: Callable[[], Awaitable[None]]) -> None:
        self.store = store
        self._inner = RenewingTokens(store)
        self._where = where
        self._ended = ended

    async def token(self, payt: TokenEndpoint) -> Secret:
        return await self._told(lambda: self._inner.token(_Endpoint(payt)))

    async def renewed(self, refused: Secret, payt: TokenEndpoint) -> Secret:
        return await self._told(lambda: self._inner.renewed(refused, _Endpoint(payt)))

    async def ledger_identity(self) -> Secret:
        return await self._told(self._inner.ledger_identity)

    def login(self) -> str | None:
        return self._inner.login()

    async def _told(self, ask: Callable[[], Awaitable[Secret]]) -> Secret:
        try:
            with suppress(SignInEndedError):
                return await ask()
            self.store.look_again()  # they may have connected anew, on any replica
            return await ask()
        except SignInEndedError as error:
            await self._ended()
            raise NotConnectedError(self._where, "" if error.why == DISCONNECTED else error.why) from None
        except SignInReplacedError:
            raise NotConnectedError(self._where) from None
        except UnauthorizedError:
            raise NotConnectedError(self._where, "it refuses the tokens that it gives out for it") from None


class _Endpoint:
    """Payt, but for one thing: that it does not know this server's application ends nobody's consent."""

    def __init__(self, payt: TokenEndpoint) -> None:
        self._payt = payt
        self.now = payt.now

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        try:
            return await self._payt.grant(client_id, client_secret, body)
        except GrantRefused as refusal:
            if refusal.reason == "invalid_grant":
                raise
            why = "it does not accept the client id and secret of this server (PAYT_CLIENT_ID, PAYT_CLIENT_SECRET)"
            raise GrantTrouble(why, taken=False) from None


def _grant(row: DictRow) -> Grant:
    return Grant(
        row["id"],
        row["tenant"],
        row["person"] or "",
        row["scope"],
        row["given_at"],
        row["ended"] or ("" if row["sealed"] else DISCONNECTED),
    )
