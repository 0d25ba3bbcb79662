"""The tools that write, made by one factory: the proposal on record, the question to a person, and the answer."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import AcceptedElicitation, DeclinedElicitation, ElicitationResult, Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

from payt_mcp import patience
from payt_mcp.proposals.asking.doubled import is_beside_another
from payt_mcp.proposals.asking.form import Approval
from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Text, ToolSpec, caller_of, scope_of

if TYPE_CHECKING:
    from payt_mcp.proposals.preview import Preview
    from payt_mcp.proposals.records import Draft, Record
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
_BESIDE = (
    "The same call came before this one, and the user is being asked about it there: their answer counts for both. "
    "Call check_approval for it; do not propose it again."
)
_DISMISSED = "The user closed the question without an answer. Ask them; the same call again asks again."


ApprovalOutcome = ElicitationResult[Approval]
"""What came of the question: the SDK's own outcome, so that a no is an answer and not an error."""


class WriteResult(TypedDict, total=False):  # without a docstring: it would be in three schemas
    summary: str
    status: str
    proposal_id: str
    approved: str
    preview: str
    warnings: list[str]
    message_id: str
    sent_at: str
    reason: str
    records: dict[str, str]
    confirmation_code: str
    next_step: str


CodeAsGiven = Annotated[Text, Field(description="As this tool gave it.")]


@dataclass(frozen=True)
class Proposed:
    """A proposal on record; `is_new` is False where the same content was sent before this call."""

    outbox: Outbox
    record: Record
    is_new: bool


async def outbox_of(ctx: Ctx) -> Outbox:
    """Where the writes of whoever makes this call are kept."""
    return await (await caller_of(ctx)).outbox()


def write_tool(
    wish: Callable[..., Mapping[str, Any]],
    *,
    kind: str,
    title: str,
    description: str,
    toolset: str,
    place: int,
    needs: tuple[str, ...],
    may_need: tuple[str, ...] = (),
    open_world: bool = True,
    code: Any = Text,
) -> ToolSpec:
    """A tool that proposes a write.

    `wish` is called as the tool is: it takes the arguments, and says what is asked for as the `kind` of write of that
    name takes it. `open_world` is whether somebody outside gets to see it, `code` the type of `confirmation_code`; the
    rest is as in ToolSpec.
    """
    given = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(wish, eval_str=True).parameters.values()
    ]
    ctx = Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=Ctx)
    administration = _argument("administration_id", AdministrationId, default="")

    async def propose(ctx: Any, administration_id: str, confirmation_code: str, **arguments: Any) -> Any:
        brings_yes = bool(confirmation_code or ctx.input_responses)
        return await _proposed(ctx, kind, lambda: wish(**arguments), administration_id, brings_yes=brings_yes)

    async def ask(ctx: Any, proposal: Any) -> Any:
        return await _question(ctx, proposal)

    async def run(ctx: Any, proposal: Any, answer: Any, confirmation_code: str = "", **_arguments: Any) -> Any:
        if not isinstance(proposal, Proposed):
            return proposal
        return await _decide(ctx, proposal, _answered(answer), confirmation_code)

    name = wish.__name__
    last = [administration, _argument("confirmation_code", code, default="")]
    by_name = [parameter.replace(annotation=Any, default=Parameter.empty) for parameter in (*given, *last)]
    _shape(propose, f"{name}.propose", [ctx, *by_name], Any)
    proposal = _argument("proposal", Annotated[Any, Resolve(propose)])
    _shape(ask, f"{name}.ask", [ctx, proposal], Any)
    answer = _argument("answer", Annotated[ApprovalOutcome, Resolve(ask)])
    _shape(run, name, [ctx, *given, proposal, answer, *last], Annotated[CallToolResult, WriteResult])
    hints = ToolAnnotations(
        read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=open_world
    )
    return ToolSpec(
        run, title, description, toolset, place, needs, may_need, annotations=hints, writes=True, page="proposal"
    )


