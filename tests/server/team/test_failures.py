"""What breaks while a company works: replicas killed and stopped, the database restarted, keys and people exchanged."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from anyio.to_thread import run_sync
from mcp.types import ElicitRequestURLParams, ElicitResult

from payt_sandbox.api.faults import Fault
from tests.server.team.work import HERE, propose, proposed, text
from tests.support import postgres
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
    with postgres.a_database(postgres.with_template(cluster.url)) as url:
        with a_company(tmp_path_factory.mktemp("company"), database_url=url, PAYT_FRESHNESS_SECONDS="3600") as company:
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
