"""The one writer of every kind: proposed, checked again, carried out once, and looked for."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from anyio.to_thread import run_sync

from payt_mcp.books.account import Account
from payt_mcp.books.scope import Scope
from payt_mcp.errors import InputError, MissingError, OutcomeUnknownError, RefusedWriteError, UpstreamError
from payt_mcp.proposals.attempt import Check, Done
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.preview import Preview, Situation
from payt_mcp.proposals.proposal import draft_of
from payt_mcp.proposals.records import CURRENCY, Draft, Record, stamp
from payt_mcp.proposals.states import WAITS, Status
from payt_mcp.proposals.stored import is_of_before, preview_of
from payt_mcp.words.said import say
from payt_mcp.writes.actor import nobody_second
from payt_mcp.writes.comparing import what_changed
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt

_STANDS = say("Payt has it already")
_UPDATED = say("this program was updated after it was proposed; propose it again")
_ASKED = "asked"
"""Where a proposal keeps what was asked for, where that is not what would be sent."""

_MARK = "mark"
"""Where it keeps the mark of the wish that it was made for."""

_AT = "at"
"""Where it keeps the moment it was looked at for: it is looked at again for the same, so that no time that passes is
news.
"""

_T = TypeVar("_T")


class Writer:
    """A kind of write as the engine needs it.

    Args:
        ledger_scope: tells the proposals of this account from others in the same ledger.
        payt: which Payt it is.
        folder: where files may come from.
        account_of: the account of the person, by their id, for whom a proposal was made: what it would do is looked at
            again as they would see it. Without it, that is `account`.
    """

    def __init__(
        self,
        kind: Kind,
        account: Account,
        ledger: LedgerContract,
        ledger_scope: str,
        payt: str,
        folder: Path | None,
        *,
        account_of: Callable[[str], Account] | None = None,
    ) -> None:
        self._kind = kind
        self._account = account
        self._ledger = ledger
        self._ledger_scope = ledger_scope
        self._payt = payt
        self._folder = folder
        self._account_of = account_of

    def mark(self, scope: Scope, wish: Content) -> str:
        """A name for a wish, the same whatever stands at Payt: what is proposed for it depends on that."""
        said = json.dumps([self._kind.name, scope.id, wish], sort_keys=True, default=repr)
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    async def draft(self, scope: Scope, wish: Content) -> Draft:
        """The proposal for a wish. Raises InputError, RefusedWriteError for a file, and UpstreamError."""
        others = partial(self._others, scope.id, self._ledger.now())
        place = Place(scope.account, scope.administration, scope.progress, self._folder, proposals=others)
        asked = await self._kind.prepare(place, wish)
        place = replace(place, moment=self._account.now())
        outlook = await self._kind.look_ahead(place, asked)
        return self._drafted(place, asked, outlook, mark=self.mark(scope, wish))

    async def check(self, record: Record) -> Check:
        """See again what it would do, and hold that against what the person was shown."""
        content, basis = _kept(record.content), _kept(record.basis)
        shown = _kept(preview_of(record))
        place = await self._place(record, self._seen_by(record), fresh=True)
        if record.sending_at is not None:
            stands = await self._stands(place, record)
            if stands is not None and stands.status is not Status.PARTLY_APPLIED:
                return Check(delivered=stands) if stands.message_id else Check(changed=(_STANDS,))
        if is_of_before(record):
            return Check(changed=(_UPDATED,))
        asked = basis.get(_ASKED, content)
        place = replace(place, moment=_moment(basis) or record.created_at, told=_told(shown))
        try:
            outlook = await self._kind.look_ahead(place, asked)
        except (InputError, MissingError, RefusedWriteError) as error:
            return Check(changed=(str(error).rstrip("."),))
        known = outlook.changed(basis) if outlook.changed else ()
        changed = what_changed(shown, self._preview(place, outlook), known)
        if not changed:
            return Check(baseline=tuple(outlook.same))
        renewed = await self._renewed(place, asked, basis.get(_MARK, ""), changed)
        return Check(changed=tuple(changed), renewed=renewed and replace(renewed, proposer=record.proposer))

    async def _renewed(self, place: Place, asked: Content, mark: str, because: Sequence[str]) -> Draft | None:
        """The proposal as it would be now; None where it cannot be made any more, or there is nothing left to do."""
        place = replace(place, moment=self._account.now(), told=frozenset(), read={})
        try:
            outlook = await self._kind.look_ahead(place, asked)
        except (InputError, MissingError, RefusedWriteError):
            return None
        return None if outlook.idle else self._drafted(place, asked, outlook, mark=mark, because=because)

    async def send(self, record: Record) -> Done:
        """Carry it out, once. Where Payt takes it without a word, what it did is read back.

        Raises:
            NotSentError: it can be tried again.
            OutcomeUnknownError: what came back says nothing, and nothing can be seen.
            PaytMcpError: it was refused.
        """
        content, preview = _kept(record.content), _kept(preview_of(record))
        place = await self._place(record, self._account)
        await self._kind.send_ahead(place, content)
        command = self._kind.command(place, content, preview)
        try:
            answer = await self._account.payt.client.write(command, self._kind.records)
        finally:
            self._touched(record, place, content)
        if answer is not None:
            return self._kind.done(content, preview, answer)
        try:
            stands = await self._stands(place, record)
        except UpstreamError:
            stands = None
        if stands is None:
            raise OutcomeUnknownError("its answer was empty")
        return stands

    async def look(self, record: Record) -> Done | None:
        """Whether what was asked for stands at Payt now."""
        content, place = _kept(record.content), await self._place(record, self._account)
        done = await self._stands(place, record)
        if done is not None:
            self._touched(record, place, content)
        return done

    async def was_written(self, record: Record) -> None:
        """Another process carried it out: the next answer reads again what that may have changed. Raises UpstreamError;
        RefusedWriteError where its content is gone.
        """
        self._touched(record, await self._place(record, self._account), _kept(record.content))

    def _touched(self, record: Record, place: Place, content: Content) -> None:
        """The next answer reads again what this may have changed, however it ended."""
        theirs = self._seen_by(record).books(place.administration)
        for books in {place.account.books(place.administration), theirs}:
            books.touched(partial(self._kind.touched, place, content))

    def _seen_by(self, record: Record) -> Account:
        """The account of whoever it was proposed for."""
        return self._account_of(record.proposer) if self._account_of else self._account

    async def _stands(self, place: Place, record: Record) -> Done | None:
        last = record.sending_at or record.created_at
        attempt = Attempt(
            content=_kept(record.content),
            preview=_kept(preview_of(record)),
            first=min(self._first_sent(record) or last, last),  # a clock that was ahead may have dated the step
            last=last,
            baseline=frozenset(record.baseline),
            credited=self._ledger.credited(place.id, record.kind),
        )
        return await self._kind.stands(place, attempt)

    def _first_sent(self, record: Record) -> dt.datetime | None:
        """When it was first sent: `sending_at` tells of the last attempt alone, and an earlier one may arrive late."""
        taken = self._ledger.history(record.id, scope=record.scope)
        steps = (event for event in taken if event.status == Status.SENDING)
        first = next(steps, None)
        return dt.datetime.fromisoformat(first.at) if first else None

    async def _place(self, record: Record, account: Account, *, fresh: bool = False) -> Place:
        administration = await account.administration(record.administration_id, fresh=fresh)
        others = partial(self._others, administration.id, record.created_at, but=record.id)
        return Place(account, administration, folder=self._folder, proposals=others)

    async def _others(self, administration_id: str, moment: dt.datetime, *, but: str = "") -> list[Record]:
        """The other proposals to an administration that were around at a moment, or came later."""
        found = await run_sync(self._ledger.around, moment - WAITS, self._ledger_scope)
        return [one for one in found if one.administration_id == administration_id and one.id != but]

    def _preview(self, place: Place, outlook: Outlook) -> Preview:
        above, currency = place.account.rules.second_person_above, place.administration.currency_code
        outlook = replace(outlook, warnings=[*outlook.warnings, *nobody_second(outlook.amount, above, currency)])
        return outlook.preview(self._kind.name, self._kind.words, place.sender, place.id)

    def _drafted(
        self, place: Place, asked: Content, outlook: Outlook, *, mark: str, because: Sequence[str] = ()
    ) -> Draft:
        kind, content = self._kind.name, asked if outlook.content is None else outlook.content
        kept = {_MARK: mark, _AT: stamp(place.now()), **({_ASKED: asked} if content != asked else {})}
        kept |= {CURRENCY: place.administration.currency_code or ""}
        head = {"payt": self._payt, "administration_id": place.id}
        draft = draft_of(
            kind,
            self._ledger_scope,
            place.id,
            {**content, **head},
            touches=(self._payt, place.id, *outlook.touches),
            preview=self._preview(place, outlook).anew(because),
            basis={**outlook.basis, **kept},
            once=self._kind.once,
        )
        return draft if outlook.amount is None else replace(draft, amount=str(outlook.amount))


def is_for(record: Record, mark: str) -> bool:
    """Whether a proposal was made for the wish of this mark."""
    return (record.basis or {}).get(_MARK) == mark


def _moment(basis: Content) -> dt.datetime | None:
    return dt.datetime.fromisoformat(basis[_AT]) if _AT in basis else None


def _told(shown: Preview) -> frozenset[str]:
    """What a person was told of that stops nothing: to say yes to a proposal that waits beside is no news."""
    return frozenset(
        entry.key for one in shown.sections if isinstance(one, Situation) for entry in one.entries if not entry.stops
    )


def _kept(part: _T | None) -> _T:
    if part is None:
        raise RefusedWriteError("The content of this proposal has been purged.")
    return part
