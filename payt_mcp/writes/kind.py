"""The one writer of all actions: proposed, checked again, carried out once, and looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from payt_mcp.books.account import Account
from payt_mcp.books.find import Scope
from payt_mcp.errors import InputError, MissingError, OutcomeUnknownError, RefusedWriteError, UpstreamError
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.engine import Check, Done
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.proposal import draft_of
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from payt_mcp.writes.sight import Sight, what_changed

Content = Mapping[str, Any]
_STANDS = "Payt has it already"


class Action(Protocol):
    """One kind of write, as far as it differs from the others. `what` names its record in an error."""

    kind: str
    what: str

    async def prepare(self, scope: Scope, wish: Content) -> dict[str, Any]:
        """What is asked for, as plain JSON with ids instead of names. Raises InputError and UpstreamError."""

    async def see(self, scope: Scope, content: Content) -> Sight:
        """What it would do now. Raises InputError where it cannot be done, UpstreamError."""

    def command(self, administration_id: str, content: Content, preview: Content) -> Command:
        """What is sent of it."""

    def done(self, content: Content, preview: Content, answer: Any) -> Done:
        """What Payt's answer means. Raises OutcomeUnknownError where it says nothing of the kind."""

    async def stands(self, scope: Scope, record: Record, credited: frozenset[str]) -> Done | None:
        """How it ended, as far as Payt shows. `credited` are the outcomes of other proposals."""


class ActionWriter:
    """An action as the guard's engine needs it. Args: `scope_name` is the ledger scope, `payt` which Payt it is."""

    def __init__(self, action: Action, account: Account, ledger: LedgerContract, scope_name: str, payt: str) -> None:
        self._action = action
        self._account = account
        self._ledger = ledger
        self._scope_name = scope_name
        self._payt = payt

    @property
    def kind(self) -> str:
        return self._action.kind

    async def draft(self, scope: Scope, wish: Content) -> Draft:
        """The proposal for a wish. Raises InputError and UpstreamError."""
        content = await self._action.prepare(scope, wish)
        head = {"payt": self._payt, "administration_id": scope.id}
        return self._drafted(scope, {**content, **head}, await self._action.see(scope, content))

    async def check(self, record: Record) -> Check:
        """See again what it would do, and hold that against what the person was shown."""
        content, preview = _kept(record.content), _kept(record.preview)
        scope = await self._scope(record)
        if record.sending_at is not None:
            stands = await self._stands(scope, record)
            if stands is not None:
                return Check(delivered=stands.message_id) if stands.message_id else Check(changed=(_STANDS,))
        try:
            sight = await self._action.see(scope, content)
        except (InputError, MissingError) as error:
            return Check(changed=(str(error).rstrip("."),))
        renewed = self._drafted(scope, content, sight)
        changed = what_changed(preview, renewed.preview)
        if not changed:
            return Check(baseline=tuple(sight.same))
        return Check(changed=tuple(changed), renewed=None if sight.idle else _because(renewed, changed))

    async def send(self, record: Record) -> Done:
        """Carry it out, once. Where Payt takes it without a word, what it did is read back."""
        content, preview = _kept(record.content), _kept(record.preview)
        command = self._action.command(record.administration_id, content, preview)
        answer = await self._account.payt.client.write(command, self._action.what)
        if answer is not None:
            return self._action.done(content, preview, answer)
        try:
            stands = await self._stands(await self._scope(record), record)
        except UpstreamError:
            stands = None
        if stands is None:
            raise OutcomeUnknownError("its answer was empty")
        return stands

    async def look(self, record: Record) -> Done | None:
        """Whether what was asked for stands at Payt now."""
        _kept(record.content)
        return await self._stands(await self._scope(record), record)

    async def _stands(self, scope: Scope, record: Record) -> Done | None:
        return await self._action.stands(scope, record, self._ledger.credited(scope.id, record.kind))

    async def _scope(self, record: Record) -> Scope:
        return Scope(self._account, await self._account.administration(record.administration_id))

    def _drafted(self, scope: Scope, content: Content, sight: Sight) -> Draft:
        kind = self._action.kind
        sender = scope.administration.name or scope.id
        return draft_of(
            kind,
            self._scope_name,
            scope.id,
            content,
            letter=(self._payt, scope.id, kind, *sight.letter),
            preview=sight.preview(kind, sender, scope.id),
            basis={},
        )


def one_done(answer: Any) -> Done:
    """The outcome of a write that Payt answers with the record as it is now.

    Raises:
        OutcomeUnknownError: the answer is no record.
    """
    if not isinstance(answer, dict) or answer.get("id") is None:
        raise OutcomeUnknownError("its answer was not the record")
    return Done(Status.APPLIED)


def _because(draft: Draft, changed: list[str]) -> Draft:
    return Draft(**{**vars(draft), "preview": {**draft.preview, "because": changed}})


def _kept(part: Content | None) -> Content:
    if part is None:
        raise RefusedWriteError("The content of this proposal has been purged.")
    return part
