"""People connect their Payt once; its tokens are sealed, renewed by one replica at a time, and end as they should."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

import anyio
import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import NotConnectedError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.resources import Resources
from payt_mcp.payt.signin.grants import Granted, GrantTrouble
from payt_mcp.server.team.departures import Departure
from payt_mcp.server.team.grants import Grant
from payt_mcp.server.team.people import Person
from payt_mcp.settings import Secret
from payt_sandbox.provider import create_provider
from tests.server.team.signin.office import ANNA, BRAM, ISSUER, PAYT, PUBLIC, Browser, Office, a_payt, settings

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


class Case:
    """Anna (admin) and Bram, signed in, and a Payt."""

    def __init__(self, office: Office, people: Mapping[str, Person], browsers: Mapping[str, Browser]) -> None:
        self.one = office
        self.two = Office(office.database, office.provider, office.settings, payt=office.payt, ended=office.ended)
        self.anna, self.bram = people["anna"], people["bram"]
        self.browsers = browsers
        assert office.payt is not None
        self.payt = office.payt.state.sandbox

    async def asked(self, person: Person, office: Office | None = None) -> int:
        """Ask Payt something on behalf of a person; how many administrations it told."""
        office = office or self.one
        client = PaytClient(PAYT, await office.grants.source(person), app=office.payt)
        try:
            return len(await Resources(client).administrations())
        finally:
            await client.aclose()

    async def rows(self) -> list[dict[str, Any]]:
        return await self.one.database.run(
            lambda c: c.execute("select * from payt_grants order by created_at").fetchall()
        )


@pytest.fixture
async def case(database: Database) -> Case:
    await database.run(lambda c: c.execute("truncate tenants, people, identities, web_sessions, payt_grants cascade"))
    office = Office(database, create_provider([ANNA, BRAM], ISSUER), payt=a_payt())
    company = await office.people.add_tenant("Acme")
    people = {}
    browsers = {}
    for who, role in ((ANNA, "admin"), (BRAM, "proposer")):
        people[who.subject] = await office.people.invite(company.id, who.email, role)  # type: ignore[arg-type]
        browsers[who.subject] = office.browser()
        await browsers[who.subject].sign_in(who.subject)
    return Case(office, people, browsers)


async def test_a_person_connects_their_own_payt_and_what_payt_gave_is_sealed(
    case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "payt_mcp")
    assert await case.one.connecting.missing(case.bram, "/consent?request=1") == (
        f"/connect?person={case.bram.id}&next=%2Fconsent%3Frequest%3D1"
    )
    with pytest.raises(NotConnectedError, match=f"at {PUBLIC}/connect"):
        await case.one.grants.source(case.bram)
    stranger = await case.one.browser().get("/connect?next=/approvals")
    assert str(stranger.url).startswith(f"{ISSUER}/authorize")

    page = await case.browsers["bram"].get("/connect?next=/approvals%3Fpage%3D3")
    assert "form-action 'self' https://payt.example;" in page.headers["content-security-policy"]
    landed = await case.browsers["bram"].connect("/connect?next=/approvals%3Fpage%3D3")
    assert str(landed.url) == f"{PUBLIC}/approvals?page=3"
    assert await case.asked(case.bram) > 0
    assert await case.asked(case.bram, case.two) > 0
    assert await case.one.connecting.missing(case.bram, "/") is None
    (row,) = await case.rows()
    assert row["id"] == await case.one.grants.name(case.bram)
    assert "messages:write" in row["scope"]
    source = await case.one.grants.source(case.bram)
    secret = (await source.token(_Nothing())).reveal()
    assert secret.encode() not in row["sealed"]
    assert secret not in json.dumps(row, default=str)
    assert secret not in repr(source) + repr(await case.one.grants.of(case.bram))
    with pytest.raises(NotConnectedError):
        await case.one.grants.name(case.anna)
    with pytest.raises(NotConnectedError):
        await case.one.grants.source_of("t-other", "g-none")
    own = [record.getMessage() for record in caplog.records if record.name.startswith("payt_mcp")]
    assert any(case.bram.id in line for line in own)
    assert not [line for line in own if secret in line or BRAM.email in line or "code" in line]

    known = (await case.two.grants.source(case.bram)).login()
    again = await case.browsers["bram"].connect()
    assert again.status_code == 200
    later = (await case.two.grants.source(case.bram)).login()  # the other replica sees at once that it is another one
    assert later not in {known, None}
    assert await case.asked(case.bram, case.two) > 0
    assert [one["id"] for one in await case.rows()] == [row["id"]], "what they proposed stays theirs"


async def test_consent_is_given_by_the_browser_that_asked_and_by_nobody_elses(case: Case) -> None:
    anna, bram = case.browsers["anna"], case.browsers["bram"]
    caught: list[str] = []
    page = await anna.click(await anna.get("/connect"), do="/connect")
    anna.http.follow_redirects = False
    answer = await anna.click(page, decision="approve")
    caught.append(answer.headers["location"])
    anna.http.follow_redirects = True
    for who, url in ((bram, caught[0]), (anna, caught[0].replace("state=", "state=x")), (anna, f"{caught[0]}&state=1")):
        assert (await who.get(url)).status_code == 400
    # The way of a sign-in is none to a connection, and the other way round.
    ways = {"__Host-payt-way": "a", "__Host-payt": anna.http.cookies["__Host-payt"]}
    anna.http.cookies.set("__Host-payt-way", "a", domain="payt.company.example")
    to_connect = await case.one.departures.leave(ways["__Host-payt-way"], Departure("/", case.anna.id))
    to_sign_in = await case.one.departures.leave(ways["__Host-payt"], Departure("/"))
    assert (await anna.get(f"/signin/callback?code=1&state={to_connect}")).status_code == 400
    assert (await anna.get(f"/connect/callback?code=1&state={to_sign_in}")).status_code == 400
    assert (await anna.get(caught[0])).status_code == 200
    assert (await anna.get(caught[0])).status_code == 400
    assert len(await case.rows()) == 1
    no = await bram.connect("/connect", decision="deny")
    assert no.status_code == 403
    assert "answered with no" in no.text
    assert (await bram.get(f"/connect?person={case.anna.id}")).status_code == 404
    form = {"do": "/connect", "person": case.bram.id}
    assert (await bram.http.post("/connect", data=form, headers={"origin": PUBLIC})).status_code == 403
    assert (await bram.http.post("/disconnect", data=form, headers={"origin": PUBLIC})).status_code == 403
    assert len(await case.rows()) == 1


async def test_an_admin_connects_one_payt_for_everybody(case: Case) -> None:
    anna, bram = case.browsers["anna"], case.browsers["bram"]
    assert (await bram.get("/connect?for=company")).status_code == 403
    csrf = (await bram.get("/approvals")).json()["csrf"]
    form = {"csrf": csrf, "person": case.bram.id, "for": "company"}
    for path in ("/connect", "/disconnect"):
        assert (await bram.http.post(path, data=form, headers={"origin": PUBLIC})).status_code == 403
    assert (await anna.connect("/connect?for=company")).status_code == 200
    shared = await case.one.grants.name(case.anna)
    assert await case.one.grants.name(case.bram) == shared
    assert await case.asked(case.bram, case.two) > 0
    await bram.connect()
    own = await case.one.grants.name(case.bram)
    assert own != shared

    await anna.click(await anna.get("/connect?for=company"), do="/disconnect")
    assert case.one.ended == [(case.anna.tenant_id, case.anna.id)]
    assert await case.one.grants.name(case.bram) == own
    with pytest.raises(NotConnectedError):
        await case.one.grants.name(case.anna)
    again = await anna.connect("/connect?for=company")
    assert again.status_code == 200
    assert await case.one.grants.name(case.anna) == shared
    assert await case.asked(case.anna) > 0
    await bram.click(await bram.get("/connect"), do="/disconnect")
    assert await case.one.grants.name(case.bram) == shared
    elsewhere = await case.one.people.add_tenant("Bolt")
    cora = await case.one.people.invite(elsewhere.id, "cora@bolt.example", "reader")
    with pytest.raises(NotConnectedError):
        await case.one.grants.name(cora)
    with pytest.raises(NotConnectedError):
        await case.two.grants.source_of(elsewhere.id, shared)


async def test_replicas_that_find_it_refused_at_one_moment_renew_it_once(case: Case) -> None:
    await case.browsers["bram"].connect()
    assert await case.asked(case.bram) == await case.asked(case.bram, case.two)
    for _ in range(2):
        before = case.payt.grants.counts.refreshes
        case.payt.grants.expire_access_tokens()
        async with anyio.create_task_group() as group:
            for office in (case.one, case.two) * 5:
                group.start_soon(case.asked, case.bram, office)
        assert case.payt.grants.counts.refreshes == before + 1
        for office in (case.one, case.two):
            source = await office.grants.source(case.bram)
            source._inner._forced_at = float("-inf")  # type: ignore[attr-defined]
    assert case.one.ended == []


async def test_who_is_killed_between_payts_answer_and_keeping_it_costs_one_consent(case: Case) -> None:
    await case.browsers["bram"].connect()
    doomed = await case.one.grants.source(case.bram)
    assert case.one.payt is not None
    payt = PaytClient(PAYT, doomed, app=case.one.payt)

    class Killed(BaseException):
        pass

    class Dying:
        now = staticmethod(payt.now)

        async def grant(self, client_id: str, secret: Secret, body: Mapping[str, str]) -> Granted:
            await payt.grant(client_id, secret, body)
            raise Killed

    token = await doomed.token(payt)
    with pytest.raises(Killed):
        await doomed.renewed(token, Dying())
    await payt.aclose()
    (row,) = await case.rows()
    assert row["renewing"]
    # The lease of whoever died lapses; the one who comes then says what happened, once for all.
    await case.one.database.run(
        lambda c: c.execute("update payt_grants set turn_of = 'dead', turn_until = now() - interval '1 second'")
    )
    case.payt.grants.expire_access_tokens()
    with pytest.raises(
        NotConnectedError, match=r"a renewal begun at .* broke off .* in a browser, at https://payt\.comp"
    ):
        await case.asked(case.bram, case.two)
    assert case.one.ended == [(case.bram.tenant_id, case.bram.id)]
    (row,) = await case.rows()
    assert row["sealed"] is None
    assert row["turn_until"] is None
    with pytest.raises(NotConnectedError):
        await case.two.grants.name(case.bram)
    page = await case.browsers["bram"].get("/connect")
    assert "not connected any more" in page.text
    await case.browsers["bram"].connect()
    assert await case.asked(case.bram, case.two) > 0
    doomed._inner._known = None  # type: ignore[attr-defined]  # half a minute later
    assert await case.asked(case.bram) > 0
    assert len(await case.rows()) == 1


async def test_what_is_not_the_consents_fault_ends_none(case: Case) -> None:
    await case.browsers["bram"].connect()
    misled = Office(
        case.one.database, case.one.provider, settings(PAYT_CLIENT_SECRET="exchanged"), payt=case.one.payt, ended=[]
    )
    case.payt.grants.expire_access_tokens()
    source = await misled.grants.source(case.bram)
    payt = PaytClient(PAYT, source, app=misled.payt)
    with pytest.raises(GrantTrouble, match="PAYT_CLIENT_SECRET"):
        await source.renewed(await source.token(payt), payt)
    await payt.aclose()
    assert misled.ended == []
    assert await case.asked(case.bram) > 0

    withdrawn = case.payt.grants
    withdrawn.expire_access_tokens()
    withdrawn.revoke_refresh_tokens()
    (await case.one.grants.source(case.bram))._inner._forced_at = float("-inf")  # type: ignore[attr-defined]
    with pytest.raises(NotConnectedError, match="it was withdrawn"):
        await case.asked(case.bram)
    assert case.one.ended == [(case.bram.tenant_id, case.bram.id)]


async def test_disconnecting_is_over_everywhere_and_no_renewal_under_way_undoes_it(case: Case) -> None:
    bram = case.browsers["bram"]
    await bram.connect()
    assert await case.asked(case.bram, case.two) > 0
    source = await case.two.grants.source(case.bram)
    grant = await case.one.grants.of(case.bram)
    assert grant is not None

    assert case.two.payt is not None
    payt = PaytClient(PAYT, source, app=case.two.payt)
    await source.renewed(await source.token(payt), _Slow(payt, case.one, grant))
    await payt.aclose()
    (row,) = await case.rows()
    assert row["sealed"] is None
    for office in (case.one, case.two):
        with pytest.raises(NotConnectedError):
            await office.grants.source(case.bram)


class _Slow:
    """A Payt during whose answer somebody disconnects."""

    def __init__(self, payt: PaytClient, office: Office, grant: Grant) -> None:
        self.now = payt.now
        self._payt, self._office, self._grant = payt, office, grant

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        given = await self._payt.grant(client_id, client_secret, body)
        await self._office.grants.disconnect(self._grant)
        return given


class _Nothing:
    """A Payt that is not asked."""

    @staticmethod
    def now() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        raise AssertionError
