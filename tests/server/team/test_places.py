"""However late each request is, no more than the rate arrive at Payt within a second; the clock is the test's."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.server.team.places import LATE, ON_ITS_WAY, WINDOW, Arrived, Place, lately, next_place, told

START = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def of(moment: dt.datetime) -> float:
    return (moment - START).total_seconds()


@dataclass
class Request:
    """`delays`: how late it is for its first place, and the next ones; `there` and `back`: beyond the 20 ms of all."""

    replica: int
    wanted: float
    delays: Sequence[float]
    there: float
    back: float
    tells: bool
    place: Place | None = None
    late: float = LATE
    left: float = 0.0


@dataclass
class Replicas:
    """Processes that share the moments of one rate. Each has had an answer before that took 20 ms each way."""

    most: int
    known: list[dt.datetime] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    untold: dict[int, list[tuple[Place, float]]] = field(default_factory=dict)

    def take(self, request: Request, now: float, *, missed: bool) -> Place:
        self.tell(request.replica, now)
        others = lately(self.known, at(now), WINDOW)
        others = [one for one in others if request.place is None or one != request.place.latest]
        held = None if missed else request.place
        place = next_place(others, at(now), self.most, WINDOW, request.late, held)
        self.known = [*others, place.latest]
        return place

    def tell(self, replica: int, now: float) -> None:
        arrived = [Arrived(place.latest, now - moment) for place, moment in self.untold.pop(replica, [])]
        self.known = told(self.known, at(now), arrived)

    def answered(self, request: Request, now: float) -> None:
        assert request.place is not None
        took = now - request.left
        if request.tells:
            moment = max(request.left, now - min(took, 0.04))
            self.untold.setdefault(request.replica, []).append((request.place, moment))

    def waits(self, turn: deque[int], number: int) -> bool:
        turn.append(number)
        return len(turn) > 1

    def run(self, requests: Sequence[Request]) -> None:
        """In each replica one waits for a place at a time."""
        events: list[tuple[float, int, str]] = [(one.wanted, number, "want") for number, one in enumerate(requests)]
        heapq.heapify(events)
        waiting: dict[int, deque[int]] = defaultdict(deque)
        while events:
            now, number, what = heapq.heappop(events)
            one, turn = requests[number], waiting[requests[number].replica]
            if what == "answer":
                self.answered(one, now)
                heapq.heappush(events, (now + 0.2, number, "tell"))
            elif what == "tell":
                self.tell(one.replica, now)
            elif what == "leave" and one.place is not None and now <= of(one.place.begins) + one.late:
                one.left = now
                self.arrivals.append(now + 0.02 + one.there)
                heapq.heappush(events, (now + 0.04 + one.there + one.back, number, "answer"))
            elif what == "want" and self.waits(turn, number):
                continue  # until its turn comes
            else:
                if what == "leave":  # too late for it
                    one.late *= 2
                one.place = self.take(one, now, missed=what == "leave")
                seconds = of(one.place.begins) - now
                if seconds > WINDOW:  # those it waits for are not known to have arrived: another look
                    heapq.heappush(events, (now + seconds - LATE - ON_ITS_WAY, number, "look"))
                    continue
                delay, *one.delays = (*one.delays, 0.0)
                heapq.heappush(events, (now + max(seconds, 0.0) + delay, number, "leave"))
                if turn and turn[0] == number:
                    turn.popleft()
                    if turn:
                        heapq.heappush(events, (now, turn[0], "look"))


REQUESTS = st.lists(
    st.builds(
        Request,
        replica=st.integers(0, 2),
        wanted=st.floats(0, 6),
        delays=st.lists(st.floats(0, 3), max_size=3),
        there=st.floats(0, ON_ITS_WAY),
        back=st.floats(0, 0.5),
        tells=st.booleans(),
    ),
    min_size=5,
    max_size=50,
)


@given(requests=REQUESTS, most=st.integers(1, 4))
def test_no_more_than_the_rate_arrive_within_a_second_however_late_they_leave(
    requests: list[Request], most: int
) -> None:
    replicas = Replicas(most)
    replicas.run(requests)
    arrivals = sorted(replicas.arrivals)
    assert len(arrivals) == len(requests)
    for earlier, later in zip(arrivals, arrivals[most:], strict=False):
        assert later - earlier >= 1


@pytest.mark.parametrize("delay", [0.0, 0.15, 0.3])
def test_a_busy_process_loses_little_of_the_rate(delay: float) -> None:
    """Each of a hundred goes out so late: ten in 1.02 seconds, a tenth more for looking, and what all are late."""
    replicas = Replicas(10)
    replicas.run([Request(number % 2, number * 0.01, [delay], 0.0, 0.0, tells=True) for number in range(100)])
    assert max(replicas.arrivals) < 9 * (WINDOW + 0.1 + delay) + LATE + ON_ITS_WAY
    assert len(replicas.arrivals) == 100


def test_what_arrived_later_than_it_should_have_counts_from_then() -> None:
    first = next_place([], at(0), 1, WINDOW, LATE)
    assert (of(first.begins), of(first.latest)) == (0, LATE + ON_ITS_WAY)
    stopped = lately(told([first.latest], at(9), [Arrived(first.latest, 0.5)]), at(9), WINDOW)
    assert list(map(of, stopped)) == [8.5]
    assert of(next_place(stopped, at(9), 1, WINDOW, LATE).begins) == pytest.approx(8.5 + WINDOW)


def test_two_places_are_never_known_by_the_same_moment() -> None:
    known: list[dt.datetime] = []
    for _ in range(9):
        known.append(next_place(sorted(known), at(0), 10, WINDOW, LATE).latest)
    assert len(set(known)) == 9
