"""How a person says yes: asked through the client where it can ask, else on the approval page or in a terminal."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal

import anyio
from mcp.server.mcpserver import Context, Elicit
from mcp.shared.exceptions import MCPError
from mcp.types import ElicitResult
from pydantic import ValidationError

from payt_mcp.proposals.asking.form import Approval, form_in
from payt_mcp.proposals.asking.preview_text import whole
from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.records import Record, Who, is_embedded
from payt_mcp.proposals.stored import preview_of
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken

LONGEST_QUESTION = 6_000
"""Characters a question to the user may have. What is longer is shown on the approval page, whole."""

_PATIENCE = 540.0
_MODERN = "2026-07-28"
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

PersonsAnswer = Literal["yes", "no", "dismissed", "not_asked", "asked_beside"]


@dataclass(frozen=True)
class KnownAnswer:
    """An answer that is known without the SDK asking."""

    answer: PersonsAnswer


def can_ask(ctx: Context[Any, Any]) -> bool:
    """Whether the client declares that it can show its user a form."""
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.elicitation is None:
        return False
    asking = capabilities.elicitation
    return asking.form is not None or asking.url is None


async def ask(ctx: Context[Any, Any], record: Record, language: Language = "en") -> KnownAnswer | Elicit[Approval]:
    """Ask the user about a proposal.

    The question is the proposal's own preview, so that it is the same however often it is put. A client that fails to
    ask leaves the proposal waiting for the page or the terminal.
    """
    preview = preview_of(record) if can_ask(ctx) else None
    question = _question(record, preview, language) if preview else ""
    if not 0 < len(question) <= LONGEST_QUESTION:
        return KnownAnswer("not_asked")
    if (ctx.protocol_version or "") >= _MODERN:
        given = (ctx.input_responses or {}).values()  # no tool that writes asks a second question
        return Elicit(question, form_in(language)) if all(map(_is_answer, given)) else KnownAnswer("not_asked")
    with anyio.move_on_after(_PATIENCE):
        try:
            result = await ctx.elicit(question, form_in(language))
        except (MCPError, ValueError):  # it cannot ask after all, or what came back was no answer
            return KnownAnswer("not_asked")
        if result.action == "accept":
            return KnownAnswer("yes" if result.data.approve else "no")
        return KnownAnswer("no" if result.action == "decline" else "dismissed")
    return KnownAnswer("not_asked")


def _question(record: Record, preview: Preview, language: Language) -> str:
    invented = [say("Invented data: this reaches nobody.")] if is_embedded(record) else []
    end = say("Proposal {id}. Let this happen?", id=record.id)
    return "\n\n".join(spoken(part, language) for part in (*invented, whole(preview, language), end))


def _is_answer(given: object) -> bool:
    """Whether what a client brings back can be read as a person's answer: the SDK would end the call over it."""
    if not isinstance(given, ElicitResult):
        return False
    try:
        if given.action == "accept":
            Approval.model_validate(given.content)
    except ValidationError:
        return False
    return True


def client_of(ctx: Context[Any, Any]) -> str:
    """The name and version the client gives itself; it proves nothing."""
    info = getattr(ctx.session, "client_info", None)
    if info is None:
        params = getattr(ctx.session, "client_params", None)
        info = getattr(params, "client_info", None)
    return f"{info.name} {info.version}"[:80] if info is not None else ""


def by(ctx: Context[Any, Any], channel: str) -> Who:
    return Who(channel, client_of(ctx))


def new_code() -> str:
    """A code that is easy to repeat and cannot be guessed in the time it lives."""
    return "-".join("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(3))
