"""What is proposed, for whoever may see it; and what a person decides about it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from payt_mcp.errors import RefusedWriteError
from payt_mcp.proposals.outcomes import CLOSED
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import words_of
from payt_mcp.server.team.pages import frame
from payt_mcp.server.team.pages.approvals_view import Entry, Listed, approvals_page
from payt_mcp.server.team.pages.needed import Needed
from payt_mcp.server.team.pages.past import past_ones, unaltered
from payt_mcp.server.team.pages.proposal_view import MOST_REASON, Told, client_of, proposal_page, token
from payt_mcp.server.team.pages.seen_by import Member, Shown, find, members, open_ones, yeses_of
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import Html
from payt_mcp.words.text import clean


class Approvals:
    """The pages below /approvals."""

    def __init__(self, needed: Needed) -> None:
        self._needed = needed

    async def all(self, request: Request, session: WebSession) -> Response:
        """What waits, for whom, and what is over."""
        html = self._html(request)
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        found = await members(session, self._needed)
        of_each = [(one, await open_ones(one, self._needed.desk)) for one in found]
        opened = [(one, record) for one, listing in of_each for record in listing.records]
        past = await self._needed.database.run(lambda c: past_ones(c, found, number))
        over, altered = await unaltered(past, self._needed.desk)
        yours = [one for one in opened if one[0].is_waited_for(one[1])]
        proposed = [one for one in opened if one not in yours and one[0].is_proposer(one[1])]
        others = [one for one in opened if one not in yours and one not in proposed]
        listed = Listed(
            await self._entries(yours),
            await self._entries(proposed),
            await self._entries(others),
            await self._entries(over),
            past.total,
            past.number,
            sorted(altered.union(*(listing.altered for _, listing in of_each))),
        )
        return frame.page(approvals_page(html, session, listed))

    async def one(self, request: Request, session: WebSession) -> Response:
        """All of one proposal. That somebody looked at it is put on record."""
        shown = await self._found(request, session)
        if shown is None:
            return frame.nothing_there(self._html(request), session)
        who = Who("page", "", shown.member.person.id)
        shown = replace(shown, record=await run_sync(shown.ledger.seen, shown.record.id, who))
        state, told = await self._state(shown), await self._told(shown)
        return frame.page(proposal_page(self._html(request), session, shown.member, shown.record, told, state))

    async def changes(self, request: Request, session: WebSession) -> Response:
        """A text that is another one once there is something else to be shown."""
        shown = await self._found(request, session)
        if shown is None:
            return frame.refused(404)
        return JSONResponse({"changes": await self._state(shown)})

    async def decide(self, request: Request, session: WebSession) -> Response:
        """What was clicked. The page that follows says how it stands, whatever came of it."""
        fields = await self._needed.sessions.form(request, session)
        if fields is None:
            return frame.refused(403)
        shown = await self._found(request, session, fresh=True)
        if shown is None:
            return frame.nothing_there(self._html(request), session)
        if not hmac.compare_digest(fields.get("token", "").encode(), token(session, shown.record).encode()):
            return frame.refused(403)
        action = fields.get("action", "")
        if action not in shown.member.barred(shown.record):
            with suppress(RefusedWriteError):  # it stands otherwise by now
                await self._act(action, shown, fields.get("why", ""))
        return RedirectResponse(f"/approvals/{shown.record.id}", 303)

    async def _act(self, action: str, shown: Shown, why: str) -> None:
        ledger, record = shown.ledger, shown.record
        who, scope = Who("page", "", shown.member.person.id), shown.record.scope
        if action in {"approve", "again"}:
            await run_sync(lambda: ledger.approve(record.id, who, again=action == "again", scope=scope))
        elif action == "reject":
            reason = clean(why, MOST_REASON)
            await run_sync(lambda: ledger.decline(record.id, who, why=reason, scope=scope))
        elif action == "look":
            carrier = await self._needed.desk.carrier(shown.member.tenant.id, record.scope)
            if carrier is not None:
                await carrier.look(record)
        elif action == "close" or (action == "done" and words_of(record).person_knows):
            status = Status.FAILED if action == "close" else Status.APPLIED
            await run_sync(lambda: ledger.settle(record.id, status, CLOSED, who=who, scope=scope))

    def _html(self, request: Request) -> Html:
        return frame.language_of(request, self._needed.language_for)

    async def _found(self, request: Request, session: WebSession, *, fresh: bool = False) -> Shown | None:
        return await find(session, self._needed, request.path_params["id"], fresh=fresh)

    async def _state(self, shown: Shown) -> str:
        record, trouble = shown.record, await self._trouble(shown)
        told = (record.status, record.changed_at, record.yeses, record.outcome, trouble, shown.member.standing)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    async def _told(self, shown: Shown) -> Told:
        directory, record, tenant = self._needed.directory, shown.record, shown.member.tenant
        history = await run_sync(lambda: shown.ledger.history(record.id))
        people = {record.proposer, *(yes.approver for yes in yeses_of(record))}
        return Told(
            needs=directory.needs(tenant.id, record),
            names=await self._names(shown.member, people),
            client=client_of(history),
            zone=await self._zone(shown.member, record),
            trouble=await self._trouble(shown),
        )

    async def _entries(self, found: Sequence[tuple[Member, Record]]) -> list[Entry]:
        names: dict[str, str] = {}
        zones: dict[tuple[str, str], dt.tzinfo] = {}
        entries = []
        for member, record in found:
            if record.proposer not in names:
                names |= await self._names(member, [record.proposer])
            place = member.tenant.id, record.administration_id
            if place not in zones:
                zones[place] = await self._zone(member, record)
            entries.append(Entry(member, record, names.get(record.proposer, ""), zones[place]))
        return entries

    async def _zone(self, member: Member, record: Record) -> dt.tzinfo:
        """The time zone of its administration, as far as that can be told now."""
        carrier = await self._needed.desk.carrier(member.tenant.id, record.scope)
        return await carrier.zone_of(record) if carrier else dt.UTC

    async def _trouble(self, shown: Shown) -> str:
        """Why it was not carried out yet, as far as that is known here."""
        carrier = await self._needed.desk.carrier(shown.member.tenant.id, shown.record.scope)
        return carrier.trouble_of(shown.record) if carrier else ""

    async def _names(self, member: Member, people: Iterable[str]) -> dict[str, str]:
        return {one: await self._needed.directory.name(member.tenant.id, one) for one in people if one}
