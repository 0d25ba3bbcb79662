"""What every ledger promises its callers, whatever its rows are kept in: random steps of two processes and two people.

A store is held to it by an entry in `STORES`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from payt_mcp.errors import RefusedWriteError
from payt_mcp.proposals.ledger import common
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.ledger.postgres import opening
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import FOLLOWING, WAITS, Status
from tests.support import company
from tests.support.house import PAGE, TOOL, Clock, draft

Opened = Callable[[Path, Clock], LedgerContract]
Store = Callable[[], AbstractContextManager[Opened]]
STORES: dict[str, tuple[Store, int]] = {"sqlite": (lambda: nullcontext(Ledger), 40), "postgres": (company.ledgers, 4)}
"""How each is opened at a folder that names it, and how many histories it is worth: a step over TCP takes longer."""

_SCOPES = ("ours", "theirs")
_PROCESSES = st.integers(0, 1)
_PICKED = st.integers(0, 3)
_OUTCOMES = st.sampled_from([Status.SENT, Status.FAILED, Status.OUTCOME_UNKNOWN])


class Contract(RuleBasedStateMachine):
    """Two processes over one ledger; beside it stands what was sent, and what was seen of each proposal."""

    opened: Opened

    @initialize()
    def begin(self) -> None:
        self.folder, self.clock = Path(tempfile.mkdtemp()), Clock()
        self.ledgers = [self.opened(self.folder / "state", self.clock) for _ in range(2)]
        self.seen: dict[str, Record] = {}
        self.sent: dict[str, list[float]] = {}
        self.taken: dict[str, str] = {}
        self.messages = 0

    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.verify()
            ledger.close()
        shutil.rmtree(self.folder)

    def picked(self, number: int) -> Record | None:
        latest = list(self.seen.values())[-4:]
        return latest[number % len(latest)] if latest else None

    @rule(process=_PROCESSES, text=st.sampled_from("aaab"), scope=st.sampled_from(_SCOPES))
    def propose(self, process: int, text: str, scope: str) -> None:
        record, is_new = self.ledgers[process].propose(draft(text, scope=scope), TOOL)
        assert (record.id not in self.seen) is is_new
        if is_new:
            assert (record.scope, record.status) == (scope, Status.PROPOSED)
        self.seen.setdefault(record.id, record)

    @rule(process=_PROCESSES, number=_PICKED, again=st.booleans())
    def approve(self, process: int, number: int, again: bool) -> None:
        if (record := self.picked(number)) is not None:
            with suppress(RefusedWriteError):
                approved = self.ledgers[process].approve(record.id, PAGE, again=again, scope=record.scope)
                assert approved.status is Status.APPROVED

    @rule(process=_PROCESSES, number=_PICKED)
    def decline(self, process: int, number: int) -> None:
        if (record := self.picked(number)) is not None:
            with suppress(RefusedWriteError):
                left = self.ledgers[process].decline(record.id, PAGE, scope=record.scope)
                assert left.status in {Status.DECLINED, Status.OUTCOME_UNKNOWN}

    @rule(number=_PICKED)
    def claim(self, number: int) -> None:
        """Both processes want it at the same time; one has it, or none."""
        if (record := self.picked(number)) is None:
            return
        won = []
        for process, ledger in enumerate(self.ledgers):
            ledger.checking(record.id, scope=record.scope)
            if ledger.claim(record.id, scope=record.scope) is not None:
                won.append(process)
        assert len(won) <= 1
        if won:
            self.taken[record.id] = self.ledgers[won[0]].owner.name
            last = self.sent.get(record.digest, [])
            assert all(self.clock().timestamp() - at >= WAITS.total_seconds() for at in last)

    @rule(process=_PROCESSES, number=_PICKED, again=st.booleans())
    def approve_and_claim(self, process: int, number: int, again: bool) -> None:
        self.approve(process, number, again)
        self.claim(number)

    @rule(number=_PICKED, status=_OUTCOMES)
    def finish(self, number: int, status: Status) -> None:
        """Whoever took it says how it ended, and nobody else."""
        if (record := self.picked(number)) is None:
            return
        taken_by = self.taken.get(record.id) if record.status is Status.SENDING else None
        for ledger in sorted(self.ledgers, key=lambda one: one.owner.name == taken_by):
            if ledger.owner.name == taken_by:
                done = ledger.finish(record.id, status, {}, message_id=self._message(), scope=record.scope)
                self._ended(record, done)
            else:
                with pytest.raises(RefusedWriteError):
                    ledger.finish(record.id, status, {}, scope=record.scope)

    @rule(process=_PROCESSES)
    def propose_both(self, process: int) -> None:
        """Two people have the same letter in mind."""
        for scope in _SCOPES:
            self.propose(process, "a", scope)

    @rule(process=_PROCESSES, number=_PICKED, status=st.sampled_from([Status.SENT, Status.FAILED]))
    def settle(self, process: int, number: int, status: Status) -> None:
        if (record := self.picked(number)) is None:
            return
        is_unknown = record.status is Status.OUTCOME_UNKNOWN
        message = self._message() if status is Status.SENT else ""
        done = self.ledgers[process].settle(record.id, status, {}, message_id=message, scope=record.scope)
        assert (done is not None) is is_unknown
        if done is not None:
            self._ended(record, done)

    @rule(process=_PROCESSES)
    def begin_anew(self, process: int) -> None:
        """A process ends; the other, and the next, turn what it left into an unknown outcome."""
        self.ledgers[process].close()
        self.ledgers[process] = self.opened(self.folder / "state", self.clock)
        for record in self.ledgers[1 - process].recover():
            assert self.taken[record.id] not in {ledger.owner.name for ledger in self.ledgers}
            assert record.status is Status.OUTCOME_UNKNOWN

    @rule(minutes=st.sampled_from([1, 1, 1, 16, 60 * 24 * 8]))
    def pass_time(self, minutes: int) -> None:
        self.clock.pass_time(minutes=minutes)

    @rule(process=_PROCESSES, number=_PICKED)
    def ask_for_what_is_another_s(self, process: int, number: int) -> None:
        if (record := self.picked(number)) is not None:
            other = next(scope for scope in _SCOPES if scope != record.scope)
            ledger = self.ledgers[process]
            for step in (ledger.get, lambda key, scope: ledger.approve(key, PAGE, scope=scope)):
                with pytest.raises(RefusedWriteError, match="There is no proposal"):
                    step(record.id, other)
            assert ledger.get(record.id, record.scope).id == record.id

    @invariant()
    def nothing_goes_a_way_that_is_not_there(self) -> None:
        """Both processes see the same, in the states that may follow; no two of a content are under way."""
        under_way = []
        for key, before in self.seen.items():
            now = self.ledgers[0].get(key, before.scope)
            assert now == self.ledgers[1].get(key, before.scope)
            steps = [Status(event.status) for event in self.ledgers[0].history(key) if event.status in set(Status)]
            assert all(then is first or then in FOLLOWING.get(first, ()) for first, then in pairwise(steps))
            self.seen[key] = now
            if now.status is Status.SENDING:
                under_way.append(now.letter)
        assert len(under_way) == len(set(under_way))

    def _message(self) -> str:
        self.messages += 1
        return f"m{self.messages}"

    def _ended(self, record: Record, done: Record) -> None:
        if done.status is Status.SENT:
            self.sent.setdefault(record.digest, []).append(self.clock().timestamp())


@pytest.mark.parametrize("store", STORES)
def test_it_keeps_what_it_promises(store: str) -> None:
    stored, examples = STORES[store]
    with stored() as opened:
        run_state_machine_as_test(
            type("Contracted", (Contract,), {"opened": staticmethod(opened)}),
            settings=settings(
                max_examples=examples,
                stateful_step_count=50,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.parametrize("store", STORES)
def test_a_yes_to_what_a_colleague_sent_within_seven_days_is_no_claim(store: str, tmp_path: Path) -> None:
    clock = Clock()
    with STORES[store][0]() as opened:
        ledger = opened(tmp_path / "state", clock)
        ours, theirs = (ledger.propose(draft(scope=scope), TOOL)[0] for scope in _SCOPES)
        for record in (ours, theirs):
            ledger.approve(record.id, PAGE, scope=record.scope)
        assert ledger.claim(theirs.id, scope="theirs")
        sent = ledger.finish(theirs.id, Status.SENT, {}, message_id="m1", scope="theirs")
        ledger.checking(ours.id, scope="ours")
        assert ledger.claim(ours.id, scope="ours") is None
        assert ledger.in_the_way(ours.id, scope="ours") == sent
        ledger.close()


@pytest.mark.parametrize("store", STORES)
def test_only_so_many_of_one_person_wait_at_a_time(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever else proposes goes on; so does what the server proposes anew, and what waits already."""
    for module in (common, opening):
        monkeypatch.setattr(module, "MOST_WAITING", 3)
    with STORES[store][0]() as opened:
        ledger = opened(tmp_path / "state", Clock())

        def proposed(text: str, proposer: str = "", scope: str = "ours", who: Who = TOOL) -> Record:
            return ledger.propose(replace(draft(text, scope=scope), proposer=proposer), who)[0]

        first, *_ = [proposed(f"letter {number}") for number in range(3)]
        with pytest.raises(RefusedWriteError) as told:
            proposed("one more")
        assert str(told.value) == (
            "3 proposals of this user wait for a yes already, and no more are taken before some are decided: ask them "
            "to approve or reject what waits on the approval page. Do not propose it in another way. Nothing was sent "
            "or changed."
        )
        assert proposed("letter 0").id == first.id
        proposed("one more", scope="theirs")
        proposed("anew", who=Who("server"))
        ledger.decline(first.id, PAGE)
        ledger.approve(proposed("letter 1").id, PAGE)
        proposed("another")  # two were decided
        for scope in ("g-own", "g-company", "g-own"):  # a person, whichever connection they use
            proposed(f"by Anouk {len(ledger.pending())}", proposer="u-anouk", scope=scope)
        with pytest.raises(RefusedWriteError, match="3 proposals of this user"):
            proposed("by Anouk", proposer="u-anouk", scope="g-company")
        ledger.close()


@pytest.mark.parametrize("store", STORES)
def test_a_look_from_before_it_was_tried_and_approved_again_is_no_claim(store: str, tmp_path: Path) -> None:
    """What stands at Payt by now may be that very letter."""
    clock = Clock()
    with STORES[store][0]() as opened:
        slow, quick = (opened(tmp_path / "state", clock) for _ in range(2))
        key = slow.propose(draft(scope="ours"), TOOL)[0].id
        first = slow.approve(key, PAGE, scope="ours")
        assert slow.checking(key, scope="ours") == first
        assert quick.claim(key, scope="ours")
        quick.finish(key, Status.OUTCOME_UNKNOWN, {}, scope="ours")
        clock.pass_time(seconds=1)
        again = quick.approve(key, PAGE, again=True, scope="ours")
        assert slow.claim(key, scope="ours") is None
        assert slow.checking(key, scope="ours") == again
        assert slow.claim(key, scope="ours")
        for ledger in (slow, quick):
            ledger.close()
