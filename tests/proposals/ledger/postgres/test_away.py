"""The database goes away while a step is taken: what became of the step is read, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import LedgerError
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.proposals.ledger.postgres.dropping import Wire
from tests.proposals.ledger.postgres.test_tampering import approved
from tests.support import company
from tests.support.house import PAGE, TOOL, Clock, draft

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wire(url: str) -> Iterator[Wire]:
    wire = Wire(url)
    yield wire
    wire.close()


@pytest.fixture
def opens(wire: Wire, clock: Clock) -> Iterator[object]:
    database = Database(Secret(wire.url))
    with company.processes(database, clock) as opened:
        yield opened
    database.close()


def test_a_step_that_ended_without_an_answer_is_told_as_it_is(wire: Wire, opens: company.Opens) -> None:
    ledger = opens()
    waiting, _ = ledger.propose(draft(), TOOL)
    wire.breaks = "after"
    assert ledger.approve(waiting.id, PAGE).status is Status.APPROVED
    wire.breaks = "after"
    claimed = ledger.claim(waiting.id)
    assert claimed
    assert ledger.holds(claimed)
    wire.breaks = "before"
    with pytest.raises(LedgerError, match="cannot be reached at the moment") as refused:
        ledger.finish(waiting.id, Status.SENT, {}, message_id="m1")
    assert "not known" not in str(refused.value)
    assert ledger.get(waiting.id).status is Status.SENDING
    assert ledger.finish(waiting.id, Status.SENT, {}, message_id="m1").status is Status.SENT
    assert [event.status for event in ledger.history(waiting.id)] == ["proposed", "approved", "sending", "sent"]
    ledger.verify()


def test_a_claim_that_never_arrived_is_none(wire: Wire, opens: company.Opens) -> None:
    ledger, other = opens(), opens()
    record = approved(ledger, "pay")
    wire.breaks = "before"
    with pytest.raises(LedgerError, match="nothing was sent"):
        ledger.claim(record.id)
    assert other.claim(record.id)
    assert ledger.claim(record.id) is None
