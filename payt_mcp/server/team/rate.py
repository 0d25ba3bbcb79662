"""One rate at Payt for all replicas: a sliding log of the last requests of each grant, by the database's clock.

In each replica the requests of a grant take turns by person, so that somebody with many waiting does not keep another
from theirs; what is read in the background comes last, and takes half of the places at most. The one whose turn it is
has its place in the log while it waits for it, so replicas take turns too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar

import anyio

from payt_mcp.database.database import Connection, Database, first

asking: ContextVar[str] = ContextVar("payt_mcp_asking", default="")
"""The person for whom something is asked; "" for nobody in particular."""

WINDOW = 1.15
"""Seconds in which at most so many requests go out as Payt takes in one: a process that is busy sends a while after its
place was noted, and another may send on time just after.
"""

_MOST_REMEMBERED = 1_000

_TAKE = """
insert into rate as known (tenant, grant_id, stamps)
values (%(tenant)s, %(grant)s, array[clock_timestamp()])
on conflict (tenant, grant_id) do update set stamps = (array_append(known.stamps,
    greatest(clock_timestamp(), known.stamps[cardinality(known.stamps)], case
        when cardinality(known.stamps) < %(most)s then null
        else known.stamps[cardinality(known.stamps) - %(most)s + 1] + make_interval(secs => %(window)s) end)
    ))[greatest(cardinality(known.stamps) + 2 - %(most)s, 1):]
returning extract(epoch from stamps[cardinality(stamps)] - clock_timestamp()) as wait
"""
"""A place for one request: seconds until it may go out. The stamps are in order, the last ones are kept."""

_LATELY = """
select count(*) as taken, extract(epoch from min(stamp) + make_interval(secs => %(window)s) - clock_timestamp()) as wait
from rate, unnest(stamps) as stamp
where tenant = %(tenant)s and grant_id = %(grant)s
    and stamp > clock_timestamp() - make_interval(secs => %(window)s)
"""


class _Ticket:
    def __init__(self, person: str, *, can_wait: bool) -> None:
        self.person = person
        self.can_wait = can_wait
        self.turn = anyio.Event()


class SharedRate:
    """The rate of one grant (see `payt.pacing.Gate`). Raises DatabaseError where the database is away.

    `waited` is told of each request that goes out, for how many seconds it was held back.
    """

    def __init__(
        self,
        database: Database,
        tenant_id: str,
        grant_id: str,
        rate: int,
        window: float = WINDOW,
        waited: Callable[[float], object] = lambda _: None,
    ) -> None:
        self._database = database
        self._rate = rate
        self._waited = waited
        self._values = {"tenant": tenant_id, "grant": grant_id, "window": window}
        self._waiting: list[_Ticket] = []
        self._served: OrderedDict[str, None] = OrderedDict()
        self._is_taken = False

    async def enter(self, *, can_wait: bool) -> None:
        """Wait until a request may go out."""
        began = anyio.current_time()
        while (wait := await self._in_turn(can_wait=can_wait)) > 0:  # noqa: ASYNC110 - the clock is waited for
            await anyio.sleep(wait)
        self._waited(anyio.current_time() - began)

    async def _in_turn(self, *, can_wait: bool) -> float:
        """Wait for the turn, and for the place. Seconds after which what can wait tries again; 0: it may go out."""
        ticket = _Ticket(asking.get(), can_wait=can_wait)
        self._waiting.append(ticket)
        self._pass_on()
        try:
            await ticket.turn.wait()
            if can_wait and (wait := await self._database.run(self._until_free)) > 0:
                return wait
            await anyio.sleep(await self._database.run(self._take))
            return 0.0
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

    def _take(self, connection: Connection) -> float:
        row = first(connection, _TAKE, {**self._values, "most": self._rate})
        assert row is not None, "it returns the row it wrote"
        return max(float(row["wait"]), 0.0)

    def _until_free(self, connection: Connection) -> float:
        """Seconds until half of the places may be free; 0 where they are."""
        row = first(connection, _LATELY, self._values)
        if row is None or row["taken"] < max(self._rate // 2, 1):
            return 0.0
        return max(float(row["wait"]), 0.02)
