"""What a team gets of two replicas: many people, companies of a size, mixed calls, letters that one proposes and one
approves. PostgreSQL, Payt's stand-in and the people are on the same machine, and take their share of it.

Who calls alternates between the replicas by itself: a balancer in between would be measured, too.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg

from benchmarks.figures import markdown
from benchmarks.processes import HttpServer
from benchmarks.team_caller import Caller
from benchmarks.team_site import Person, Site, site

PEOPLE, ADMINISTRATIONS, INVOICES = 50, 20, 5_000
_PROPOSERS = 5
"""Of all people, those who write; the others read. (The last one approves.)"""

OFFERED = 24.0
"""Calls a second that all of them make together."""
SECONDS = 60.0
_LETTER_EVERY = 3.0
_READ_SECONDS = 1.5
"""A person reads a letter before they say yes; the one who proposed it has used up Payt's second by then."""

_CALLERS = 8
_FULL_SECONDS = 10.0
_WORDS = ("bouw", "transport", "van", "jansen", "groothandel", "b.v.", "de", "techniek")
_READS: Sequence[tuple[int, str]] = (
    (6, "summarize_overdue"), (6, "search_invoices"), (5, "find_debtors"), (4, "get_debtor"), (2, "list_messages"),
    (2, "list_contacts"), (1, "list_administrations"), (1, "get_worklist"),
)  # fmt: skip
"""How often each is called, of all."""


