"""How many yeses a proposal needs, of whom, and why: pure rules, asked each time a person says yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from payt_mcp.words.said import money, say

MOST_WAITING = 200
"""Proposals of one person that wait for a yes at a time: no person reads as many, and an agent that repeats itself does
not hide what matters behind them.
"""


def why_no_more(waiting: int, most: int | None) -> str:
    """Why one more proposal is not taken beside those that wait; "" where it is. `most` None: no limit."""
    if most is None or waiting < most:
        return ""
    return (
        f"{waiting} proposals of this user wait for a yes already, and no more are taken before some are decided: ask "
        "them to approve or reject what waits on the approval page. Do not propose it in another way."
    )


@dataclass(frozen=True)
class Yes:
    """A yes that was said: by whom as far as that is known (`approver` is "" where it is not), through which channel
    and client, at which moment in UTC, and to exactly which content (`digest`). `attempt` is when the proposal was
    sent before, for a yes to sending again what may have arrived; None for a first sending.
    """

    channel: str
    client: str
    approver: str
    at: dt.datetime
    digest: str
    attempt: dt.datetime | None = None


@dataclass(frozen=True)
class Needs:
    """So many different people must say yes. `reason` is a sentence for those who wait."""

    people: int
    reason: str


def yeses_needed(_proposal: object = None) -> Needs:
    """The rule where nobody made another."""
    return Needs(1, "One yes is enough, of anybody who can reach this record of writes.")


def every_yes_counts(_yes: Yes) -> bool:
    return True


def are_enough(needs: Needs, yeses: Iterable[Yes], digest: str, attempt: dt.datetime | None) -> bool:
    """Whether the yeses to this content and this attempt are those of enough people.

    Whoever says it twice counts once. Whose name is not known may be any of those whose is.
    """
    said = {yes.approver for yes in yeses if yes.digest == digest and yes.attempt == attempt}
    return how_many(said) >= needs.people


def how_many(approvers: Collection[str]) -> int:
    """How many different people these are at least."""
    return len(set(approvers) - {""}) or min(len(approvers), 1)


class Concerning(Protocol):
    """A proposal, as far as four eyes go."""

    @property
    def amount(self) -> str: ...

    @property
    def currency(self) -> str: ...


def rule_above(above: Decimal | None) -> Callable[[Concerning], Needs]:
    """`yeses_above` as the rule of a ledger."""
    return lambda proposal: yeses_above(proposal.amount, above, proposal.currency)


def yeses_above(amount: str, above: Decimal | None, currency: str) -> Needs:
    """Four eyes: what concerns more than `above` needs the yes of two people. `amount` is a decimal as text, "" where
    nothing is concerned, in this `currency` ("" where none is known); without `above` one yes is enough.
    """
    if above is None or not amount or abs(Decimal(amount)) <= above:
        return Needs(1, say("One person's yes is enough."))
    return Needs(
        2,
        say(
            "It concerns {amount}, which is more than {above}: two different people must say yes.",
            amount=money(abs(Decimal(amount)), currency),
            above=money(above, currency),
        ),
    )
