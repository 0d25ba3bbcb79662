"""A call of a tool that writes: the proposal on record, the question to a person, and the answer to both.

Loaded with the first write, and not at the start: the ledger comes with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
from mcp.server.mcpserver import AcceptedElicitation, DeclinedElicitation
from mcp.types import CallToolResult

from payt_mcp import patience
from payt_mcp.answers.writes import (
    colleague_data,
    idle_data,
    others_data,
    proposed_before,
    waits_until,
    write_data,
    write_lines,
)
from payt_mcp.books.scope import Scope
from payt_mcp.errors import LedgerError, PaytMcpError, RefusedWriteError, said_unsent
from payt_mcp.policy.approval import how_many
from payt_mcp.proposals.asking import url
from payt_mcp.proposals.asking.doubled import is_beside_another
from payt_mcp.proposals.asking.elicitation import KnownAnswer, ask, by, can_ask, new_code
from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import PENDING, VALID, VALID_MINUTES, Status
from payt_mcp.proposals.stored import preview_of, title_of
from payt_mcp.tools.shared import Answer, Ctx, caller_of, scope_of
from payt_mcp.writes.outbox import Outbox

_PATIENCE = 25.0
_ON_PAGE = (
    "The approval page is open in the user's browser: ask them to look there and approve or reject. Then call "
    "check_approval. You cannot approve it yourself."
)
_NO_PAGE = (
    "No browser could be opened: ask the user to run `payt-mcp approvals` in a terminal on the machine of this server "
    "and decide there. Then call check_approval. You cannot approve it yourself."
)
_READ = 15.0
"""Seconds for which a call waits for what a person who went to the page does there."""

_LOOK = 0.5
_BESIDE = (
    "The same call came before this one, and the user is being asked about it there: their answer counts for both. "
    "Call check_approval for it; do not propose it again."
)
_DISMISSED = "The user closed the question without an answer. Ask them; the same call again asks again."


@dataclass(frozen=True)
class Proposed:
    """A proposal on record; `is_new` is False where the same content was sent before this call."""

    outbox: Outbox
    record: Record
    is_new: bool


async def outbox_of(ctx: Ctx) -> Outbox:
    """Where the writes of whoever makes this call are kept."""
    return await (await caller_of(ctx)).outbox()


async def proposed(
    ctx: Ctx, kind: str, wish: Callable[[], Mapping[str, Any]], administration_id: str, *, brings_yes: bool
) -> Any:
    """A proposal on record, once however often the call is resumed; the answer at once where it would change nothing.

    Where the same was begun since this call came (or, for one that `brings_yes` to it, while a yes holds), that is what
    the call is about, whatever it would find at Payt now. So it is where Payt's answer to the same just got lost.

    Raises:
        PaytMcpError: it cannot be proposed, and nothing was sent.
    """
    try:
        asked, outbox = wish(), await outbox_of(ctx)
        scope = await scope_of(ctx, administration_id)
        outbox.actor.check_propose(scope.id)
    except PaytMcpError as error:
        raise said_unsent(error) from None
    writer, valid = outbox.writers[kind], VALID.total_seconds()
    mark, within = writer.mark(scope, asked), valid if brings_yes else patience.age()
    if looked_at := await outbox.known(mark, url.asked_about(ctx)):
        return Proposed(outbox, looked_at, is_new=True)
    lost = None if brings_yes else await outbox.lost_for(kind, mark)
    if lost is not None:
        return Proposed(outbox, lost, is_new=True)
    asked_about = await outbox.asked_about(mark, valid) if brings_yes else None
    if asked_about is not None:  # the yes is to what was shown; whether it is so still is seen before it goes
        return Proposed(outbox, asked_about, _is_of_this_call(ctx, outbox, asked_about))
    try:
        draft = await writer.draft(scope, asked)
        preview = Preview.from_json(draft.preview)
        if not preview.idle:
            return await _on_record(ctx, outbox, scope, draft, preview)
        begun = await outbox.begun_for(mark, within)
        if begun is None:
            return _nothing_to_do(preview, await _said_of(outbox, await outbox.begun_for(mark, valid)))
    except LedgerError:
        raise
    except PaytMcpError as error:
        begun = await outbox.begun_for(mark, within)
        if begun is None:
            raise said_unsent(error) from None
    return Proposed(outbox, begun, _is_of_this_call(ctx, outbox, begun))


async def _on_record(ctx: Ctx, outbox: Outbox, scope: Scope, draft: Draft, preview: Preview) -> Proposed:
    """Raises RefusedWriteError where it must be seen by a person, the token is known not to write, or a rule is against
    it; LedgerError.
    """
    draft = replace(draft, proposer=outbox.actor.person_id)
    await outbox.actor.check_today(draft, scope.zone)
    outbox.engine.check_allowed(draft.kind)
    if outbox.policy.confirm == "code" and not can_ask(ctx):
        _check_code_may(preview)
    record, is_new = await outbox.engine.on_ledger(outbox.ledger.propose, draft, outbox.actor.by(by(ctx, "tool")))
    return Proposed(outbox, record, is_new or _is_of_this_call(ctx, outbox, record))


def _is_of_this_call(ctx: Ctx, outbox: Outbox, record: Record) -> bool:
    """Whether what is on record already is what this call is about, and not something of the past: it is under way, or
    was sent while this call, or the question that it answers, was open.
    """
    seconds = VALID.total_seconds() if ctx.input_responses else patience.age()
    came = outbox.ledger.now() - dt.timedelta(seconds=seconds)
    return record.status in PENDING or (record.sending_at is not None and record.sending_at > came)


async def _said_of(outbox: Outbox, record: Record | None) -> str:
    """What is said of an earlier proposal of the same that left nothing to do."""
    if record is None or not outbox.actor.may_see(record):
        return ""
    return proposed_before(await outbox.actor.named(record), await outbox.zone_of(record))


def _check_code_may(preview: Preview | None) -> None:
    """Raises RefusedWriteError where a person must have seen what a code would approve."""
    if preview is None:
        raise RefusedWriteError("The text of this proposal has been purged.")
    dangers = preview.dangers
    if dangers:
        more = f" (and {len(dangers) - 1} more)" if len(dangers) > 1 else ""
        barred = f"{dangers[0].text}{more}"
        raise RefusedWriteError(f"A person must see this first, and PAYT_CONFIRM=code shows it to none: {barred}")


def _nothing_to_do(preview: Preview, reason: str) -> CallToolResult:
    """The answer to what would change nothing. `reason` is what is known of why."""
    data = idle_data(preview, reason)
    answer = Answer(f"{preview.idle}; nothing was sent.", data)
    answer.lines = write_lines(data)
    return answer.result()


async def question(ctx: Ctx, proposed: Any) -> Any:
    """What to ask the user: an `Elicit`, or a `KnownAnswer` where there is nothing or nobody to ask."""
    if not isinstance(proposed, Proposed) or proposed.record.status is not Status.PROPOSED:
        return KnownAnswer("not_asked")
    if not proposed.outbox.actor.says_yes_here(proposed.record):
        return KnownAnswer("not_asked")
    if is_beside_another() and can_ask(ctx):
        return KnownAnswer("asked_beside")
    return await ask(ctx, proposed.record, proposed.outbox.policy.language_for())


def _answered(asked: Any) -> str:
    """yes, no, dismissed, not_asked or asked_beside."""
    if isinstance(asked, AcceptedElicitation):
        if isinstance(asked.data, KnownAnswer):
            return asked.data.answer
        return "yes" if asked.data.approve else "no"
    return "no" if isinstance(asked, DeclinedElicitation) else "dismissed"


async def decided_by(ctx: Ctx, proposal: Any, answer: Any, code: str) -> CallToolResult:
    """What becomes of a proposal by the answer to its question; what is an answer already stays that."""
    if not isinstance(proposal, Proposed):
        done: CallToolResult = proposal
        return done
    return await _decide(ctx, proposal, _answered(answer), code)


async def _decide(ctx: Ctx, proposed: Proposed, answer: str, code: str) -> CallToolResult:
    """Act on what the person said, or ask for it in the way that is left.

    A client that can ask its user and did not get to is never given a code instead.
    """
    outbox, record = proposed.outbox, proposed.record
    ledger = outbox.ledger
    if answer not in {"not_asked", "asked_beside"}:
        patience.renew()
    if record.status is not Status.PROPOSED:
        return await standing(outbox, record, new=proposed.is_new)
    if answer in {"yes", "no"}:
        if answer == "yes":
            await outbox.actor.check_approve(record)
        step = ledger.approve if answer == "yes" else ledger.decline
        return await decided(outbox, record.id, step, outbox.actor.by(by(ctx, "elicitation")))
    if answer in {"dismissed", "asked_beside"}:
        return await _waiting(outbox, record, _DISMISSED if answer == "dismissed" else _BESIDE)
    if outbox.actor.page_address is not None:
        return await _on_page_of_team(ctx, outbox, record, outbox.actor.page_address(record.id))
    if outbox.policy.confirm == "code" and not can_ask(ctx):
        return await _by_code(ctx, outbox, record, code)
    opened = await outbox.show_page(record.id)
    return await _waiting(outbox, record, _ON_PAGE if opened else _NO_PAGE)


async def _on_page_of_team(ctx: Ctx, outbox: Outbox, record: Record, address: str) -> CallToolResult:
    """Where people sign in to the server itself: the address of the proposal, and what was said there meanwhile."""
    if url.has_opened(ctx):
        with anyio.move_on_after(min(_READ, patience.left())):
            while record.status is Status.PROPOSED:
                await anyio.sleep(_LOOK)
                record = await outbox.engine.on_ledger(outbox.ledger.get, record.id, outbox.ledger_scope)
    answer = await standing(outbox, record)
    if record.status is not Status.PROPOSED or not url.can_open(ctx) or not outbox.actor.may_see(record):
        return answer
    return url.Offered.of(answer, record.id, address, title_of(record), outbox.policy.language_for())


async def _by_code(ctx: Ctx, outbox: Outbox, record: Record, code: str) -> CallToolResult:
    _check_code_may(preview_of(record))
    engine, ledger, scope = outbox.engine, outbox.ledger, outbox.ledger_scope
    if code:
        return await decided(outbox, record.id, ledger.redeem, code, by(ctx, "code"))
    fresh = new_code()
    await engine.on_ledger(ledger.issue_code, record.id, fresh, by(ctx, "code"), scope=scope)
    data = {
        "status": "confirmation_required",
        "confirmation_code": fresh,
        "next_step": "Show the user the preview and its warnings. If they agree, call again with exactly the same "
        f"arguments and this confirmation_code; it is good for {VALID_MINUTES} minutes and once.",
    }
    return await _result(outbox, record, data)


async def decided(outbox: Outbox, key: str, step: Callable[..., Record], *said: Any) -> CallToolResult:
    """Put a person's answer on record, and tell what becomes of the proposal; where another call was first, of that.

    Raises:
        RefusedWriteError: it still waits, and this is no answer to it.
        LedgerError: the answer cannot be put on record.
    """
    engine, scope = outbox.engine, outbox.ledger_scope
    try:
        record = await engine.on_ledger(step, key, *said, scope=scope)
    except (RefusedWriteError, LedgerError) as error:
        try:
            record = await engine.on_ledger(outbox.ledger.get, key, scope)
        except LedgerError:
            raise error from None
        if record.status is Status.PROPOSED:
            raise said_unsent(error) from None
    if record.status in (Status.APPROVED, Status.SENDING):
        record = await engine.carry_out(key, _left())
    return await standing(outbox, record)


async def looked_up(outbox: Outbox, record: Record) -> CallToolResult:
    """How a proposal stands that somebody asks for; of one made with another credential that alone, and where it is."""
    address = outbox.actor.page_address
    if record.scope == outbox.ledger_scope or address is None:
        return await standing(outbox, record)
    return _answer(others_data(record, await outbox.zone_of(record), address(record.id)))


async def standing(outbox: Outbox, record: Record, *, new: bool = True) -> CallToolResult:
    """How a proposal stands now; an unknown outcome is looked for, an approved one waited for. What a company's other
    credentials are to carry out is left to them.
    """
    if outbox.actor.sees_others and record.scope != outbox.ledger_scope:
        return await _result(outbox, record, {}, new=new)
    if record.status is Status.OUTCOME_UNKNOWN:
        record = await outbox.engine.look(record)
    elif record.status in (Status.APPROVED, Status.SENDING):
        record = await outbox.engine.carry_out(record.id, _left(), scope=record.scope)
    return await _result(outbox, record, {}, new=new)


def _left() -> float:
    """How long an answer waits for what is being carried out; that goes on in any case."""
    return min(_PATIENCE, patience.left())


async def _waiting(outbox: Outbox, record: Record, next_step: str) -> CallToolResult:
    until = waits_until(record, await outbox.zone_of(record))
    return await _result(outbox, record, {"next_step": f"{next_step} {until}"})


def _more_needed(outbox: Outbox, record: Record) -> dict[str, str]:
    """That one yes is not enough, where it waits for another."""
    needs = outbox.actor.needs(record)
    if record.status is not Status.PROPOSED or needs.people < 2:
        return {}
    said = how_many({yes.approver for yes in record.yeses if yes.digest == record.digest})
    return {"reason": f"{needs.reason} So far: {said}."}


async def _result(outbox: Outbox, record: Record, changes: dict[str, Any], *, new: bool = True) -> CallToolResult:
    zone, trouble = await outbox.zone_of(record), outbox.engine.troubles.get(record.id, "")
    actor = outbox.actor
    may_see = actor.may_see(record)
    page = actor.page_address(record.id) if actor.page_address and may_see else ""
    if record.scope == outbox.ledger_scope and may_see:
        record = await actor.named(record)
        data = write_data(record, zone, trouble=trouble, new=new, page=page) | changes | _more_needed(outbox, record)
    else:
        data = colleague_data(record, zone, trouble=trouble, page=page)
    return _answer(data)


def _answer(data: dict[str, Any]) -> CallToolResult:
    answer = Answer(data.pop("summary"), data)
    answer.lines = write_lines(data)
    return answer.result()
