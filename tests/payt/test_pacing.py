"""Never more requests in a window than the rate, whatever comes and whenever."""

import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.pacing import ON_ITS_WAY, WINDOW, Pacer, Slot, retry_after


@given(
    rate=st.integers(1, 12),
    events=st.lists(
        st.tuples(
            st.sampled_from(("begin", "sent", "abandon", "refused", "accepted", "pass")), st.floats(0, 2, width=32)
        ),
        max_size=120,
    ),
)
def test_never_more_than_the_rate_on_the_wire_in_any_window(rate: int, events: list[tuple[str, float]]) -> None:
    pacer, now = Pacer(rate), 1000.0
    begun: deque[Slot] = deque()
    sent: list[float] = []
    for kind, amount in events:
        if kind == "pass":
            now += amount
        elif kind == "begin" and pacer.wait(now) == 0:
            begun.append(pacer.begin())
        elif kind == "sent" and begun:
            pacer.sent(begun.popleft(), now)
            sent.append(now)
        elif kind == "abandon" and begun:
            pacer.abandon(begun.popleft(), now)
        elif kind == "refused":
            pacer.refused(now)
        elif kind == "accepted":
            pacer.accepted()
    for start in sent:
        assert sum(start <= moment < start + WINDOW for moment in sent) <= rate


@given(rate=st.integers(1, 10), sends=st.integers(1, 30))
def test_waiting_as_long_as_it_says_always_leads_to_a_place(rate: int, sends: int) -> None:
    pacer, now = Pacer(rate), 5.0
    for _ in range(sends):
        waits = 0
        while (delay := pacer.wait(now)) > 0:
            now += delay
            waits += 1
            assert waits < 5
        pacer.sent(pacer.begin(), now)
    assert now <= 5.0 + (sends // rate + 1) * (WINDOW + 0.01)


@given(rate=st.integers(2, 12), taken=st.integers(0, 12))
def test_what_can_wait_leaves_half_of_the_places_and_is_let_in_later(rate: int, taken: int) -> None:
    pacer, now = Pacer(rate), 5.0
    while taken and pacer.wait(now) == 0:
        pacer.sent(pacer.begin(), now)
        taken, now = taken - 1, now + 0.01
    begun = 0
    while pacer.wait(now, can_wait=True) == 0:
        pacer.sent(pacer.begin(), now)
        begun += 1
    assert begun <= rate // 2
    if begun:
        assert pacer.wait(now) == 0
    for _ in range(rate + 1):
        now += pacer.wait(now, can_wait=True)
    assert pacer.wait(now, can_wait=True) == 0


def test_a_place_counts_until_its_request_has_been_sent_for_a_whole_window() -> None:
    pacer = Pacer(1)
    slot = pacer.begin()
    assert pacer.wait(100.0) > 0
    pacer.sent(slot, 100.0)
    assert pacer.wait(100.0 + WINDOW + ON_ITS_WAY - 0.01) > 0
    assert pacer.wait(100.0 + WINDOW + ON_ITS_WAY) == 0


def test_a_place_is_free_sooner_where_its_answer_told_when_the_request_arrived() -> None:
    pacer = Pacer(1)
    slot = pacer.begin()
    pacer.sent(slot, 100.0)
    assert pacer.wait(100.3) == pytest.approx(WINDOW + ON_ITS_WAY - 0.3)
    pacer.abandon(slot, 100.3)
    assert pacer.wait(100.3) == pytest.approx(WINDOW - 0.3)


@given(
    rtts=st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)), min_size=12, max_size=60), rate=st.integers(1, 10)
)
def test_never_more_than_the_rate_arrive_within_a_second_however_long_they_are_on_their_way(
    rtts: list[tuple[float, float]], rate: int
) -> None:
    """Each takes 20 ms each way at least, which the first one did, and something between nothing and 300 ms more."""
    pacer, now = Pacer(rate), 50.0
    answers: list[tuple[float, Slot]] = []
    arrived: list[float] = []
    for there, back in [(0.0, 0.0), *rtts]:
        while (wait := pacer.wait(now)) > 0:
            now = min([now + wait, *(moment for moment, _ in answers)])
            for moment, slot in [one for one in answers if one[0] <= now]:
                pacer.abandon(slot, moment)
                answers.remove((moment, slot))
        slot = pacer.begin()
        pacer.sent(slot, now)
        arrived.append(now + 0.02 + there)
        answers.append((now + 0.04 + there + back, slot))
    arrived.sort()
    assert all(later - earlier >= 1 for earlier, later in zip(arrived, arrived[rate:], strict=False))


