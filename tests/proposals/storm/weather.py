"""Many runs, some of them at the same time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.proposals.storm.cases import plan
from tests.proposals.storm.payt import Payt
from tests.proposals.storm.runs import execute
from tests.proposals.storm.verdict import Outcome


def storm(
    numbers: Iterable[int], seed: int, broken: str = "", *, jobs: int = 1, until_wrong: bool = False, database: str = ""
) -> list[Outcome]:
    """Runs by number, in `jobs` lanes, each with a Payt of its own; in the order of their numbers. With
    a `database` (its address), each run is of a company in it, and its processes are replicas.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in numbers:
        waiting.put(number)
    stop = threading.Event()

    def lane() -> list[Outcome]:
        payt, found = Payt(), list[Outcome]()
        try:
            while not stop.is_set():
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    break
                found.append(execute(payt, plan(number, seed, payt.debtors), broken, database))
                if until_wrong and found[-1].wrong:
                    stop.set()
            return found
        finally:
            payt.close()

    with ThreadPoolExecutor(jobs) as lanes:
        done = [lanes.submit(lane) for _ in range(jobs)]
        return sorted((o for found in done for o in found.result()), key=lambda outcome: outcome.run.number)
