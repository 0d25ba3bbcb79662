"""What the tools that write share: the proposal on record, the question to a person, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import AcceptedElicitation, DeclinedElicitation, ElicitationResult
from mcp.types import CallToolResult
from typing_extensions import TypedDict

from payt_mcp import patience
from payt_mcp.proposals.asking.form import Approval
from payt_mcp.tools.shared import Answer, Ctx, scope_of

if TYPE_CHECKING:
    from payt_mcp.proposals.records import Draft, Record
    from payt_mcp.writes.desk import Desk

_PATIENCE = 25.0
_ON_PAGE = (
    "The approval page is open in the user's browser: ask them to look there and approve or reject. Then call "
    "check_approval. You cannot approve it yourself."
)
_NO_PAGE = (
    "No browser could be opened: ask the user to run `payt-mcp approvals` in a terminal on the machine of this server "
    "and decide there. Then call check_approval. You cannot approve it yourself."
)
_DISMISSED = "The user closed the question without an answer. Ask them; the same call again asks again."


Asked = ElicitationResult[Approval]
"""What came of the question: the SDK's own outcome, so that a no is an answer and not an error."""


class WriteResult(TypedDict, total=False):  # without a docstring: it would be in three schemas
    summary: str
    status: str
    proposal_id: str
    preview: str
    warnings: list[str]
    message_id: str
    sent_at: str
    reason: str
    records: dict[str, str]
    confirmation_code: str
    next_step: str


@dataclass(frozen=True)
class Proposed:
    """A proposal on record; `is_new` is False where the same content was on record before."""

    desk: Desk
    record: Record
    is_new: bool


async def desk_of(ctx: Ctx) -> Desk:
    """Where the writes of whoever makes this call are kept."""
    desk: Desk = await ctx.request_context.lifespan_context.desk()
    return desk


async def put_on_record(ctx: Ctx, desk: Desk, draft: Draft) -> Proposed:
    """The draft as a proposal; in code mode only if it may be approved in that way.

    Raises:
        RefusedWriteError: something in it must be seen by a person, or the token is known not to write.
        LedgerError: no record can be made.
    """
    from payt_mcp.proposals.asking.elicitation import by, can_ask  # noqa: PLC0415 - with the ledger, not at the start

    desk.engine.check_allowed(draft.kind)
    if desk.settings.confirm == "code" and not can_ask(ctx):
        _check_code_may(draft.preview)
    record, is_new = await desk.engine.on_ledger(desk.ledger.propose, draft, by(ctx, "tool"))
    return Proposed(desk, record, is_new)


async def put_action(ctx: Ctx, kind: str, wish: Mapping[str, Any], administration_id: str) -> Any:
    """An action as a proposal on record; the answer at once where it would change nothing."""
    desk = await desk_of(ctx)
    draft = await desk.actions[kind].draft(await scope_of(ctx, administration_id), wish)
    return nothing_to_do(draft.preview) if draft.preview["idle"] else await put_on_record(ctx, desk, draft)


async def answer_action(ctx: Ctx, proposal: Any, asked: Any, code: str) -> CallToolResult:
    """The answer of a tool whose proposal was made by `put_action`."""
    if not isinstance(proposal, Proposed):
        assert isinstance(proposal, CallToolResult)
        return proposal
    return await decide(ctx, proposal, answered(asked), code)


def _check_code_may(preview: Mapping[str, Any] | None) -> None:
    """Raises RefusedWriteError where a person must have seen what a code would approve."""
    from payt_mcp.errors import RefusedWriteError  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.proposal import person_only  # noqa: PLC0415

    if preview is None:
        raise RefusedWriteError("The text of this proposal has been purged.")
    barred = person_only(preview)
    if barred:
        raise RefusedWriteError(f"A person must see this first, and PAYT_CONFIRM=code shows it to none: {barred[0]}")


def nothing_to_do(preview: Mapping[str, Any]) -> CallToolResult:
    """The answer to a plan that would change nothing: status unchanged, or failed where Payt would refuse it all."""
    from payt_mcp.answers.writes import write_lines  # noqa: PLC0415
    from payt_mcp.proposals.asking.preview_text import brief, warning_texts  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.words.text import filled  # noqa: PLC0415

    refused = [row for row in preview["rows"] if row["action"] == "refused"]
    data = filled(
        {
            "status": "failed" if refused else "unchanged",
            "preview": brief(preview),
            "warnings": warning_texts(preview),
            "records": {row.get("key", row.get("invoice")): "; ".join(row["notes"]) for row in refused},
            "next_step": "Correct the refused records and propose them again." if refused else None,
        }
    )
    said = "Payt would refuse every record that is not there already" if refused else "Payt has all of it already"
    said = preview.get("idle") or said
    answer = Answer(f"{said}; nothing was sent.", data)
    answer.lines = write_lines(data)
    return answer.result()


