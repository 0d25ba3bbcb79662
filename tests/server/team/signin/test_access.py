"""Who leaves has no access five minutes later, on whichever replica; whose provider is away keeps it for a while."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError
from payt_mcp.server.team.people import Person
from payt_sandbox.provider import create_provider
from tests.server.team.signin.office import ANNA, BRAM, ISSUER, Browser, Office

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


class Case:
    """Anna, signed in, and two replicas."""

    def __init__(self, office: Office, person: Person, browser: Browser) -> None:
        self.one, self.person, self.browser = office, person, browser
        self.two = Office(office.database, office.provider, office.settings, ended=office.ended)
        self.stand_in = office.stand_in

    async def is_current(self, office: Office | None = None) -> bool:
        return await (office or self.one).access.is_current(self.person.tenant_id, self.person.id)

    async def note_is_current(self, office: Office, found: list[bool]) -> None:
        found.append(await self.is_current(office))

    async def pass_time(self, seconds: float) -> None:
        """As if all that is known of her were this much older."""
        columns = ("signed_in_at", "confirmed_at", "tried_at", "answered_at")
        older = ", ".join(f"{name} = {name} - interval '{seconds} seconds'" for name in columns)
        await self.one.database.run(lambda c: c.execute(f"update identities set {older}".encode()))


@pytest.fixture
async def case(database: Database) -> Case:
    await database.run(lambda c: c.execute("truncate tenants, people, identities, web_sessions cascade"))
    office = Office(database, create_provider([ANNA, BRAM], ISSUER))
    company = await office.people.add_tenant("Acme")
    await office.people.invite(company.id, ANNA.email, "approver")
    browser = office.browser()
    await browser.sign_in("anna")
    (person,) = await office.people.people_of(company.id)
    return Case(office, person, browser)


async def test_the_provider_is_asked_once_in_four_minutes_for_all_replicas_together(case: Case) -> None:
    counts = case.stand_in.counts
    counts.clear()
    for _ in range(3):
        await case.pass_time(100)
        assert await case.is_current()
        assert await case.is_current(case.two)
        assert counts["token"] == 0
        await case.pass_time(201)  # five minutes: everybody waits for the one who asks
        found: list[bool] = []
        async with anyio.create_task_group() as group:
            for office in (case.one, case.two) * 4:
                group.start_soon(case.note_is_current, office, found)
        assert found == [True] * 8
        assert counts["token"] == 1
        counts.clear()
    assert case.one.ended == []


async def test_who_is_removed_at_the_provider_loses_everything_within_five_minutes(case: Case) -> None:
    bystander = await case.one.people.invite(case.person.tenant_id, BRAM.email, "reader")
    other, her_phone = case.one.browser(), case.one.browser()
    await other.sign_in("bram")
    await her_phone.sign_in("anna")
    case.stand_in.remove("anna")
    await case.pass_time(301)
    found: list[bool] = []
    async with anyio.create_task_group() as group:
        for office in (case.one, case.two) * 4:
            group.start_soon(case.note_is_current, office, found)
    assert found == [False] * 8
    assert case.one.ended == [(case.person.tenant_id, case.person.id)]
    assert (await case.browser.get("/approvals")).status_code == 401
    assert await case.one.access.is_current(case.person.tenant_id, bystander.id)
    assert (await other.get("/approvals")).status_code == 200
    # She comes back to the company, and signs in: her person here is the same.
    case.stand_in.people["anna"] = ANNA
    assert not await case.is_current()
    landed = await case.browser.sign_in("anna")
    assert landed.json()["people"][0][0] == case.person.id
    assert await case.is_current()
    assert (await her_phone.get("/approvals")).status_code == 401


async def test_who_is_removed_here_has_no_access_at_once(case: Case) -> None:
    tenants = {case.person.tenant_id: True, "t-other": False}
    for tenant, there in tenants.items():
        assert await case.one.access.is_current(tenant, case.person.id) == there
    await case.one.database.run(lambda c: c.execute("update people set status = 'removed'"))
    assert not await case.is_current()
    assert (await case.browser.get("/approvals")).status_code == 401
    assert not await case.one.access.is_current(case.person.tenant_id, "u-nobody")
    again = await case.browser.sign_in("anna")
    assert again.status_code == 403


async def test_a_provider_that_is_away_is_waited_for_a_quarter_of_an_hour(case: Case) -> None:
    counts = case.stand_in.counts
    case.stand_in.is_away = True
    counts.clear()
    await case.pass_time(600)
    for _ in range(10):
        assert await case.is_current()
        assert await case.is_current(case.two)
    assert 0 < counts["token"] < 5  # not again within seconds
    await case.pass_time(301)
    assert not await case.is_current()
    assert case.one.ended == []  # nothing is known against her
    case.stand_in.is_away = False
    await case.pass_time(16)
    assert await case.is_current(case.two)
    # It no longer knows this server: no word about her either.
    case.stand_in.clients["payt-mcp"] = "exchanged"
    await case.pass_time(600)
    assert await case.is_current()
    assert case.one.ended == []


async def test_where_the_provider_renews_nothing_it_is_asked_with_the_access_token_and_then_signed_in_anew(
    case: Case,
) -> None:
    case.stand_in.gives_refresh = False
    case.stand_in.token_seconds = 3600
    await case.one.database.run(lambda c: c.execute("truncate identities"))
    await case.browser.sign_in("anna")
    case.stand_in.counts.clear()
    await case.pass_time(400)
    assert await case.is_current()
    assert case.stand_in.counts["userinfo"] == 1
    case.stand_in.remove("anna")
    await case.pass_time(400)
    assert not await case.is_current()
    assert case.one.ended == [(case.person.tenant_id, case.person.id)]

    case.stand_in.people["anna"] = ANNA
    case.stand_in.token_seconds = 0  # nothing to ask with at all
    await case.browser.sign_in("anna")
    await case.pass_time(3400)
    assert await case.is_current()
    assert await case.is_current(case.two)
    await case.pass_time(300)
    assert not await case.is_current()
    assert len(case.one.ended) == 1
    assert (await case.browser.get("/approvals")).status_code == 401


async def test_what_the_provider_gave_is_kept_although_the_database_is_away_for_a_moment(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, failures = case.one.database.run, [1]

    async def flaky(work: Any) -> Any:
        if case.stand_in.counts["token"] and failures:
            failures.pop()
            raise DatabaseError
        return await run(work)

    case.stand_in.counts.clear()
    await case.pass_time(400)
    monkeypatch.setattr(case.one.database, "run", flaky)
    assert await case.is_current()
    assert failures == []
    monkeypatch.undo()
    await case.pass_time(400)
    assert await case.is_current(case.two)
    assert case.one.ended == []


async def test_who_dies_over_asking_is_followed_by_another(case: Case) -> None:
    await case.pass_time(400)
    await case.one.database.run(lambda c: c.execute("update identities set tried_at = now() - interval '31 seconds'"))
    case.stand_in.remove("anna")
    assert not await case.is_current()