@dataclass
class Calls:
    """What a number of callers were answered: seconds of each call by tool, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def all(self) -> list[float]:
        return sorted(second for one in self.seconds.values() for second in one)

    @property
    def rate(self) -> float:
        return len(self.all) / self.took

    def p95(self, tool: str | None = None) -> float:
        found = sorted(self.seconds[tool]) if tool else self.all
        return _p95(found) if found else 0.0


@dataclass(frozen=True)
class Letters:
    """What became of those that were approved: seconds from each yes, sorted, by the database's clock.

    `taken_up`: one replica sees to it, and every other leaves it alone. `claimed`: all of it was read at Payt again and
    is as the person saw it, and that replica is on record as the one that sends it. `sent`: Payt has it, on record.
    """

    approved: int
    taken_up: list[float]
    claimed: list[float]
    sent: list[float]


@dataclass(frozen=True)
class Measured:
    paced: Calls
    full: Calls
    trivial: Calls
    at_payt: int
    refused_at_payt: int
    letters: Letters
    resident_mb: list[float]


def measured(seconds: float = SECONDS) -> Measured:
    with site(PEOPLE, ADMINISTRATIONS, INVOICES) as place:
        _warm(place)
        before, since = len(place.payt_requests()), place.now()
        writing = threading.Thread(target=_letters, args=(place, seconds))
        writing.start()
        paced = _paced(place, seconds)
        writing.join()
        asked = place.payt_requests()[before:]
        resident = place.resident_mb()
        full = _full([_caller(place, one) for one in place.people[:_CALLERS]], lambda rng: _read(place, rng))
        letters = _became(place, since)
        with HttpServer.trivial() as trivial:
            callers = [Caller([trivial.port], {}) for _ in range(_CALLERS)]
            for one in callers:
                one.greet()
            beside = _full(callers, lambda _: ("add", {"a": 1, "b": 2}))
    return Measured(paced, full, beside, _most_in_a_second(asked), place.refused, letters, resident)


def _caller(place: Site, person: Person) -> Caller:
    return Caller(place.ports, {"Host": place.host, **person.bearer})


def _warm(place: Site) -> None:
    """Every replica reads every administration, as a morning does; that is not what is measured."""

    def read(person: Person, administrations: Sequence[str]) -> None:
        for port in place.ports:
            caller = Caller([port], {"Host": place.host, **person.bearer})
            for one in administrations:
                for _ in range(20):
                    try:
                        caller.call("summarize_overdue", {"administration_id": one})
                        break
                    except RuntimeError:  # still loading
                        time.sleep(1)

    groups = [place.administrations[start::10] for start in range(10)]
    threads = [threading.Thread(target=read, args=pair) for pair in zip(place.people, groups, strict=False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(2 * _PROPOSERS):
        _letter(place, number)


def _read(place: Site, rng: random.Random) -> tuple[str, dict[str, Any]]:
    """Some call of somebody who asks."""
    (tool,) = rng.choices([name for _, name in _READS], [weight for weight, _ in _READS])
    if tool == "list_administrations":
        return tool, {}
    arguments: dict[str, Any] = {"administration_id": rng.choice(place.administrations)}
    if tool in {"search_invoices", "find_debtors"} and rng.random() < 0.7:
        arguments["query"] = rng.choice(_WORDS)
    if tool == "get_debtor":
        arguments["debtor"] = str(10_001 + rng.randrange(INVOICES // 7))
    return tool, arguments


def _paced(place: Site, seconds: float) -> Calls:
    """Each person asks every now and then, whether the last answer was quick or not."""
    found, lock = Calls(), threading.Lock()
    readers = place.people[: -1 - _PROPOSERS]
    every, began = len(readers) / OFFERED, time.monotonic()

    def person(number: int) -> None:
        caller, rng = _caller(place, readers[number]), random.Random(number)
        due = began + every * number / len(readers)
        while due < began + seconds:
            time.sleep(max(due - time.monotonic(), 0))
            _timed(caller, _read(place, rng), found, lock)
            due = max(due + every, time.monotonic())

    _together([lambda number=number: person(number) for number in range(len(readers))])
    found.took = time.monotonic() - began
    return found


def _full(callers: Sequence[Caller], choose: Any) -> Calls:
    """Each asks again as soon as it is answered."""
    found, lock = Calls(), threading.Lock()
    began = time.monotonic()

    def ask(number: int) -> None:
        rng = random.Random(1_000 + number)
        while time.monotonic() < began + _FULL_SECONDS:
            _timed(callers[number], choose(rng), found, lock)

    _together([lambda number=number: ask(number) for number in range(len(callers))])
    found.took = time.monotonic() - began
    return found


def _timed(caller: Caller, asked: tuple[str, dict[str, Any]], found: Calls, lock: threading.Lock) -> None:
    began, (tool, arguments) = time.monotonic(), asked
    try:
        caller.call(tool, arguments)
    except (RuntimeError, OSError) as error:
        with lock:
            found.errors[str(error)[:300]] += 1
        return
    with lock:
        found.seconds[tool].append(time.monotonic() - began)


def _letters(place: Site, seconds: float) -> None:
    """Now and then a letter."""
    began, number = time.monotonic(), 2 * _PROPOSERS
    while time.monotonic() < began + seconds - _LETTER_EVERY:
        due = time.monotonic() + _LETTER_EVERY
        _letter(place, number)
        number += 1
        time.sleep(max(due - time.monotonic(), 0))


def _letter(place: Site, number: int) -> None:
    """Proposed at one replica, approved on the page of the other; by each of the writers in turn."""
    here, there = place.ports if number // _PROPOSERS % 2 else place.ports[::-1]
    key = place.propose(number, place.people[-2 - number % _PROPOSERS], here)
    time.sleep(_READ_SECONDS)
    place.approve(key, there)


def _became(place: Site, since: str) -> Letters:
    """Of all that were approved since a moment."""
    query = """
        select extract(epoch from turns.since - yes.at)::float,
            (select extract(epoch from min(at::timestamptz) - yes.at)::float from events
                where proposal_id = yes.id and status = 'sending'),
            (select extract(epoch from min(at::timestamptz) - yes.at)::float from events
                where proposal_id = yes.id and status = 'sent')
        from (select proposal_id as id, min(at::timestamptz) as at from events
            where status = 'approved' and at > %s group by proposal_id) as yes
        left join turns on turns.proposal = yes.id
    """
    with psycopg.connect(place.database_url) as connection:
        rows = connection.execute(query, (since,)).fetchall()
    taken_up, claimed, sent = (sorted(row[place] for row in rows if row[place] is not None) for place in range(3))
    return Letters(len(rows), taken_up, claimed, sent)


def _most_in_a_second(asked: Sequence[tuple[float, str]]) -> int:
    """The most requests with one token in any second."""
    by_token: defaultdict[str, list[float]] = defaultdict(list)
    for at, token in asked:
        by_token[token].append(at)
    most = 0
    for times in by_token.values():
        times.sort()
        first = 0
        for last, at in enumerate(times):
            while at - times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
    return most


def _p95(found: Sequence[float]) -> float:
    """Of seconds in their order."""
    return found[max(int(len(found) * 0.95) - 1, 0)]


def _told(found: Sequence[float], letters: int) -> str:
    if not found:
        return f"none of {letters} letters"
    return f"{_p95(found) * 1000:.0f} ms ({len(found)} of {letters} letters; half within {median(found) * 1000:.0f} ms)"


def _together(jobs: Sequence[Any]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def table(found: Measured) -> str:
    paced, letters, errors = found.paced, found.letters, sum(found.paced.errors.values())
    lines = [
        ("mixed calls a second", ">= 20", f"{paced.rate:.1f} ({len(paced.all):,} in {paced.took:.0f} s)"),
        ("p95 of a call", "<= 1 s", f"{paced.p95():.2f} s"),
        ("errors", "0", f"{errors}"),
        (
            "most requests in a second of one grant at Payt",
            "<= 10",
            f"{found.at_payt} ({found.refused_at_payt} refused)",
        ),
        ("from a yes until one replica has taken it up, p95", "<= 100 ms", _told(letters.taken_up, letters.approved)),
        ("from a yes to `sending`, p95", "", _told(letters.claimed, letters.approved)),
        ("from a yes to `sent`, p95", "", _told(letters.sent, letters.approved)),
        ("memory of a replica", "<= 400 MB", ", ".join(f"{one:.0f} MB" for one in found.resident_mb)),
    ]
    by_tool = [(tool, f"{len(times)}", f"{paced.p95(tool):.2f} s") for tool, times in sorted(paced.seconds.items())]
    beside = [
        (what, f"{one.rate:.0f}", f"{one.p95():.2f} s", f"{sum(one.errors.values())}")
        for what, one in (("two replicas, mixed calls", found.full), ("one trivial SDK server", found.trivial))
    ]
    asked = f"{PEOPLE} people, {ADMINISTRATIONS} administrations of {INVOICES:,} open invoices, two replicas"
    parts = [markdown((asked, "asked", "measured"), lines), markdown(("tool", "calls", "p95"), by_tool)]
    parts.append(markdown((f"{_CALLERS} callers, as fast as they can", "calls a second", "p95", "errors"), beside))
    told = [f"{number} x {what}" for what, number in (paced.errors + found.full.errors).most_common(5)]
    return "\n\n".join([*parts, *told])
