"""Answers `completion/complete`: which values an argument of a prompt or of a resource's address can have."""

from __future__ import annotations

from collections.abc import Mapping

from mcp.types import CompleteRequestParams, CompleteResult, Completion, PromptReference

from payt_mcp import prompts, resources
from payt_mcp.books import completion
from payt_mcp.errors import PaytMcpError
from payt_mcp.tools.callers import Callers, Request


async def complete(
    request: Request, known: Mapping[str, prompts.PromptText], params: CompleteRequestParams
) -> CompleteResult:
    """The best values, at most `completion.MOST`, and how many there are. An argument that has none completes to
    nothing.
    """
    argument = params.argument
    chosen = (params.context.arguments if params.context else None) or {}
    administration = chosen.get("administration_id", "")
    if isinstance(params.ref, PromptReference):
        prompt = known.get(params.ref.name)
        choices = prompt.choices.get(argument.name) if prompt else None
        if choices:
            return _result(completion.among(choices, argument.value))
        kind = prompts.KINDS.get(argument.name, "") if prompt and argument.name in prompt.arguments else ""
    else:
        kind = resources.kind_of(params.ref.uri, argument.name)
    if not kind:
        return _result(completion.Found([], 0))
    try:
        callers: Callers = request.lifespan_context
        all_of_them = await (await callers.caller(request)).completions()
    except PaytMcpError:  # nobody is signed in: the first call of a tool says so, and says how
        return _result(completion.Found([], 0))
    numbers_only = not isinstance(params.ref, PromptReference)
    # Of several names the last is being typed.
    before, comma, typed = argument.value.rpartition(",") if argument.name == "debtors" else ("", "", argument.value)
    found = await all_of_them.of(kind, typed.strip(), administration_id=administration, numbers_only=numbers_only)
    return _result(completion.Found([f"{before}, {one}" if comma else one for one in found.values], found.total))


def _result(found: completion.Found) -> CompleteResult:
    return CompleteResult(
        completion=Completion(values=found.values, total=found.total, has_more=found.total > len(found.values))
    )
