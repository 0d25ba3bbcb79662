"""What is over, page by page: as many rows are read as are shown, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from psycopg import sql

from payt_mcp.database.database import Connection
from payt_mcp.policy.team import EVERYWHERE, ROLES
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Record, record_of
from payt_mcp.proposals.states import FINISHED
from payt_mcp.server.team.pages.needed import Desk
from payt_mcp.server.team.pages.seen_by import Member

PAGE = 25
"""As many as are shown at once."""

_APPROVE = frozenset(ROLES[ROLES.index("approver") :])
_OVER = sql.SQL(
    "from proposals where status = any(%s) and changed_at > "
    "to_char(now() at time zone 'UTC' - interval '30 days', 'YYYY-MM-DD\"T\"HH24:MI:SS') and ({seen})"
)
_SEEN = sql.SQL(
    "tenant = %s and (administration_id = any(%s) or (%s and administration_id <> all(%s)) "
    "or (proposer = %s and (%s or administration_id = any(%s))))"
)
"""`Member.sees`, for the database."""


@dataclass(frozen=True)
class Past:
    """Page `number` (from 1) of `total` proposals, the last changed first: rows, each with who sees it as whom."""

    shown: Sequence[tuple[Member, Row]]
    number: int
    total: int


def past_ones(c: Connection, members: Sequence[Member], asked: int) -> Past:
    """The page that is asked for, or the nearest there is."""
    if not members:
        return Past((), 1, 0)
    seen = sql.SQL(" or ").join(sql.SQL("({})").format(_SEEN) for _ in members)
    over = _OVER.format(seen=seen)
    values = [list(FINISHED), *(value for member in members for value in _values(member))]
    counted = c.execute(sql.SQL("select count(*) as number ") + over, values).fetchone()
    total = counted["number"] if counted else 0
    number = max(1, min(asked, -(-total // PAGE)))
    rows = c.execute(
        sql.SQL("select * ") + over + sql.SQL(" order by changed_at desc, number desc limit %s offset %s"),
        [*values, PAGE, (number - 1) * PAGE],
    ).fetchall()
    by_tenant = {member.tenant.id: member for member in members}
    return Past([(by_tenant[row["tenant"]], row) for row in rows], number, total)


async def unaltered(past: Past, desk: Desk) -> tuple[list[tuple[Member, Record]], frozenset[str]]:
    """Those of a page that are as their history left them, and the ids of the others that somebody is told of."""
    altered: set[str] = set()
    for member in {member.tenant.id: member for member, _ in past.shown}.values():
        ledger = await desk.ledger(member.tenant.id)
        theirs = [row["id"] for one, row in past.shown if one is member]
        altered |= await run_sync(ledger.altered, theirs)
    read = [(member, record_of(row)) for member, row in past.shown if row["id"] not in altered]
    told = {row["id"] for member, row in past.shown if row["id"] in altered and member.hears_of_altered}
    return [one for one in read if one[0].sees(one[1])], frozenset(told)


def _values(member: Member) -> tuple[Any, ...]:
    roles = member.standing.rights.roles
    named = [one for one in roles if one != EVERYWHERE]
    approving = [one for one in named if roles[one] in _APPROVE]
    elsewhere = roles.get(EVERYWHERE)
    everywhere = elsewhere in _APPROVE
    return member.tenant.id, approving, everywhere, named, member.person.id, elsewhere is not None, named
