"""One rate at Payt for all replicas: when the last requests of each grant arrived, by the database's clock.

In each replica the requests of a grant take turns by person, so that somebody with many waiting does not keep another
from theirs; what is read in the background comes last, and takes half of the places at most. The one whose turn it is
has its place while it waits for it, so replicas take turns too. What is late for its place when it goes out takes
another one first (see `places`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import NamedTuple, TypeVar

import anyio
import anyio.abc
from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import DatabaseError
from payt_mcp.server.team.places import LATE, ON_ITS_WAY, WINDOW, Arrived, Place, lately, next_place, told

asking: ContextVar[str] = ContextVar("payt_mcp_asking", default="")
"""The person for whom something is asked; "" for nobody in particular."""

T = TypeVar("T")

_MOST_REMEMBERED = 1_000
_LATEST_EVER = 16.0
"""Seconds of lateness that are given at the most."""

_TELLS_AFTER = 0.2
"""Seconds after an answer in which a further request tells the others of it; after that, it is told by itself."""

_KNOWN = """
select stamps, clock_timestamp() as now from rate where tenant = %(tenant)s and grant_id = %(grant)s for update
"""
_BEGIN = """
insert into rate (tenant, grant_id, stamps) values (%(tenant)s, %(grant)s, '{}') on conflict (tenant, grant_id)
do nothing
"""
_KEEP = "update rate set stamps = %(stamps)s::timestamptz[] where tenant = %(tenant)s and grant_id = %(grant)s"


class _Ticket:
    def __init__(self, person: str, *, can_wait: bool) -> None:
        self.person = person
        self.can_wait = can_wait
        self.turn = anyio.Event()


class _Known(NamedTuple):
    """In a transaction: when the `others` have arrived at the latest, in order, and the moment by the same clock."""

    connection: Connection
    others: Sequence[dt.datetime]
    now: dt.datetime


class _Held:
    """See `payt.pacing.Place`: a request that may go out, until a moment of the monotonic clock."""

    def __init__(self, rate: SharedRate, place: Place, until: float, late: float) -> None:
        self._rate = rate
        self._place = place
        self._until = until
        self._late = late

    async def leave(self) -> None:
        while time.monotonic() > self._until:
            longer = min(2 * self._late, _LATEST_EVER)  # where it is as late again, it goes out all the same
            self._place, self._until = await self._rate.place(self._place, longer)
            self._late = longer

    def over(self, arrived: float) -> None:
        self._rate.has_arrived(self._place, arrived)


class SharedRate:
    """The rate of one grant (see `payt.pacing.Gate`). Raises DatabaseError where the database is away.

    `waited` is told of each request that goes out, for how many seconds it was held back. With a `group`, others are
    told what has arrived also where nothing follows.
    """

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        grant_id: str,
        rate: int,
        window: float = WINDOW,
        waited: Callable[[float], object] = lambda _: None,
        group: anyio.abc.TaskGroup | None = None,
    ) -> None:
        self._database = database
        self._rate = rate
        self._window = window
        self._waited = waited
        self._group = group
        self._values = {"tenant": tenant_id, "grant": grant_id}
        self._waiting: list[_Ticket] = []
        self._served: OrderedDict[str, None] = OrderedDict()
        self._is_taken = False
        self._arrived: list[tuple[Place, float]] = []
        self._is_crowded = False
        self._is_telling = False

    async def enter(self, *, can_wait: bool) -> _Held:
        """Wait until a request may go out."""
        began = anyio.current_time()
        while isinstance(found := await self._in_turn(can_wait=can_wait), float):  # noqa: ASYNC110 - the clock is waited for
            await anyio.sleep(found)
        self._waited(anyio.current_time() - began)
        return found

    async def place(self, missed: Place | None, late: float) -> tuple[Place, float]:
        """Wait for a place, in that of one that was `missed`; and until when it can be used."""
        held: Place | None = None
        while True:
            asked = time.monotonic()
            place, seconds = await self._asked(partial(self._next, missed=missed, held=held, late=late))
            if self._is_sure(seconds):
                await anyio.sleep(max(seconds, 0.0))
                return place, asked + seconds + late
            held = place
            await anyio.sleep(seconds - LATE - ON_ITS_WAY)

    def _is_sure(self, seconds: float) -> bool:
        """Whether it takes that long. Else those it waits for have not arrived yet as far as is known: once they have,
        and that is told, it may be sooner.
        """
        return seconds <= max(self._window, LATE + ON_ITS_WAY)

    def has_arrived(self, place: Place, moment: float) -> None:
        """The request of a place arrived no later than a moment of the monotonic clock."""
        self._arrived.append((place, moment))
        if self._group is None or self._is_telling or not self._is_crowded:
            return
        with suppress(RuntimeError):  # this process is ending, and the group with it
            self._group.start_soon(self._tell)
            self._is_telling = True

    async def _in_turn(self, *, can_wait: bool) -> _Held | float:
        """Wait for the turn, and for the place; seconds after which what can wait tries again."""
        ticket = _Ticket(asking.get(), can_wait=can_wait)
        self._waiting.append(ticket)
        self._pass_on()
        try:
            await ticket.turn.wait()
            if can_wait and (seconds := await self._asked(self._until_half_free)) > 0:
                return seconds if self._is_sure(seconds) else seconds - LATE - ON_ITS_WAY
            return _Held(self, *await self.place(None, LATE), LATE)
        finally:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            else:
                self._is_taken = False
                self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to whoever waits: a person before the background, and whoever was served longest ago."""
        if self._is_taken or not self._waiting:
            return
        order = {person: place for place, person in enumerate(self._served)}
        ticket = min(self._waiting, key=lambda one: (one.can_wait, order.get(one.person, -1)))
        self._waiting.remove(ticket)
        self._served.pop(ticket.person, None)
        self._served[ticket.person] = None
        if len(self._served) > _MOST_REMEMBERED:
            self._served.popitem(last=False)
        self._is_taken = True
        ticket.turn.set()

    async def _tell(self) -> None:
        """What has arrived makes room for others sooner, in other processes, too."""
        try:
            await anyio.sleep(_TELLS_AFTER)
            with suppress(DatabaseError):  # then it counts as on its way for a while longer
                if self._arrived:
                    await self._asked(self._keep)
        finally:
            self._is_telling = False

    async def _asked(self, work: Callable[[_Known], T]) -> T:
        """Do this with what is known of the grant's requests, in a transaction in which no other does. Whatever has
        arrived meanwhile is told with it.
        """
        arrived, self._arrived = self._arrived, []

        def in_turn(connection: Connection) -> T:
            now = time.monotonic()  # before the database says what time it is
            row = self._row(connection)
            found = [Arrived(place.latest, now - moment) for place, moment in arrived]
            others = lately(told(row["stamps"], row["now"], found), row["now"], self._window)
            return work(_Known(connection, others, row["now"]))

        return await self._database.run(in_turn)

    def _row(self, connection: Connection) -> DictRow:
        row = first(connection, _KNOWN, self._values)
        if row is None:
            connection.execute(_BEGIN, self._values)
            row = first(connection, _KNOWN, self._values)
        assert row is not None, "nobody takes one away"
        return row

    def _next(self, known: _Known, missed: Place | None, held: Place | None, late: float) -> tuple[Place, float]:
        """A place, and seconds until it begins."""
        own = {one.latest for one in (missed, held) if one is not None}
        others = [latest for latest in known.others if latest not in own]
        place = next_place(others, known.now, self._rate, self._window, late, held)
        self._is_crowded = 2 * len(others) >= self._rate
        self._keep(_Known(known.connection, [*others, place.latest], known.now))
        return place, (place.begins - known.now).total_seconds()

    def _until_half_free(self, known: _Known) -> float:
        """Seconds until half of the places are free; 0 where they are."""
        half = max(self._rate // 2, 1)
        self._keep(known)
        if len(known.others) < half:
            return 0.0
        return max((known.others[-half] - known.now).total_seconds() + self._window, 0.02)

    def _keep(self, known: _Known) -> None:
        known.connection.execute(_KEEP, {**self._values, "stamps": sorted(known.others)})
