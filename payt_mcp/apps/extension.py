"""MCP Apps as an extension of the server: which answers have a page, and the yes that comes from one.

A yes from a page is off unless `PAYT_APP_APPROVAL` is set: its secret travels in `_meta` of the answer, which a host is
to keep from the model. One that does not would let the model approve what it proposed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension
from mcp.types import CallToolRequestParams, CallToolResult, TextContent, Tool

from payt_mcp.apps import pages
from payt_mcp.errors import PaytMcpError, RefusedWriteError
from payt_mcp.tools.arguments import accepted
from payt_mcp.tools.shared import ToolSpec
from payt_mcp.words.languages import Language

if TYPE_CHECKING:
    from payt_mcp.proposals.preview import Preview
    from payt_mcp.proposals.records import Record
    from payt_mcp.tools.callers import Callers
    from payt_mcp.writes.outbox import Outbox

APPROVAL = "io.github.payt-mcp/approval"
"""The key in `_meta` under which a page is given what it decides with."""

SPOKEN = "io.github.payt-mcp/spoken"
"""The key under which a page is given what the answer says, in the language of the person where that is not the
model's.
"""

DECIDE = "decide_proposal"
_CHANNEL = "app"
_ARGUMENTS = ("proposal_id", "decision", "secret")
_DECIDE_TOOL = Tool(
    name=DECIDE,
    title="Decide a proposal",
    description="For the page of a proposal, which alone knows the secret.",
    input_schema={
        "type": "object",
        "properties": {name: {"type": "string"} for name in _ARGUMENTS},
        "required": list(_ARGUMENTS),
        "additionalProperties": False,
    },
    _meta={"ui": {"resourceUri": pages.PROPOSAL, "visibility": ["app"]}},
)


class Apps(Extension):
    """Pages beside answers, for clients that declare the extension.

    Args:
        specs: the tools of the server; each names its page.
        approval: whether a proposal may be approved and rejected on its page; never where nothing can be written.
        language: what the pages are in.
    """

    identifier = "io.modelcontextprotocol/ui"

    def __init__(self, specs: Iterable[ToolSpec], *, approval: bool, language: Language = "en") -> None:
        self._pages = {spec.name: pages.BY_NAME[spec.page] for spec in specs if spec.page}
        self._approval = approval
        self._language = language
        self._key = secrets.token_bytes(32)

    async def listing(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Middleware: tells clients that show pages which tools have one. Lists come by in the form of the wire."""
        result = await call_next(ctx)
        if not isinstance(result, dict) or not _shows_pages(ctx):
            return result
        if ctx.method == "tools/list":
            tools = [self._with_page(tool) for tool in result["tools"]]
            if self._approval:
                tools.append(_wire(_DECIDE_TOOL))
            return {**result, "tools": tools}
        if ctx.method == "resources/list":
            return {**result, "resources": [*result["resources"], *map(_wire, pages.listed())]}
        return result

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Take a decision from a page; give the page of a waiting proposal what it decides with."""
        if not (self._approval or self._language != "en") or not _shows_pages(ctx):
            return await call_next(ctx)
        if self._approval and params.name == DECIDE:
            return await self._for_the_page(ctx, await self._decided(ctx, params.arguments or {}))
        result = await call_next(ctx)
        if self._pages.get(params.name) == pages.PROPOSAL and isinstance(result, CallToolResult):
            return await self._for_the_page(ctx, result)
        return result

    async def _for_the_page(self, ctx: ServerRequestContext[Any, Any], result: CallToolResult) -> CallToolResult:
        """The answer with what its page alone is given."""
        told = result.structured_content or {}
        if "proposal_id" not in told:
            return result
        outbox = await _outbox(ctx)
        try:
            record = await outbox.get(told["proposal_id"])
        except RefusedWriteError:  # a colleague's: nothing of it is shown
            return result
        given = {}
        if self._language != "en":
            given[SPOKEN] = self._spoken(record, await outbox.zone_of(record))
        if self._approval and told.get("status") == "awaiting_approval":
            given |= self._to_decide_with(record)
        return result.model_copy(update={"meta": {**(result.meta or {}), **given}}) if given else result

    def _spoken(self, record: Record, zone: dt.tzinfo) -> dict[str, Any]:
        from payt_mcp.proposals.outcomes import outcome_words  # noqa: PLC0415 - with the ledger, not at the start
        from payt_mcp.proposals.stored import preview_of  # noqa: PLC0415
        from payt_mcp.words.sentences import spoken  # noqa: PLC0415

        preview, trouble = preview_of(record), str(record.outcome.get("trouble", ""))
        said = {
            "summary": spoken(outcome_words(record, zone), self._language),
            "reason": spoken(trouble, self._language),
        }
        return said | (self._shown(preview) if preview else {})

    def _to_decide_with(self, record: Record) -> dict[str, Any]:
        from payt_mcp.proposals.asking.preview_text import deed_words  # noqa: PLC0415 - with the ledger, not at the start
        from payt_mcp.proposals.stored import preview_of  # noqa: PLC0415
        from payt_mcp.words.sentences import spoken  # noqa: PLC0415

        preview = preview_of(record)
        if preview is None:
            return {}
        deed = spoken(deed_words(preview, preview.words), self._language)
        return {APPROVAL: {"secret": self._secret(record), "deed": deed, **self._shown(preview)}}

    def _shown(self, preview: Preview) -> dict[str, Any]:
        from payt_mcp.proposals.asking.preview_text import unwarned  # noqa: PLC0415 - with the ledger, not at the start
        from payt_mcp.words.sentences import spoken  # noqa: PLC0415

        warnings = [{"text": spoken(one.text, self._language), "danger": one.danger} for one in preview.warnings]
        return {"whole": unwarned(preview, self._language), "warnings": warnings}

    async def _decided(self, ctx: ServerRequestContext[Any, Any], arguments: dict[str, Any]) -> CallToolResult:
        try:
            return await self._decide(await _outbox(ctx), arguments)
        except PaytMcpError as error:
            return CallToolResult(content=[TextContent(type="text", text=str(error))], is_error=True)

    async def _decide(self, outbox: Outbox, arguments: dict[str, Any]) -> CallToolResult:
        """Raises RefusedWriteError where the page is not the one this server made for this very proposal."""
        from payt_mcp.proposals.records import Who  # noqa: PLC0415 - with the ledger, not at the start
        from payt_mcp.proposals.states import DROPPED, Status, words  # noqa: PLC0415
        from payt_mcp.tools.writing.call import decided  # noqa: PLC0415

        checked = accepted(DECIDE, _DECIDE_TOOL.input_schema, arguments)
        key, decision, given = (str(checked[name]) for name in _ARGUMENTS)
        record = await outbox.get(key)
        if decision not in {"approve", "reject"} or not hmac.compare_digest(
            given.encode(), self._secret(record).encode()
        ):
            raise RefusedWriteError(
                "This decision does not come from the page of this proposal, or its server was started anew since. Ask "
                "the assistant to check the proposal: that shows its page anew.",
                unsent=record.status is Status.PROPOSED,
            )
        if decision == "approve" and record.status in DROPPED:
            raise RefusedWriteError(f"Proposal {key} cannot be approved: it is {words(record.status)}.")
        if decision == "approve":
            await outbox.actor.check_approve(record)
        step = outbox.ledger.decline if decision == "reject" else outbox.ledger.approve
        return await decided(outbox, key, step, outbox.actor.by(Who(_CHANNEL)))

    def _with_page(self, tool: dict[str, Any]) -> dict[str, Any]:
        uri = self._pages.get(tool["name"])
        return {**tool, "_meta": {**tool.get("_meta", {}), "ui": {"resourceUri": uri}}} if uri else tool

    def _secret(self, record: Record) -> str:
        """Bound to the proposal and its exact content, and to this process."""
        return hmac.new(self._key, f"{record.id} {record.digest}".encode(), hashlib.sha256).hexdigest()


async def _outbox(ctx: ServerRequestContext[Any, Any]) -> Outbox:
    """Where the writes of whoever makes this request are kept."""
    callers: Callers = ctx.lifespan_context
    return await (await callers.caller(ctx)).outbox()


def _shows_pages(ctx: ServerRequestContext[Any, Any]) -> bool:
    from mcp.server.apps import client_supports_apps  # noqa: PLC0415 - where a client declares it

    capabilities = ctx.session.client_capabilities
    return bool(capabilities and capabilities.extensions) and client_supports_apps(ctx)


def _wire(listed: Any) -> dict[str, Any]:
    form: dict[str, Any] = listed.model_dump(mode="json", by_alias=True, exclude_none=True)
    return form
