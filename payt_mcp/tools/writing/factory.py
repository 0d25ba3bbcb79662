"""The tools that write, made by one factory. What a call of one does is in `call`, loaded with the first."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

from mcp.server.mcpserver import ElicitationResult, Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

from payt_mcp.proposals.asking.form import Approval
from payt_mcp.tools.shared import AdministrationId, Ctx, Text, ToolSpec

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


_HINTS = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True)
CodeAsGiven = Annotated[Text, Field(description="As this tool gave it.")]


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
    asked = inspect.signature(wish, eval_str=True).parameters.values()
    given = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in asked]
    ctx = Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=Ctx)
    administration = _argument("administration_id", AdministrationId, default="")

    propose, ask, run = _steps(wish, kind)
    name = wish.__name__
    last = [administration, _argument("confirmation_code", code, default="")]
    by_name = [parameter.replace(annotation=Any, default=Parameter.empty) for parameter in (*given, *last)]
    _shape(propose, f"{name}.propose", [ctx, *by_name], Any)
    proposal = _argument("proposal", Annotated[Any, Resolve(propose)])
    _shape(ask, f"{name}.ask", [ctx, proposal], Any)
    answer = _argument("answer", Annotated[ApprovalOutcome, Resolve(ask)])
    _shape(run, name, [ctx, *given, proposal, answer, *last], Annotated[CallToolResult, WriteResult])
    hints = _HINTS.model_copy(update={"open_world_hint": open_world})
    return ToolSpec(
        run, title, description, toolset, place, needs, may_need, annotations=hints, writes=True, page="proposal"
    )


def _steps(wish: Callable[..., Mapping[str, Any]], kind: str) -> tuple[Any, Any, Any]:
    """What a call does: it proposes, asks, and acts on the answer."""

    async def propose(ctx: Any, administration_id: str, confirmation_code: str, **arguments: Any) -> Any:
        from payt_mcp.tools.writing import call  # noqa: PLC0415 - with the ledger, not at the start

        brings_yes = bool(confirmation_code or ctx.input_responses)
        return await call.proposed(ctx, kind, lambda: wish(**arguments), administration_id, brings_yes=brings_yes)

    async def ask(ctx: Any, proposal: Any) -> Any:
        from payt_mcp.tools.writing import call  # noqa: PLC0415

        return await call.question(ctx, proposal)

    async def run(ctx: Any, proposal: Any, answer: Any, confirmation_code: str = "", **_arguments: Any) -> Any:
        from payt_mcp.tools.writing import call  # noqa: PLC0415

        return await call.decided_by(ctx, proposal, answer, confirmation_code)

    return propose, ask, run


def _argument(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _shape(function: Any, name: str, parameters: Sequence[Parameter], returns: Any) -> None:
    """Give a function the name and the signature that the SDK reads."""
    function.__name__, function.__qualname__ = name.rpartition(".")[2], name
    function.__signature__ = Signature(parameters, return_annotation=returns)
    function.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": returns}
