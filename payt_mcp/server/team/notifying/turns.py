"""Who is still to be told of what, in the database: any replica tells it, once, and tries again for a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.database.database import Connection, first

_LONGEST = "1 day"
"""What could not be told for so long is given up."""

_TAKEN = "2 minutes"
"""A turn that was taken comes again after so long, should its replica have died over it."""

_MOST, _MOST_REQUESTS = 200, 10
"""Proposals that a person, and an address, is told of in one turn: it is over before another replica takes it."""


_TO_DO = (
    "from notices join proposals on proposals.tenant = notices.tenant and id = proposal "
    "where done_at is null and status = 'proposed'"
)


@dataclass(frozen=True)
class Turn:
    """A recipient whose turn it is: `person_id` is "" for the address of a company. `waiting` are the proposals to be
    told of, with their kinds; `all_waiting` is how many wait in the company altogether.
    """

    tenant_id: str
    person_id: str
    waiting: Sequence[tuple[str, str]]
    all_waiting: int


def note(c: Connection, tenant_id: str, proposals: Sequence[str], person_id: str, gather: float) -> None:
    """That somebody is to be told of these, once each: the first after `gather` seconds, with what comes meanwhile."""
    who = (tenant_id, person_id or None)
    query = "select 1 from notices where tenant = %s and person is not distinct from %s and done_at is null limit 1"
    waits_already = first(c, query, who) is not None
    for proposal in proposals:
        insert = "insert into notices (tenant, person, proposal) values (%s, %s, %s) on conflict do nothing"
        c.execute(insert, (*who, proposal))
    if not waits_already:
        c.execute(
            "insert into notice_turns (tenant, person, next_at) values (%s, %s, now() + make_interval(secs => %s)) "
            "on conflict (tenant, person) do update set next_at = greatest(notice_turns.next_at, excluded.next_at)",
            (*who, gather),
        )


def take(c: Connection) -> Turn | None:
    """Somebody who is to be told now, and is told by nobody else meanwhile."""
    row = first(
        c,
        f"update notice_turns set next_at = now() + interval '{_TAKEN}' where ctid = ("  # noqa: S608 - text of ours
        f"select turn.ctid from notice_turns as turn where next_at <= now() and exists (select {_TO_DO} "
        "and notices.tenant = turn.tenant and person is not distinct from turn.person) "
        "order by next_at limit 1 for update skip locked) returning tenant, person",
    )
    if row is None:
        return None
    waiting = c.execute(
        f"select proposal, kind {_TO_DO} and notices.tenant = %s and person is not distinct from %s "  # noqa: S608 - text of ours
        "order by number limit %s",
        (row["tenant"], row["person"], _MOST if row["person"] else _MOST_REQUESTS),
    ).fetchall()
    query = "select count(*) as number from proposals where tenant = %s and status = 'proposed'"
    total = first(c, query, (row["tenant"],))
    listed = [(one["proposal"], one["kind"]) for one in waiting]
    return Turn(row["tenant"], row["person"] or "", listed, total["number"] if total else 0)


def told(c: Connection, turn: Turn, proposals: Sequence[str]) -> None:
    """They were told of these; it goes on being their turn."""
    c.execute(
        "update notices set done_at = now() where tenant = %s and person is not distinct from %s "
        "and proposal = any(%s)",
        (turn.tenant_id, turn.person_id or None, list(proposals)),
    )


def over(c: Connection, turn: Turn, pause: float) -> None:
    """Their turn is over; the next begins `pause` seconds from now at the soonest."""
    c.execute(
        "update notice_turns set next_at = now() + make_interval(secs => %s), attempts = 0 "
        "where tenant = %s and person is not distinct from %s",
        (pause, turn.tenant_id, turn.person_id or None),
    )


def failed(c: Connection, turn: Turn, pause: float) -> None:
    """They could not be told: again after `pause` seconds, twice as long each time, an hour at the most."""
    c.execute(
        "update notice_turns set attempts = attempts + 1, "
        "next_at = now() + make_interval(secs => least(3600, %s * 2 ^ least(attempts, 12))) "
        "where tenant = %s and person is not distinct from %s",
        (pause, turn.tenant_id, turn.person_id or None),
    )


def give_up(c: Connection) -> list[tuple[str, str]]:
    """What waits and could not be told for a day: company and proposal of each. Rows are kept for a week beside."""
    c.execute("delete from notices where created_at < now() - interval '7 days' and done_at is not null")
    rows = c.execute(
        f"update notices set done_at = now() where done_at is null and created_at < now() - interval '{_LONGEST}' "  # noqa: S608 - text of ours
        "returning tenant, proposal, exists (select from proposals where proposals.tenant = notices.tenant "
        "and id = proposal and status = 'proposed') as waits"
    ).fetchall()
    return [(row["tenant"], row["proposal"]) for row in rows if row["waits"]]
