"""What breaks while a company works: replicas killed and stopped, the database restarted, keys and people exchanged."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import psycopg
import pytest
from anyio.to_thread import run_sync
from mcp.types import ElicitRequestURLParams, ElicitResult

from payt_sandbox.api.faults import Fault
from tests.server.team.work import HERE, propose, proposed, text
from tests.support import postgres
from tests.support.commands import run_here
from tests.support.programs import CALLBACK, Program, Visitor
from tests.support.replicas import ANNA, BRAM, Company, Replica, a_company, a_key, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> postgres.Cluster:
    """A PostgreSQL that may be restarted: what it said was kept is kept then."""
    cluster = postgres.a_cluster()
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write("synchronous_commit = 'on'\n")
    cluster.start()
    cluster.stop_with(os.getpid())
    return cluster


@pytest.fixture(scope="module")
def whole(cluster: postgres.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("company")
    with (
        postgres.a_database(postgres.with_template(cluster.url)) as url,
        a_company(folder, database_url=url, PAYT_FRESHNESS_SECONDS="3600") as company,
    ):
        company.found("Acme", {ANNA: "proposer", BRAM: "approver"})
        yield company


@pytest.fixture
def company(whole: Company) -> Iterator[Company]:
    yield whole
    whole.payt.faults.clear()
    whole.balancer.only = None
    for replica in whole.replicas:
        replica.send(signal.SIGCONT) if replica.process.poll() is None else replica.start()
        replica.until_ready()


class Act:
    """Anna's program, and Bram's browser."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.program = Program(company.url, Visitor("Anna"))
        self.bram = Visitor("Bram")

    async def letter(self, subject: str) -> str:
        """One that waits."""
        async with self.program.connected() as client:
            return await proposed(client, self.company, subject)

    async def approve(self, key: str) -> None:
        await run_sync(self.bram.sign_in, f"{self.company.balancer.url}/approvals/{key}")
        await run_sync(self.bram.press, "Approve")

    async def until(self, is_so: Callable[[], object]) -> None:
        await run_sync(until, is_so, self._state)

    def _state(self) -> str:
        """Where things stand, where they do not go on."""
        rows = self.company.rows("select id, status, owner from proposals order by id")
        owners = self.company.rows("select * from owners")
        logs = [replica.lines()[-4:] for replica in self.company.replicas]
        return f"{rows}\n{owners}\n{self.company.payt.faults.hits} faults\n{logs}"

    def status(self, key: str) -> str:
        (row,) = self.company.rows("select status from proposals where id = %s", (key,))
        return str(row["status"])

    def settled(self, key: str) -> str:
        """Its status, as soon as the database says it again."""
        try:
            return self.status(key)
        except psycopg.OperationalError:
            return ""

    def lease_over(self) -> None:
        """A minute passes in which no replica that is dead or stopped says that it lives."""
        self.company.rows("update owners set lease_until = clock_timestamp() - interval '1 second'")


@pytest.fixture
def act(company: Company) -> Act:
    return Act(company)


def only(company: Company, place: int) -> Replica:
    """The other one is stopped: whatever is carried out is carried out by this one."""
    company.replicas[1 - place].send(signal.SIGSTOP)
    company.balancer.only = place
    return company.replicas[place]


async def test_a_replica_killed_while_it_sends_leaves_what_another_finds_out(company: Company, act: Act) -> None:
    key = await act.letter("Gedood")
    company.payt.faults.add(Fault("slow", path="/v1/messages", method="POST", delay_ms=2_000))
    first, second = only(company, 0), company.replicas[1]
    await act.approve(key)
    await act.until(lambda: act.status(key) == "sending" and company.payt.faults.hits)
    first.kill()
    second.send(signal.SIGCONT)
    await act.until(lambda: company.mails("Gedood") == 1)
    assert act.status(key) == "sending"  # nobody takes over from one that may be alive
    act.lease_over()
    await act.until(lambda: act.status(key) == "sent")
    assert company.mails("Gedood") == 1


