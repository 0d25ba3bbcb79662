"""What strikes, in which state of a proposal, and what each run makes of it by chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from payt_mcp.writes.message.message import Wish

NETWORK = (
    "timeout_before", "timeout_after", "reset_before", "reset_after", "server_error", "server_error_after",
    "bad_gateway", "unavailable", "cut_off", "not_json", "wrong_shape", "rate_limited", "refused",
)  # fmt: skip
"""Refused is a connection that is not taken; the others are the embedded Payt's kinds of fault."""
PEOPLE = ("two_processes", "double_click", "repeated_call")
MANY = ("debtor_and_invoice", "layouts")
"""One letter asked for in several ways."""
STRIKES = ("timeout_before", "timeout_after", "reset_before", "server_error_after", "cut_off", "rate_limited")
"""Of the network's faults those that the writes of the daily work go through."""
KILLED = ("proposed", "approved", "sending", "request_out", "answered", "outcome_unknown", "any_moment")
UNKNOWN_BY = ("timeout_before", "timeout_after", "reset_after", "server_error_after", "cut_off")
LAYOUTS = (
    "Beste relatie,\n\nWilt u bericht {0} lezen\nen dan betalen?\n\nGroet",
    "Beste relatie,\r\n\r\nWilt u bericht {0} lezen\r\nen dan betalen?\r\n\r\nGroet",
    "Beste relatie,  \n\nWilt u bericht {0} lezen \nen dan betalen?\t\n\nGroet\n\n",
    "Beste relatie,\n\nWilt u bericht {0} lezen en dan\nbetalen?\n\nGroet",
    "  Beste relatie, Wilt u bericht {0} lezen en dan betalen? Groet",
)


@dataclass(frozen=True)
class Case:
    """What is written, what strikes, and in which state. `write` is message, upsert, code (a message by code), comment
    (on a task) or block (of invoices).
    """

    write: str
    kind: str
    state: str


def _cases(write: str, kinds: Sequence[str], states: Sequence[str]) -> tuple[Case, ...]:
    found = (Case(write, kind, state) for kind, state in product(kinds, states))
    return tuple(case for case in found if (case.kind, case.state) != ("refused", "outcome_unknown"))


CASES = (
    *_cases("message", NETWORK, ("approved", "sending", "outcome_unknown")),
    *_cases("message", ("kill",), KILLED),
    *_cases("message", PEOPLE, ("approved", "sending")),
    *_cases("message", MANY, ("one_process", "two_processes", "outcome_unknown", "killed")),
    *_cases("message", ("older_identical",), ("minutes", "days", "killed")),
    *_cases("message", ("late_answer",), ("killed", "timed_out")),
    *_cases("message", ("terminal",), ("served", "not_served", "two_servers", "two_terminals", "killed", "again")),
    *_cases("upsert", NETWORK, ("approved", "sending", "outcome_unknown")),
    *_cases("upsert", ("kill",), KILLED),
    *_cases("upsert", PEOPLE, ("approved", "sending")),
    *_cases("upsert", ("late_answer",), ("killed", "timed_out")),
    *_cases("code", NETWORK, ("proposed", "sending")),
    *_cases("code", ("kill",), ("proposed", "approved", "sending", "request_out", "answered", "any_moment")),
    *_cases("code", ("two_processes", "repeated_call"), ("approved", "sending")),
    *_cases("comment", (*STRIKES, *PEOPLE), ("sending",)),
    *_cases("comment", ("kill",), KILLED),
    *_cases("block", (*STRIKES, *PEOPLE), ("sending",)),
    *_cases("block", ("kill",), KILLED),
)


def is_of_replicas(case: Case) -> bool:
    """Whether it can happen where several people share a server: nobody has a terminal of theirs there, nor a code."""
    return case.write != "code" and case.kind != "terminal"


@dataclass(frozen=True)
class Run:
    """One run: everything about it follows from the seed and its number."""

    number: int
    seed: int
    write: str
    kind: str
    state: str
    debtor: str
    invoice: str
    older: str
    calls: int
    kill_after: float
    delay_ms: int
    again: bool
    unknown_by: str
    order: tuple[int, ...]
    with_payments: bool
    with_refused: bool

    @property
    def tag(self) -> str:
        return f"{self.seed}-{self.number}"

    @property
    def is_many(self) -> bool:
        return self.kind in MANY

    @property
    def wishes(self) -> list[Wish]:
        """What is asked for; several where the same letter is asked for in several ways."""
        subject, body = f"Openstaand {self.tag}", LAYOUTS[0].format(self.number)
        wishes = [Wish(subject=subject, body=body, to_debtor=self.debtor)]
        if self.kind == "debtor_and_invoice":
            wishes.append(Wish(subject=subject, body=body, to_invoice=self.invoice))
        elif self.kind == "layouts":
            bodies = [LAYOUTS[place].format(self.number) for place in self.order]
            wishes = [Wish(subject=subject, body=body, to_debtor=self.debtor) for body in bodies]
        return wishes


def plan(number: int, seed: int, debtors: Sequence[tuple[str, str]]) -> Run:
    """The run of a number. `debtors` are the numbers of debtors that can be mailed, each with one of its invoices."""
    rng = random.Random(f"{seed}/{number}")
    case = CASES[number % len(CASES)]
    debtor, invoice = rng.choice(debtors)
    older = "minutes" if rng.random() < 0.3 else ""
    if case.kind == "older_identical":
        older = "days" if case.state == "days" else "minutes"
    unknown_by = (*UNKNOWN_BY, "reset_before", "server_error") if older else UNKNOWN_BY
    return Run(
        number=number, seed=seed, write=case.write, kind=case.kind, state=case.state, debtor=debtor, invoice=invoice,
        older="" if case.kind in MANY or case.write in {"upsert", "block"} else older,
        calls=rng.randrange(1, 4), kill_after=rng.random() * 0.15, delay_ms=rng.randrange(400, 900),
        again=rng.random() < 0.5, unknown_by=rng.choice(unknown_by),
        order=tuple(rng.sample(range(len(LAYOUTS)), rng.randrange(2, len(LAYOUTS) + 1))),
        with_payments=rng.random() < 0.25, with_refused=rng.random() < 0.5,
    )  # fmt: skip
