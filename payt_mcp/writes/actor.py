"""Who proposes and decides, as far as whoever runs the server has rules about that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from payt_mcp.policy.approval import Needs, yeses_above
from payt_mcp.proposals.preview import Warned
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.words.said import money, say


class Actor(Protocol):
    """A person, and what they may do. `person_id` is "" where nobody signs in to the server itself.

    Each check raises RefusedWriteError with the reason, which says that nothing was sent.
    """

    @property
    def person_id(self) -> str: ...

    @property
    def page_address(self) -> Callable[[str], str] | None:
        """Where people who sign in to the server itself decide on a proposal, by its id; None where nobody does."""

    @property
    def sees_others(self) -> bool:
        """Whether the ledger is their company's, in which they may see what was proposed with other credentials."""

    def by(self, who: Who) -> Who:
        """Who causes a step, completed by what is known of them."""

    def check_propose(self, administration_id: str) -> None:
        """Whether they may propose anything there."""

    async def check_today(self, draft: Draft, zone: dt.tzinfo) -> None:
        """Whether one more such write may happen today."""

    async def check_approve(self, record: Record) -> None:
        """Whether their yes to this proposal is taken."""

    def may_see(self, record: Record) -> bool:
        """Whether this proposal is there for them."""

    def says_yes_here(self, record: Record) -> bool:
        """Whether a yes through the client they use would be taken."""

    def needs(self, record: Record) -> Needs:
        """Whose yes the proposal needs."""

    async def named(self, record: Record) -> Record:
        """The same with people's names in the place of their ids."""


class Anybody:
    """Whoever uses a server of one person. Above `second_above` (None: never) two people must say yes."""

    person_id = ""
    page_address: Callable[[str], str] | None = None
    sees_others = False

    def __init__(self, second_above: Decimal | None = None) -> None:
        self._second_above = second_above

    def by(self, who: Who) -> Who:
        return who

    def check_propose(self, administration_id: str) -> None:
        pass

    async def check_today(self, draft: Draft, zone: dt.tzinfo) -> None:
        pass

    async def check_approve(self, record: Record) -> None:
        pass

    def may_see(self, record: Record) -> bool:  # noqa: ARG002 - as in Actor
        return True

    def says_yes_here(self, record: Record) -> bool:  # noqa: ARG002 - as in Actor
        return True

    def needs(self, record: Record) -> Needs:
        return yeses_above(record.amount, self._second_above, record.currency)

    async def named(self, record: Record) -> Record:
        return record


def nobody_second(amount: Decimal | None, above: Decimal | None, currency: str | None) -> list[Warned]:
    """What a person is shown where a second one would have to say yes, and this installation is one person's: that it
    cannot be sent from here.
    """
    if amount is None or above is None or abs(amount) <= above:
        return []
    told = say(
        "It concerns {amount}, which is more than {above}: a second person must say yes too, and this installation has "
        "none, so it is not sent from here. Do it in Payt, or through a server that several people sign in to.",
        amount=money(abs(amount), currency),
        above=money(above, currency),
    )
    return [Warned(told, danger=True)]