async def test_a_replica_stopped_past_its_lease_records_nothing_about_what_it_sent(company: Company, act: Act) -> None:
    key, next_one = await act.letter("Gestopt"), await act.letter("Daarna")
    company.payt.faults.add(Fault("slow", path="/v1/messages", method="POST", delay_ms=1_500))
    first, second = only(company, 0), company.replicas[1]
    await act.approve(key)
    await act.until(lambda: act.status(key) == "sending" and company.payt.faults.hits)
    first.send(signal.SIGSTOP)
    second.send(signal.SIGCONT)
    company.balancer.only = 1
    await act.until(lambda: company.mails("Gestopt") == 1)
    act.lease_over()
    await act.until(lambda: act.status(key) == "sent")
    first.send(signal.SIGCONT)
    only(company, 0)
    await act.approve(next_one)
    await act.until(lambda: act.status(next_one) == "sent")  # it goes on, under another name
    assert (company.mails("Gestopt"), company.mails("Daarna")) == (1, 1)
    assert steps(company, key)[-3:] == ["sending", "outcome_unknown", "sent"]


async def test_a_replica_killed_while_it_looks_again_leaves_it_to_another_that_sends_it(
    company: Company, act: Act
) -> None:
    """Nothing was sent yet, so there is nothing that nobody knows."""
    key = await act.letter("Opgepakt")
    first, second = only(company, 0), company.replicas[1]
    company.payt.faults.add(Fault("slow", path="/v1/messages", method="GET", delay_ms=6_000))
    await act.approve(key)
    await act.until(lambda: company.payt.faults.hits)
    first.kill()
    second.send(signal.SIGCONT)
    await act.until(lambda: act.status(key) == "sent")
    assert company.mails("Opgepakt") == 1
    assert steps(company, key) == ["approved", "sending", "sent"]


async def test_a_replica_stopped_while_it_looks_again_sends_nothing_that_another_sent(
    company: Company, act: Act
) -> None:
    """It wakes with a look at the letter that is as old as its sleep."""
    key, next_one = await act.letter("Ingedut"), await act.letter("Wakker")
    first, second = only(company, 0), company.replicas[1]
    company.payt.faults.add(Fault("slow", path="/v1/messages", method="GET", delay_ms=1_000))
    await act.approve(key)
    await act.until(lambda: company.payt.faults.hits)
    first.send(signal.SIGSTOP)
    second.send(signal.SIGCONT)
    await act.until(lambda: act.status(key) == "sent")
    first.send(signal.SIGCONT)
    only(company, 0)
    await act.approve(next_one)
    await act.until(lambda: act.status(next_one) == "sent")
    assert (company.mails("Ingedut"), company.mails("Wakker")) == (1, 1)
    assert steps(company, key) == ["approved", "sending", "sent"]


async def test_one_replica_alone_looks_again_at_what_was_approved_however_slow_payt_is(
    company: Company, act: Act
) -> None:
    key = await act.letter("Alleen")
    company.payt.faults.add(Fault("slow", path="/v1/messages", method="GET", delay_ms=7_000))
    before = len(company.payt.sandbox.requests)
    await act.approve(key)
    await act.until(lambda: act.status(key) == "sent")
    asked = Counter(one.path for one in list(company.payt.sandbox.requests)[before:] if one.method == "GET")
    for path in ("/v1/messages", "/v1/contacts", "/v1/notes", "/v1/notifications"):
        assert asked[path] == 1, asked


async def test_a_database_that_restarts_keeps_nobody_waiting_and_loses_nothing(
    company: Company, act: Act, cluster: postgres.Cluster
) -> None:
    key, page = await act.letter("Herstart"), f"{company.balancer.url}/approvals"
    await run_sync(act.bram.sign_in, page)
    cluster.stop()
    answer = await run_sync(lambda: httpx.get(page, headers={"Accept": "text/html"}, cookies=act.bram.http.cookies))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "cannot be reached" in answer.json()["error"]
    await act.until(lambda: not any(replica.is_ready for replica in company.replicas))
    cluster.start()
    await act.until(lambda: all(replica.is_ready for replica in company.replicas))
    await act.approve(key)
    cluster.stop()  # while both look at it again, or one has it
    cluster.start()
    await act.until(lambda: act.settled(key) == "sent")
    assert company.mails("Herstart") == 1