def _argument(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _shape(function: Any, name: str, parameters: Sequence[Parameter], returns: Any) -> None:
    """Give a function the name and the signature that the SDK reads."""
    function.__name__, function.__qualname__ = name.rpartition(".")[2], name
    function.__signature__ = Signature(parameters, return_annotation=returns)
    function.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": returns}


async def _proposed(
    ctx: Ctx, kind: str, wish: Callable[[], Mapping[str, Any]], administration_id: str, *, brings_yes: bool
) -> Any:
    """A proposal on record, once however often the call is resumed; the answer at once where it would change nothing.

    Where the same was begun since this call came (or, for one that `brings_yes` to it, while a yes holds), that is what
    the call is about, whatever it would find at Payt now.

    Raises:
        PaytMcpError: it cannot be proposed, and nothing was sent.
    """
    from payt_mcp.errors import LedgerError, PaytMcpError, said_unsent  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.preview import Preview  # noqa: PLC0415
    from payt_mcp.proposals.states import VALID  # noqa: PLC0415

    try:
        asked, outbox = wish(), await outbox_of(ctx)
        scope = await scope_of(ctx, administration_id)
    except PaytMcpError as error:
        raise said_unsent(error) from None
    writer, valid = outbox.writers[kind], VALID.total_seconds()
    mark, within = writer.mark(scope, asked), valid if brings_yes else patience.age()
    try:
        draft = await writer.draft(scope, asked)
        preview = Preview.from_json(draft.preview)
        if not preview.idle:
            return await _on_record(ctx, outbox, draft, preview)
        begun = await outbox.begun_for(mark, within)
        if begun is None:
            return _nothing_to_do(preview, await _said_of(outbox, await outbox.begun_for(mark, valid)))
    except LedgerError:
        raise
    except PaytMcpError as error:
        begun = await outbox.begun_for(mark, within)
        if begun is None:
            raise said_unsent(error) from None
    return Proposed(outbox, begun, is_new=True)


async def _on_record(ctx: Ctx, outbox: Outbox, draft: Draft, preview: Preview) -> Proposed:
    """Raises RefusedWriteError where it must be seen by a person, or the token is known not to write; LedgerError."""
    from payt_mcp.proposals.asking.elicitation import by, can_ask  # noqa: PLC0415 - with the ledger, not at the start

    outbox.engine.check_allowed(draft.kind)
    if outbox.policy.confirm == "code" and not can_ask(ctx):
        _check_code_may(preview)
    record, is_new = await outbox.engine.on_ledger(outbox.ledger.propose, draft, by(ctx, "tool"))
    return Proposed(outbox, record, is_new or _is_of_this_call(ctx, outbox, record))


def _is_of_this_call(ctx: Ctx, outbox: Outbox, record: Record) -> bool:
    """Whether what is on record already is what this call is about, and not something of the past: it is under way, or
    was sent while this call, or the question that it answers, was open.
    """
    from payt_mcp.proposals.states import PENDING, VALID  # noqa: PLC0415 - with the ledger, not at the start

    seconds = VALID.total_seconds() if ctx.input_responses else patience.age()
    came = outbox.ledger.now() - dt.timedelta(seconds=seconds)
    return record.status in PENDING or (record.sending_at is not None and record.sending_at > came)


async def _said_of(outbox: Outbox, record: Record | None) -> str:
    """What is said of an earlier proposal of the same that left nothing to do."""
    from payt_mcp.answers.writes import proposed_before  # noqa: PLC0415 - with the ledger, not at the start

    return proposed_before(record, await outbox.zone_of(record)) if record else ""


def _check_code_may(preview: Preview | None) -> None:
    """Raises RefusedWriteError where a person must have seen what a code would approve."""
    from payt_mcp.errors import RefusedWriteError  # noqa: PLC0415 - with the ledger, not at the start

    if preview is None:
        raise RefusedWriteError("The text of this proposal has been purged.")
    if preview.person_only:
        barred = preview.person_only[0]
        raise RefusedWriteError(f"A person must see this first, and PAYT_CONFIRM=code shows it to none: {barred}")


def _nothing_to_do(preview: Preview, reason: str) -> CallToolResult:
    """The answer to what would change nothing. `reason` is what is known of why."""
    from payt_mcp.answers.writes import idle_data, write_lines  # noqa: PLC0415 - with the ledger, not at the start

    data = idle_data(preview, reason)
    answer = Answer(f"{preview.idle}; nothing was sent.", data)
    answer.lines = write_lines(data)
    return answer.result()


async def _question(ctx: Ctx, proposed: Any) -> Any:
    """What to ask the user: an `Elicit`, or a `KnownAnswer` where there is nothing or nobody to ask."""
    from payt_mcp.proposals.asking.elicitation import KnownAnswer, ask, can_ask  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

    if not isinstance(proposed, Proposed) or proposed.record.status is not Status.PROPOSED:
        return KnownAnswer("not_asked")
    if is_beside_another() and can_ask(ctx):
        return KnownAnswer("asked_beside")
    return await ask(ctx, proposed.record)


def _answered(asked: Any) -> str:
    """yes, no, dismissed, not_asked or asked_beside."""
    from payt_mcp.proposals.asking.elicitation import KnownAnswer  # noqa: PLC0415 - with the ledger, not at the start

    if isinstance(asked, AcceptedElicitation):
        if isinstance(asked.data, KnownAnswer):
            return asked.data.answer
        return "yes" if asked.data.approve else "no"
    return "no" if isinstance(asked, DeclinedElicitation) else "dismissed"


async def _decide(ctx: Ctx, proposed: Proposed, answer: str, code: str) -> CallToolResult:
    """Act on what the person said, or ask for it in the way that is left.

    A client that can ask its user and did not get to is never given a code instead.
    """
    from payt_mcp.proposals.asking.elicitation import by, can_ask  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

    outbox, record = proposed.outbox, proposed.record
    ledger = outbox.ledger
    if answer not in {"not_asked", "asked_beside"}:
        patience.renew()
    if record.status is not Status.PROPOSED:
        return await standing(outbox, record, new=proposed.is_new)
    if answer in {"yes", "no"}:
        step = ledger.approve if answer == "yes" else ledger.decline
        return await decided(outbox, record.id, step, by(ctx, "elicitation"))
    if answer in {"dismissed", "asked_beside"}:
        return await _waiting(outbox, record, _DISMISSED if answer == "dismissed" else _BESIDE)
    if outbox.policy.confirm == "code" and not can_ask(ctx):
        return await _by_code(ctx, outbox, record, code)
    opened = await outbox.show_page(record.id)
    return await _waiting(outbox, record, _ON_PAGE if opened else _NO_PAGE)


async def _by_code(ctx: Ctx, outbox: Outbox, record: Record, code: str) -> CallToolResult:
    from payt_mcp.proposals.asking.elicitation import by, new_code  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.stored import preview_of  # noqa: PLC0415

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
        "arguments and this confirmation_code; it is good for 15 minutes and once.",
    }
    return await _result(outbox, record, data)