def test_a_request_that_was_never_sent_gives_its_place_back_after_a_window() -> None:
    pacer = Pacer(1)
    slot = pacer.begin()
    pacer.abandon(slot, 100.0)
    assert pacer.wait(100.5) > 0
    assert pacer.wait(100.0 + WINDOW) == 0


def test_each_refusal_holds_everything_back_longer_and_an_answer_forgives() -> None:
    pacer = Pacer(10)
    held = []
    for now in (0.0, 100.0, 200.0, 300.0, 400.0):
        pacer.refused(now)
        held.append(pacer.wait(now))
    assert held == [1.0, 2.0, 4.0, 8.0, 8.0]
    pacer.accepted()
    pacer.refused(500.0)
    assert pacer.wait(500.0) == 1.0


def test_requests_that_are_refused_together_are_held_back_once() -> None:
    pacer = Pacer(10)
    for moment in (10.0, 10.1, 10.2, 10.3, 10.4):
        pacer.refused(moment)
    assert pacer.wait(10.5) == pytest.approx(0.5)
    pacer.refused(11.0)
    assert pacer.wait(11.0) == 2.0


@given(attempt=st.integers(1, 20), elapsed=st.floats(0, 60), seed=st.integers(), budget=st.floats(0, 60))
def test_a_retry_stays_in_its_budget(attempt: int, elapsed: float, seed: int, budget: float) -> None:
    delay = retry_after(attempt, elapsed, random.Random(seed), budget=budget)
    if delay is not None:
        assert 0 < delay <= 8.0
        assert elapsed + delay < budget


def test_retries_wait_longer_each_time_and_come_to_an_end() -> None:
    delays = [retry_after(attempt, 0.0, random.Random(1)) for attempt in range(1, 9)]
    kept = [delay for delay in delays if delay is not None]
    assert len(kept) == 6
    assert all(later > earlier for earlier, later in zip(kept, kept[2:], strict=False))
    assert delays[6:] == [None, None]


def test_no_two_processes_come_back_together() -> None:
    assert len({retry_after(1, 0.0, random.Random(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize("rate", [1, 10])
def test_a_burst_takes_the_rate_and_no_more(rate: int) -> None:
    pacer = Pacer(rate)
    for _ in range(rate):
        assert pacer.wait(0.0) == 0
        pacer.sent(pacer.begin(), 0.0)
    assert pacer.wait(0.0) == pytest.approx(WINDOW + ON_ITS_WAY)


def test_requests_that_piled_up_on_their_way_count_from_when_they_arrived() -> None:
    pacer = Pacer(2)
    first = pacer.begin()
    pacer.sent(first, 0.0)
    pacer.abandon(first, 0.1)  # there and back in a tenth of a second: nothing is faster
    slow, late = pacer.begin(), pacer.begin()
    pacer.sent(slow, 2.0)
    pacer.sent(late, 2.0)
    pacer.abandon(slow, 2.1)
    pacer.abandon(late, 2.8)  # so it arrived at 2.7 at the latest, and perhaps not much earlier
    assert pacer.wait(2.0 + WINDOW) == 0
    pacer.sent(pacer.begin(), 2.0 + WINDOW)
    assert pacer.wait(2.7 + WINDOW - 0.05) > 0
    assert pacer.wait(2.7 + WINDOW + 0.01) == 0


def _asked(pacer: Pacer, at: float, took: float, size: int) -> Slot:
    slot = pacer.begin()
    pacer.sent(slot, at)
    pacer.abandon(slot, at + took, size=size)
    return slot


def test_a_long_answer_is_compared_with_long_ones_once_there_are_enough_of_them() -> None:
    pacer = Pacer(100)
    _asked(pacer, 0.0, 0.1, 200)
    few = [_asked(pacer, 1.0 + number, 0.7, 600_000).at for number in range(5)]
    assert few == pytest.approx([1.6 + number for number in range(5)])  # perhaps they arrived late
    assert _asked(pacer, 7.0, 0.7, 600_000).at == pytest.approx(7.0)
    assert _asked(pacer, 8.0, 0.9, 600_000).at == pytest.approx(8.2)
    assert _asked(pacer, 9.0, 0.9, 200).at == pytest.approx(9.8)


def test_how_long_an_answer_goes_on_says_nothing_about_when_its_request_arrived() -> None:
    pacer = Pacer(10)
    _asked(pacer, 0.0, 0.1, 0)
    slot = pacer.begin()
    pacer.sent(slot, 1.0)
    pacer.abandon(slot, 1.9, heard=1.15)
    assert slot.at == pytest.approx(1.05)
