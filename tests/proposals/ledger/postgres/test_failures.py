"""Replicas that are killed, stopped and woken, a database restarted under them: nothing goes twice, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from payt_mcp.database.database import Database
from payt_mcp.database.migrating import migrate
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.support import company, postgres
from tests.support.house import PAGE, START, TOOL, draft
from tests.support.keys import KEYS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by a signal Windows has not"),
]

PATIENCE = 240.0
LETTERS = int(os.environ.get("STORM_LETTERS", "50"))


class Company:
    """A company, its ledger as this process has it, and its replicas."""

    def __init__(self, url: str, tenant: str, folder: Path) -> None:
        self.url, self.tenant, self.folder = url, tenant, folder
        self.database = Database(Secret(url))
        company.add_tenant(self.database, tenant)
        self._leases = Leases(self.database)
        self.ledger: CommonLedger = open_team_ledger(self.database, tenant, KEYS, self._leases)
        self.replicas: list[subprocess.Popen[bytes]] = []

    def start(self, lease: float) -> subprocess.Popen[bytes]:
        arguments = [
            "-m",
            "tests.proposals.ledger.postgres.sender",
            self.url,
            self.tenant,
            str(self.folder),
            str(lease),
        ]
        started = subprocess.Popen([sys.executable, *arguments])
        self.replicas.append(started)
        return started

    def are_ready(self) -> bool:
        return all((self.folder / f"ready {one.pid}").exists() for one in self.replicas)

    def approved(self, text: str) -> Record:
        record, _ = self.ledger.propose(draft(text), TOOL)
        return self.ledger.approve(record.id, PAGE)

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def close(self) -> None:
        for replica in self.replicas:
            replica.kill()
            replica.wait()
        self._leases.close()
        self.database.close()


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster() -> postgres.Cluster:
    """A PostgreSQL that may be stopped."""
    cluster = postgres.a_cluster()
    cluster.start()
    cluster.stop_with(os.getpid())
    database = Database(Secret(cluster.url))
    migrate(database)
    database.close()
    return cluster


@pytest.fixture
def acme(cluster: postgres.Cluster, tmp_path: Path) -> Iterator[Company]:
    found = Company(cluster.url, f"t-{tmp_path.name}", tmp_path)
    yield found
    found.close()


def test_one_replica_is_killed_and_the_database_restarted_while_many_letters_go_out(
    acme: Company, cluster: postgres.Cluster
) -> None:
    killed, _ = acme.start(lease=4.0), acme.start(lease=4.0)
    wait_for(acme.are_ready)
    keys = [acme.approved(f"{number}").id for number in range(LETTERS)]
    wait_for(lambda: len(acme.lines("sent")) > LETTERS / 5)
    killed.send_signal(signal.SIGKILL)
    wait_for(lambda: len(acme.lines("sent")) > LETTERS / 2.5)
    cluster.stop()
    cluster.start()
    settled = {Status.SENT, Status.OUTCOME_UNKNOWN}

    def is_over() -> bool:
        """What has arrived is known to have; of what may have arrived, nobody says more."""
        states = {record.id: record.status for record in acme.ledger.recent(START)}
        arrived = set(acme.lines("sent"))
        return all(states[key] in settled and (states[key] is Status.SENT or key not in arrived) for key in keys)

    wait_for(is_over)
    assert [key for key, times in Counter(acme.lines("sent")).items() if times > 1] == []
    sent = {record.id for record in acme.ledger.recent(START) if record.status is Status.SENT}
    assert sent == set(acme.lines("sent"))
    assert len(sent) > LETTERS / 2, "of unknown outcome is what was in flight, and no more"
    acme.ledger.verify()


def test_a_replica_that_was_stopped_past_its_lease_sends_nothing_when_it_wakes(acme: Company) -> None:
    (acme.folder / "refuse").touch()
    stopped = acme.start(lease=4.0)
    wait_for(acme.are_ready)
    record = acme.approved("pay")
    wait_for(lambda: acme.lines("tried"))
    stopped.send_signal(signal.SIGSTOP)
    wait_for(acme.ledger.recover)
    (acme.folder / "refuse").unlink()
    assert acme.ledger.get(record.id).status is Status.OUTCOME_UNKNOWN
    acme.ledger.approve(record.id, PAGE, again=True)
    assert acme.ledger.claim(record.id)
    tried = len(acme.lines("tried"))
    stopped.send_signal(signal.SIGCONT)
    another = acme.approved("another")
    wait_for(lambda: acme.ledger.get(another.id).status is Status.SENT)
    assert acme.lines("sent") == [another.id]
    assert [line for line in acme.lines("tried")[tried:] if record.id in line] == []
    assert acme.ledger.finish(record.id, Status.SENT, {}, message_id="m-1").status is Status.SENT
    acme.ledger.verify()
