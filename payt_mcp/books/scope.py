"""Whose books an answer is about: one caller's account, and one administration of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio

from payt_mcp.books.account import Account
from payt_mcp.books.again import IDS_A_REQUEST, Look
from payt_mcp.books.open_books import Progress
from payt_mcp.books.shelf import chunked
from payt_mcp.books.zones import caveats, time_zone
from payt_mcp.errors import UpstreamError
from payt_mcp.payt.models import Administration
from payt_mcp.words.text import NAME_LENGTH, clean, code

_PATIENCE = 5.0


@dataclass(frozen=True)
class Scope:
    """Who asks and for which administration; `progress` reports on a long reading. `moment` is that for which it is
    asked, where that is not the present one.
    """

    account: Account
    administration: Administration
    progress: Progress | None = None
    moment: dt.datetime | None = field(default=None, kw_only=True)

    @property
    def id(self) -> str:
        return self.administration.id

    def now(self) -> dt.datetime:
        """The moment it is asked for, UTC: what "lately" is measured against."""
        return self.moment or self.account.now()

    @property
    def today(self) -> dt.date:
        if self.moment is None:
            return self.account.today(self.administration)
        return self.moment.astimezone(time_zone(self.administration)).date()

    @property
    def actual_today(self) -> dt.date:
        """The date now, whatever moment it is asked for: what is filled into a letter is read on the day it is sent."""
        return self.account.today(self.administration)

    @property
    def caveats(self) -> list[str]:
        """Notes for every answer that depends on `today`, and where the books are ones that nobody keeps any more."""
        status = self.administration.status or "active"
        ended = [] if status == "active" else [f"{administration_name(self)} is {code(status)} at Payt."]
        return [*ended, *caveats(self.administration)]

    def look(self) -> Look:
        """For what an answer reads of Payt by itself: see `Books.look`."""
        return self.account.books(self.administration).look()

    @property
    def zone(self) -> dt.tzinfo:
        return time_zone(self.administration)

    @property
    def as_of(self) -> dt.datetime:
        """The time at Payt, as an answer tells it."""
        return self.here(self.account.now())

    def here(self, moment: dt.datetime) -> dt.datetime:
        """A moment as the clocks of the administration show it."""
        return moment.astimezone(self.zone)

    def day(self, moment: dt.datetime | None) -> str | None:
        """The date of a moment where the administration is."""
        if moment is None:
            return None
        with suppress(OverflowError):  # the last hours of the year 9999
            moment = moment.astimezone(self.zone)
        return moment.date().isoformat()

    def begins(self, date: dt.date) -> dt.datetime:
        """The first moment of a date where the administration is."""
        return dt.datetime.combine(date, dt.time(), self.zone)


def administration_name(scope: Scope) -> str:
    """The administration as a person knows it, and its id: `Noorderlicht Techniek B.V. (4711)`."""
    name = clean(scope.administration.name, NAME_LENGTH)
    return f"{name} ({scope.id})" if name else f"administration {scope.id}"


@asynccontextmanager
async def optional() -> AsyncIterator[None]:
    """What is read in here only adds to an answer: where Payt refuses it, or takes long, the answer goes without."""
    with suppress(UpstreamError), anyio.move_on_after(_PATIENCE):
        yield


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """Ids in parts that one request can ask for."""
    return chunked(ids, IDS_A_REQUEST)
