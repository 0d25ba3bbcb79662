"""`examples/agent.py` as a user runs it: a real process, its server over stdio, and a person at a terminal."""

from __future__ import annotations

import datetime as dt
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import run_in_thread
from tests.proposals.asking.test_terminal import as_asked, at_a_terminal, environ
from tests.support.forking import begun
from tests.support.house import ADMINISTRATION, House, client

pytestmark = pytest.mark.slow

AGENT = Path(__file__).parents[2] / "examples" / "agent.py"
SENT, NOT_SENT, WAITS, UNKNOWN = 0, 1, 3, 4


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Larger than the usual one, where there is hardly anybody whom nothing speaks against reminding."""
    with run_in_thread(create_app(build_world(invoices=400, seed=7), options=Options(rate=None))) as handle:
        yield House(handle, tmp_path)


class Agent:
    """The script while it runs; `proposal` is what it proposed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.said = ""

    @property
    def proposal(self) -> str:
        assert self._process.stdout
        while not (found := re.search(r"^Proposal (p-\w+)\.", self.said, re.MULTILINE)):
            line = self._process.stdout.readline()
            assert line, self.said
            self.said += line
        return found[1]

    def ends(self) -> int:
        rest, _ = self._process.communicate(timeout=300)
        self.said += rest
        return self._process.returncode


@contextmanager
def agent(house: House, *options: str, **settings: str) -> Iterator[Agent]:
    command = [sys.executable, str(AGENT), "--every", "0.1", *options]
    env = environ(house, PAYT_RATE="100", PYTHONIOENCODING="utf-8", **settings)
    with begun(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8") as process:
        try:
            yield Agent(process)
        finally:
            process.kill()


def run(house: House, *options: str, **settings: str) -> tuple[int, str]:
    with agent(house, *options, **settings) as running:
        return running.ends(), running.said


def decide(house: House, step: str, proposal: str) -> None:
    code, shown = at_a_terminal(house, step, proposal, answer=as_asked)
    assert code == 0, shown


def chosen(said: str) -> str:
    """The number of the debtor it wrote to."""
    found = re.search(r"^Debtor: .* \((\d+)\)", said, re.MULTILINE)
    assert found, said
    return found[1]


def test_what_a_person_approves_is_sent_once_and_reported(house: House) -> None:
    with agent(house) as running:
        proposal = running.proposal
        assert house.mails == []
        decide(house, "approve", proposal)
        assert running.ends() == SENT
    assert "status: sent" in running.said
    assert "Warning" not in running.said
    assert len(house.mails) == 1


def test_what_a_person_rejects_is_not_sent(house: House) -> None:
    with agent(house) as running:
        decide(house, "reject", running.proposal)
        assert running.ends() == NOT_SENT
    assert "status: declined" in running.said
    assert house.mails == []


def test_it_stops_waiting_and_takes_the_same_proposal_up_again(house: House) -> None:
    first, again = run(house, "--wait", "0"), run(house, "--wait", "0")
    proposals = [re.findall(r"--follow (p-\w+)", said) for _, said in (first, again)]
    assert (first[0], again[0]) == (WAITS, WAITS)
    assert proposals[0] == proposals[1] != []
    with agent(house, "--follow", proposals[0][0]) as running:
        decide(house, "approve", running.proposal)
        assert running.ends() == SENT
    assert len(house.mails) == 1


def test_in_code_mode_it_never_sends_the_code_back_and_a_person_decides(house: House) -> None:
    with agent(house, PAYT_CONFIRM="code") as running:
        proposal = running.proposal
        assert house.mails == []
        decide(house, "approve", proposal)  # which is refused where a code has decided before
        assert running.ends() == SENT
    assert len(house.mails) == 1


def test_an_answer_that_never_came_is_told_and_not_repeated(house: House) -> None:
    house.payt.faults.add(Fault("reset_before", path="/v1/messages", method="POST", times=None))
    with agent(house) as running:
        decide(house, "approve", running.proposal)
        assert running.ends() == UNKNOWN
    assert "May have been sent" in running.said
    assert "Do not send it in another way." in running.said
    posted = [seen for seen in house.sandbox.requests if (seen.method, seen.path) == ("POST", "/v1/messages")]
    assert len(posted) == 1


async def picked(house: House) -> str:
    """Whom the agent's own rule would write to now: asked of a server in this process, which it does not notice."""
    script = runpy.run_path(str(AGENT))
    async with client(house.server(browser=False)) as caller:
        proposal = await script["propose"](script["Payt"](caller))
    return chosen(proposal["preview"])


async def test_whoever_may_not_be_reminded_is_passed_over(house: House) -> None:
    world = house.sandbox.world
    ids = [owing(house, f"7700{place}", f"{place}00000.00") for place in (9, 8, 7, 6)]
    assert await picked(house) == "77009"
    world.change_debtor(ADMINISTRATION, ids[0][0], paused_at=world.clock())
    assert await picked(house) == "77008"
    world.add_message(ADMINISTRATION, debtor_id=int(ids[1][0]), sender_type="creditor")
    assert await picked(house) == "77007"
    world.change_invoice(ADMINISTRATION, ids[2][1], reminder_1_at=world.now())  # by Payt itself: no message tells of it
    assert await picked(house) == "77006"


def owing(house: House, number: str, amount: str) -> tuple[str, str]:
    """A debtor who owes more than all others and was never reminded: its id, and its invoice's."""
    world = house.sandbox.world
    debtor = world.add_debtor(ADMINISTRATION, debtor_number=number, name=number, reminder_email_address="ap@b.example")
    due = (world.clock() - dt.timedelta(days=30)).date().isoformat()
    invoice = world.add_invoice(
        ADMINISTRATION, debtor_id=int(debtor), invoice_number=f"I{number}", total_amount=amount, due_date=due
    )
    return debtor, invoice
