"""Several processes over one company's ledger: one takes a letter, and whoever was away too long has it no more."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from anyio.to_thread import run_sync

from payt_mcp.database.database import Database
from payt_mcp.errors import LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres import store
from payt_mcp.proposals.ledger.postgres.waking import Wake, Waking
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.proposals.ledger.postgres.test_tampering import approved
from tests.support import company
from tests.support.house import PAGE, TOOL, draft

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def at_once(steps: list[Callable[[], Any]]) -> list[Any]:
    """What each answered, or raised, of steps that begin at one moment."""
    found: list[Any] = []
    begin = threading.Barrier(len(steps))

    def take(step: Callable[[], Any]) -> None:
        begin.wait(60)
        try:
            found.append(step())
        except Exception as error:  # noqa: BLE001 - it is compared below
            found.append(error)

    threads = [threading.Thread(target=take, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_of_thirty_proposals_of_ten_letters_twenty_claimants_take_ten(opens: company.Opens) -> None:
    first = opens()
    records = [first.propose(draft(f"{n}", letter=f"letter-{n % 10}"), TOOL)[0] for n in range(30)]
    for record in records:
        first.approve(record.id, PAGE)
    ledgers = [first, *(opens() for _ in range(3))]

    def claim_all(ledger: CommonLedger, start: int) -> list[Record]:
        turned = records[start:] + records[:start]
        return [taken for record in turned[:12] if (taken := ledger.claim(record.id)) is not None]

    found = at_once([lambda n=n: claim_all(ledgers[n % 4], n) for n in range(20)])  # type: ignore[misc]
    taken = [record for answer in found for record in answer]
    assert len(taken) == 10
    assert {record.letter for record in taken} == {f"letter-{n}" for n in range(10)}
    first.verify()


class WithoutRules(CommonLedger):
    """Takes whatever it is asked to: the database alone is in its way."""

    def _may_go(self, *_: Any) -> bool:
        return True


def test_the_database_itself_lets_no_two_of_a_letter_be_under_way(opens: company.Opens) -> None:
    ledger = opens()
    first, second = (approved(ledger, text).id for text in ("one", "two"))
    twin = ledger.propose(draft("three", letter="letter-one"), TOOL)[0]
    ledger.approve(twin.id, PAGE)
    assert ledger.claim(first)
    ledger.__class__ = WithoutRules
    assert ledger.claim(twin.id) is None
    assert ledger.claim(second)


def lease_of(database: Database, name: str) -> tuple[dt.datetime, bool]:
    """Until when it lasts, and whether it is over."""
    with database.transaction() as connection:
        row = connection.execute(
            "select lease_until, lease_until <= clock_timestamp() as over from owners where name = %s", (name,)
        ).fetchone()
    assert row is not None
    return row["lease_until"], row["over"]


def wait_for(condition: Callable[[], Any]) -> Any:
    until = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def test_a_lease_that_ran_out_is_over_for_good(database: Database, opens: company.Opens) -> None:
    """Nothing prolongs it: as if the process stood still."""
    away, there = opens(lease=0.3), opens()
    kept, lost = (approved(away, text) for text in ("kept", "lost"))
    first = away.claim(kept.id)
    assert first
    wait_for(lambda: lease_of(database, first.owner)[1])
    assert not away.holds(first)
    assert away.finish(kept.id, Status.SENT, {}, message_id="m1").status is Status.SENT, "nobody had settled it yet"
    second = away.claim(lost.id)
    assert second
    assert second.owner == away.owner.name != first.owner
    recovered = wait_for(there.recover)
    assert [(record.id, record.status) for record in recovered] == [(lost.id, Status.OUTCOME_UNKNOWN)]
    assert not away.holds(second)
    with pytest.raises(RefusedWriteError, match="not being sent by this process"):
        away.finish(lost.id, Status.SENT, {}, message_id="m2")
    there.verify()


def test_a_lease_is_prolonged_until_its_ledger_is_closed(database: Database, opens: company.Opens) -> None:
    alive, other = opens(beat=0.05), opens()
    claimed = alive.claim(approved(alive, "one").id)
    assert claimed
    begun = lease_of(database, claimed.owner)[0]
    wait_for(lambda: lease_of(database, claimed.owner)[0] > begun + dt.timedelta(seconds=0.1))
    assert alive.holds(claimed)
    assert other.recover() == []
    alive.close()
    alive.close()
    assert [record.id for record in other.recover()] == [claimed.id]
    with pytest.raises(LedgerError, match="is closed"):
        alive.get(claimed.id)


async def test_what_one_process_records_wakes_the_others(url: str, opens: company.Opens) -> None:
    database = Database(Secret(url))
    waking = Waking(database)
    ledger = opens()
    tenant = ledger._store.tenant  # type: ignore[attr-defined]
    ours, all_of_it = waking.of(tenant, "here"), waking.of(tenant)
    others = [waking.of(tenant, "there"), waking.of("t-none", "here"), waking.of("t-none")]

    async def take(step: Callable[[], object]) -> None:
        await run_sync(step)
        with anyio.fail_after(60):
            await ours.wait()
            await all_of_it.wait()

    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:
            group.start_soon(waking.run)
            for wake in (ours, all_of_it, *others):  # at the start, something may have been missed
                await wake.wait()
            await take(lambda: ledger.propose(draft(), TOOL))
            await take(lambda: approved(ledger, "another"))
            group.cancel_scope.cancel()
    assert not any(wake._is_woken for wake in others)
    database.close()


async def test_news_before_somebody_waits_is_news() -> None:
    wake = Wake()
    wake.wake()
    with anyio.fail_after(60):
        await wake.wait()
    with anyio.move_on_after(0.01) as waited:
        await wake.wait()
    assert waited.cancelled_caught


def test_a_process_that_stops_in_the_middle_of_a_step_loses_it(
    opens: company.Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends its connection, so that the others get their turn; it finds out, and nothing of it is kept."""
    monkeypatch.setattr(store, "_TURN", store._TURN.replace("10s", "2s"))
    stopped, other = opens(), opens()
    record = approved(stopped, "pay")
    others: list[Any] = []

    def stop() -> None:
        with stopped._step() as step:
            step.end(record, Status.DECLINED, PAGE, {})
            monkeypatch.undo()
            others.extend(at_once([lambda: other.propose(draft("another"), TOOL)[1]]))

    with pytest.raises(LedgerError, match="nothing was sent"):
        stop()
    assert others == [True]
    assert other.claim(record.id)
    stopped.verify()