async def test_a_replica_killed_before_it_keeps_what_payt_renewed_asks_the_person_again(
    company: Company, act: Act
) -> None:
    async with act.program.connected() as client:
        assert not (await client.call_tool("list_administrations", {})).is_error
    company.payt.sandbox.grants.expire_access_tokens()
    company.payt.faults.add(Fault("timeout_after", path="/oauth/token"))
    company.balancer.only = 0
    bearer = act.program.bearer
    with ThreadPoolExecutor() as others:
        asked = others.submit(call, company, 0, bearer, "list_contacts")
        await act.until(lambda: company.payt.faults.hits)
        company.replicas[0].kill()
        company.payt.faults.clear()
        assert await run_sync(asked.result) is None
    company.rows("update payt_grants set turn_until = now()")  # a while passes
    told = await run_sync(call, company, 1, bearer, "list_contacts")
    assert told
    assert f"{company.balancer.url}/connect" in told
    await act.until(lambda: call(company, 1, bearer, "list_contacts") is None)
    company.balancer.only = 1
    async with act.program.connected() as client:  # their programs are let in anew, and Payt is connected on the way
        answer = await client.call_tool("list_contacts", HERE)
        assert not answer.is_error, text(answer)
    assert act.program.sign_ins == 2
    assert act.program.person.seen[-3:] == ["/connect", "/oauth/authorize", "/consent"]


async def test_a_question_outlives_the_replica_that_asked_and_the_key_that_sealed_it(
    company: Company, act: Act
) -> None:
    old, new, asked = company.env["PAYT_KEYS"], a_key("k2"), list[str]()
    first, second = company.replicas
    company.balancer.only = 0

    async def answer(_: Any, params: Any) -> ElicitResult:
        assert isinstance(params, ElicitRequestURLParams)
        asked.append(params.url.rpartition("/")[2])
        await run_sync(second.restart, {"PAYT_KEYS": f"{new},{old}"})
        first.kill()
        company.balancer.only = 1
        await act.approve(asked[-1])
        return ElicitResult(action="accept")

    async with act.program.connected(answer=answer) as client:
        result = await propose(client, company, "Vraag")
    assert result.structured_content, text(result)
    assert (result.structured_content["status"], len(asked), company.mails("Vraag")) == ("sent", 1, 1), text(result)
    environment = {**company.env, "PAYT_KEYS": f"{new},{old}"}
    ended = await run_sync(partial(run_here, "team", "keys", "rotate", env=environment))
    assert ended.returncode == 0, ended.stderr
    await run_sync(first.restart, {"PAYT_KEYS": new})
    company.balancer.only = 0
    async with act.program.connected() as client:
        assert not (await client.call_tool("list_contacts", HERE)).is_error


async def test_what_two_replicas_are_handed_at_one_moment_is_redeemed_once(company: Company, act: Act) -> None:
    """A code that comes twice ends all that it gave; a refresh token does not, within two minutes: clients do that."""
    granted = await run_sync(redeemed_twice, company, act.program.person, [1, 1])
    assert sorted(status for status, _ in granted) == [200, 400]
    (given,) = [body for status, body in granted if status == 200]
    await act.until(
        lambda: all(call(company, place, bearer(given), "list_administrations") is None for place in (0, 1))
    )
    ((_, first),) = await run_sync(redeemed_twice, company, act.program.person, [1])
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": first["client_id"]}
    granted = await run_sync(at_once, company, again)
    assert [status for status, _ in granted] == [200, 200]
    for _, body in granted:
        assert all(call(company, place, bearer(body), "list_administrations") for place in (0, 1))


async def test_in_the_older_era_whatever_a_program_does_after_a_kill_ends_right(company: Company, act: Act) -> None:
    """2025-11-25 without a session: the page takes the place of a question. Asked again, looked up, sent once."""
    company.balancer.only = 0
    async with act.program.connected("legacy") as client:
        first = await propose(client, company, "Ouder")
        assert first.structured_content, text(first)
        key = first.structured_content["proposal_id"]
        assert f"{company.balancer.url}/approvals/{key}" in text(first)
        company.replicas[0].kill()
        company.balancer.only = 1
        again = await propose(client, company, "Ouder")
        assert again.structured_content, text(again)
        assert again.structured_content["proposal_id"] == key
        waits = await client.call_tool("check_approval", {"proposal_id": key})
        assert "awaiting_approval" in text(waits)
        await act.approve(key)
        await act.until(lambda: act.status(key) == "sent")
        assert "status: sent" in text(await client.call_tool("check_approval", {"proposal_id": key}))
        assert "Nothing was sent now: this was sent already" in text(await propose(client, company, "Ouder"))
    assert company.mails("Ouder") == 1
    assert len(company.rows("select 1 from proposals where id = %s or digest = (select digest from proposals "
                            "where id = %s)", (key, key))) == 1  # fmt: skip