async def decided(outbox: Outbox, key: str, step: Callable[..., Record], *said: Any) -> CallToolResult:
    """Put a person's answer on record, and tell what becomes of the proposal; where another call was first, of that.

    Raises:
        RefusedWriteError: it still waits, and this is no answer to it.
        LedgerError: the answer cannot be put on record.
    """
    from payt_mcp.errors import LedgerError, RefusedWriteError, said_unsent  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

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


async def standing(outbox: Outbox, record: Record, *, new: bool = True) -> CallToolResult:
    """How a proposal stands now; an unknown outcome is looked for, an approved one waited for."""
    from payt_mcp.proposals.states import Status  # noqa: PLC0415 - with the ledger, not at the start

    if record.status is Status.OUTCOME_UNKNOWN:
        record = await outbox.engine.look(record)
    elif record.status in (Status.APPROVED, Status.SENDING):
        record = await outbox.engine.carry_out(record.id, _left(), scope=record.scope)
    return await _result(outbox, record, {}, new=new)


def _left() -> float:
    """How long an answer waits for what is being carried out; that goes on in any case."""
    return min(_PATIENCE, patience.left())


async def _waiting(outbox: Outbox, record: Record, next_step: str) -> CallToolResult:
    from payt_mcp.answers.writes import waits_until  # noqa: PLC0415 - with the ledger, not at the start

    until = waits_until(record, await outbox.zone_of(record))
    return await _result(outbox, record, {"next_step": f"{next_step} {until}"})


async def _result(outbox: Outbox, record: Record, changes: dict[str, Any], *, new: bool = True) -> CallToolResult:
    from payt_mcp.answers.writes import write_data, write_lines  # noqa: PLC0415 - with the ledger, not at the start

    zone, trouble = await outbox.zone_of(record), outbox.engine.troubles.get(record.id, "")
    data = write_data(record, zone, trouble=trouble, new=new) | changes
    answer = Answer(data.pop("summary"), data)
    answer.lines = write_lines(data)
    return answer.result()