async def question(ctx: Ctx, proposed: Any) -> Any:
    """What to ask the user: an `Elicit`, or a `Direct` answer where there is nothing or nobody to ask."""
    from payt_mcp.proposals.asking.elicitation import Direct, ask  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

    if not isinstance(proposed, Proposed) or proposed.record.status is not Status.PROPOSED:
        return Direct("not_asked")
    return await ask(ctx, proposed.record)


def answered(asked: Any) -> str:
    """yes, no, dismissed or not_asked."""
    from payt_mcp.proposals.asking.elicitation import Direct  # noqa: PLC0415 - with the ledger, not at the start

    if isinstance(asked, AcceptedElicitation):
        if isinstance(asked.data, Direct):
            return asked.data.answer
        return "yes" if asked.data.approve else "no"
    return "no" if isinstance(asked, DeclinedElicitation) else "dismissed"


async def decide(ctx: Ctx, proposed: Proposed, answer: str, code: str) -> CallToolResult:
    """Act on what the person said, or ask for it in the way that is left.

    A client that can ask its user and did not get to is never given a code instead.
    """
    from payt_mcp.proposals.asking.elicitation import by, can_ask  # noqa: PLC0415 - with the ledger, not at the start
    from payt_mcp.proposals.states import Status  # noqa: PLC0415

    desk, record = proposed.desk, proposed.record
    if answer != "not_asked":
        patience.renew()
    if record.status is not Status.PROPOSED:
        return await standing(desk, record, new=proposed.is_new)
    if answer == "yes":
        await desk.engine.on_ledger(desk.ledger.approve, record.id, by(ctx, "elicitation"))
        return await standing(desk, await desk.engine.carry_out(record.id, _left()))
    if answer == "no":
        return await standing(desk, await desk.engine.on_ledger(desk.ledger.decline, record.id, by(ctx, "elicitation")))
    if answer == "dismissed":
        return _waiting(desk, record, _DISMISSED)
    if desk.settings.confirm == "code" and not can_ask(ctx):
        return await _by_code(ctx, desk, record, code)
    opened = await desk.show_page()
    return _waiting(desk, record, _ON_PAGE if opened else _NO_PAGE)


async def _by_code(ctx: Ctx, desk: Desk, record: Record, code: str) -> CallToolResult:
    from payt_mcp.proposals.asking.elicitation import by, new_code  # noqa: PLC0415 - with the ledger, not at the start

    _check_code_may(record.preview)
    if code:
        await desk.engine.on_ledger(desk.ledger.redeem, record.id, code, by(ctx, "code"))
        return await standing(desk, await desk.engine.carry_out(record.id, _left()))
    fresh = new_code()
    await desk.engine.on_ledger(desk.ledger.issue_code, record.id, fresh, by(ctx, "code"))
    data = {
        "status": "confirmation_required",
        "confirmation_code": fresh,
        "next_step": "Show the user the preview and its warnings. If they agree, call again with exactly the same "
        "arguments and this confirmation_code; it is good for 15 minutes and once.",
    }
    return _result(desk, record, data)


async def standing(desk: Desk, record: Record, *, new: bool = True) -> CallToolResult:
    """How a proposal stands now; an unknown outcome is looked for, an approved one waited for."""
    from payt_mcp.proposals.states import Status  # noqa: PLC0415 - with the ledger, not at the start

    if record.status is Status.OUTCOME_UNKNOWN:
        record = await desk.engine.look(record)
    elif record.status in (Status.APPROVED, Status.SENDING):
        record = await desk.engine.carry_out(record.id, _left())
    return _result(desk, record, {}, new=new)


def _left() -> float:
    """How long an answer waits for what is being carried out; that goes on in any case."""
    return min(_PATIENCE, patience.left())


def _waiting(desk: Desk, record: Record, next_step: str) -> CallToolResult:
    from payt_mcp.answers.writes import waits_until  # noqa: PLC0415 - with the ledger, not at the start

    return _result(desk, record, {"next_step": f"{next_step} {waits_until(record, desk.zone)}"})


def _result(desk: Desk, record: Record, changes: dict[str, Any], *, new: bool = True) -> CallToolResult:
    from payt_mcp.answers.writes import write_data, write_lines  # noqa: PLC0415 - with the ledger, not at the start

    data = write_data(record, desk.zone, trouble=desk.engine.troubles.get(record.id, ""), new=new) | changes
    answer = Answer(data.pop("summary"), data)
    answer.lines = write_lines(data)
    return answer.result()