async def test_replicas_of_the_version_before_go_on_with_tables_of_the_next(company: Company, act: Act) -> None:
    """A step of a later version adds a table, a column with a default, and its own name; nothing is taken away."""
    before = await act.letter("Voor de stap")
    for step in (
        "create table of_the_next (id text primary key)",
        "alter table proposals add column of_the_next text not null default ''",
        "alter table people add column of_the_next text not null default ''",
        "insert into migrations (name) values ('9998_of_the_next')",
    ):
        company.rows(step)
    assert all(replica.is_ready for replica in company.replicas)
    await act.approve(before)
    await act.until(lambda: act.status(before) == "sent")
    await run_sync(company.replicas[0].restart, {})  # going back one version needs no step back
    only(company, 0)
    after = await act.letter("Na de stap")
    await act.approve(after)
    await act.until(lambda: act.status(after) == "sent")
    assert (company.mails("Voor de stap"), company.mails("Na de stap")) == (1, 1)
    assert not any("altered" in str(line) for replica in company.replicas for line in replica.lines())


async def test_who_was_removed_at_the_provider_is_let_in_nowhere_and_their_yes_sends_nothing(
    company: Company, act: Act
) -> None:
    key = await act.letter("Vertrokken")
    async with Program(company.url, act.bram).connected() as client:
        assert not (await client.call_tool("list_administrations", {})).is_error
    company.payt.faults.add(Fault("unavailable", path="/v1", times=None))
    await act.approve(key)
    company.provider.remove(BRAM.subject)
    passes = "confirmed_at = confirmed_at - interval '5 minutes', tried_at = tried_at - interval '5 minutes'"
    company.rows(f"update identities set {passes} where subject = 'sub-bram'")
    begun = "select 1 from turns where proposal = %s and since < clock_timestamp() - interval '3 seconds'"
    await act.until(lambda: company.rows(begun, (key,)))  # a replica began to look at it three seconds ago
    company.payt.faults.clear()
    await act.until(lambda: act.settled(key) == "superseded")
    assert company.mails("Vertrokken") == 0
    await run_sync(act.bram.get, f"{company.balancer.url}/approvals/{key}")
    assert "/approvals" not in urlsplit(act.bram.url).path


def steps(company: Company, key: str) -> list[str]:
    """The states it went through since it was approved."""
    rows = company.rows("select status from events where proposal_id = %s order by seq", (key,))
    states = [str(row["status"]) for row in rows]
    return states[states.index("approved") :]


def call(company: Company, place: int, headers: dict[str, str], tool: str) -> str | None:
    """What one replica answers to a program with this token; None where it lets nobody in, or is not there."""
    arguments = {} if tool == "list_administrations" else HERE
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    given = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25", **headers}
    given["Host"] = company.balancer.url.removeprefix("http://")
    try:
        answer = httpx.post(f"{company.replicas[place].origin}/mcp", json=body, headers=given, timeout=120)
    except httpx.TransportError:
        return None
    return answer.text if answer.status_code == 200 else None


def bearer(given: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {given['access_token']}"}


def redeemed_twice(company: Company, person: Visitor, times: list[int]) -> list[tuple[int, dict[str, Any]]]:
    """A program registers and is let in; its code is redeemed at one replica, or at two at once."""
    about = {"redirect_uris": [CALLBACK], "client_name": "By hand"}
    client_id = httpx.post(f"{company.balancer.url}/register", json=about).json()["client_id"]
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": CALLBACK, "state": "s",
             "code_challenge": challenge, "code_challenge_method": "S256", "resource": company.url}  # fmt: skip
    back = person.allow(f"{company.balancer.url}/authorize?{urlencode(asked)}")
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": client_id,
            "code_verifier": verifier, "resource": company.url}  # fmt: skip
    found = at_once(company, form, len(times))
    return [(status, {**body, "client_id": client_id}) for status, body in found]


def at_once(company: Company, form: dict[str, str], times: int = 2) -> list[tuple[int, dict[str, Any]]]:
    host = {"Host": company.balancer.url.removeprefix("http://")}

    def one(replica: Replica) -> tuple[int, dict[str, Any]]:
        answer = httpx.post(f"{replica.origin}/token", data=form, headers=host, timeout=120)
        return answer.status_code, answer.json()

    with ThreadPoolExecutor() as both:
        return list(both.map(one, company.replicas[:times]))
