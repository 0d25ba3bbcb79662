"""The MCP server: lifespan and wiring. What it can do is in `tools/`, what it serves besides in `prompts.py`."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, get_type_hints

import anyio
import anyio.abc
from mcp.server import MCPServer
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import ServerMiddleware, ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, RequestStateSecurity
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError, UnexpectedToolError
from mcp.types import (
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    GetPromptResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    Resource,
    ResourceTemplate,
    TextContent,
)
from mcp.types import Tool as MCPTool
from pydantic import ValidationError

from payt_mcp import __version__, patience, prompts, resources
from payt_mcp.apps import pages
from payt_mcp.apps.extension import Apps
from payt_mcp.errors import InputError, PaytMcpError
from payt_mcp.proposals.asking.doubled import Doubled, name_of
from payt_mcp.proposals.asking.url import Offered
from payt_mcp.proposals.states import WAITS
from payt_mcp.server import icons
from payt_mcp.server.callers import OpenCallers, sole_caller
from payt_mcp.server.given_again import GivenAgain
from payt_mcp.server.instructions import instructions
from payt_mcp.server.session import EmbeddedPayt
from payt_mcp.server.wire_form import on_the_wire
from payt_mcp.settings import Settings
from payt_mcp.tools import known_tools, tools_of
from payt_mcp.tools.arguments import accepted, refusal
from payt_mcp.tools.callers import Callers, Request
from payt_mcp.tools.schemas import flat
from payt_mcp.tools.shared import ToolSpec
from payt_mcp.words.languages import Language

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream
    from mcp.shared.message import SessionMessage

logger = logging.getLogger("payt_mcp")

_LISTS: tuple[CacheableMethod, ...] = (
    "server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list",
)  # fmt: skip
_LISTS_HOLD = 5 * 60_000
"""Milliseconds for which a client may keep what a server lists. It does not change while one runs; over HTTP another
may come to stand at the same address, with other settings.
"""

_ROLES_HOLD = 30_000
"""The same where it depends on who asks what is listed."""

_ON_RECORD = (
    "what was proposed or carried out is on record, where the user can look (`payt-mcp approvals`; in a company, the "
    "approvals page). Do not propose it again before they have."
)


_NOT_YOURS = " for you here: your role, your company or this connection allows reading only"


class PaytServer(MCPServer[Callers]):
    """The SDK's server with schemas every host can read, and errors in our own words."""

    def __init__(
        self,
        specs: tuple[ToolSpec, ...],
        prompt_texts: dict[str, prompts.PromptText],
        *,
        language: Language = "en",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._language: Language = language
        for spec in specs:
            # Read once: they are text, and the SDK asks what they mean three times.
            spec.run.__annotations__ = get_type_hints(spec.run, include_extras=True)
            self.add_tool(
                spec.run,
                title=spec.title,
                description=spec.description,
                annotations=spec.annotations,
                structured_output=True,  # else a result type without a schema would be dropped in silence
            )
        self._prompts = prompt_texts
        self._proposing = {spec.name for spec in specs if not spec.annotations.read_only_hint}
        self._writing = {spec.name for spec in specs if spec.writes}
        self._doubled = Doubled()
        self.settle: Callable[[], Awaitable[None]] | None = None
        """Finishes, or records, what is being sent; there from the first moment of the lifespan on."""
        called = self._lowlevel_server.get_request_handler("tools/call")
        assert called is not None, "the SDK handles it, with the extensions around"
        self._lowlevel_server.add_request_handler("tools/call", called.params_type, on_the_wire(called.handler))
        # Not through the decorator of the SDK, which would not say who is asking.
        self._lowlevel_server.add_request_handler("completion/complete", CompleteRequestParams, self._complete)
        self._listed: list[MCPTool] = []
        self._schemas: dict[str, dict[str, Any]] = {}

    async def serve(self, read: ReadStream[SessionMessage | Exception], write: WriteStream[SessionMessage]) -> None:
        """Serve one client over a pair of streams, to the end of what it writes."""
        await self._lowlevel_server.run(read, write, self._lowlevel_server.create_initialization_options())

    async def list_tools(self) -> list[MCPTool]:
        if not self._listed:
            for tool in await super().list_tools():
                tool.input_schema = {**flat(tool.input_schema), "additionalProperties": False}
                tool.output_schema = flat(tool.output_schema) if tool.output_schema else None
                self._listed.append(tool)
        return self._listed

    async def _handle_list_tools(
        self, ctx: ServerRequestContext[Any, Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """What writes is listed to those who may write."""
        listed = await super()._handle_list_tools(ctx, params)
        if await ctx.lifespan_context.may_write(ctx):
            return listed
        return ListToolsResult(tools=[tool for tool in listed.tools if tool.name not in self._writing])

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Callers, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Answer a call. Everything foreseen that goes wrong is an error result with a sentence in it."""
        schema = await self._schema(name)
        if schema is None:
            return self._unknown(name, _off(name), self._schemas)
        try:
            if name in self._writing and context is not None and not await _may_write(context):
                return self._unknown(name, _NOT_YOURS, [one for one in self._schemas if one not in self._writing])
            given = accepted(name, schema, arguments)
        except PaytMcpError as error:
            return _failed(error)

        async def run() -> CallToolResult | InputRequiredResult:
            answer = await self._answer(name, schema, arguments, given, context)
            if context is not None:
                await context.request_context.lifespan_context.answered(context.request_context)
            return answer

        with patience.begun():
            if name not in self._proposing or context is None:
                return await run()
            caller = context.request_context.lifespan_context.name(context.request_context)
            is_resumed = bool(context.input_responses or context.request_state)
            return await self._doubled.once(name_of(caller, name, given), run, resumed=is_resumed)

    async def _answer(
        self,
        name: str,
        schema: dict[str, Any],
        arguments: dict[str, Any],
        given: dict[str, Any],
        context: Context[Callers, Any] | None,
    ) -> CallToolResult | InputRequiredResult:
        """`given` are the `arguments` as the tool takes them."""
        try:
            result = await super().call_tool(name, given, context)
        except PaytMcpError as error:
            return _failed(error)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, PaytMcpError):
                return _failed(cause)
            if isinstance(cause, ValidationError) and not isinstance(error, UnexpectedToolError):
                return _failed(refusal(schema, arguments, cause))
            logger.exception("tool crashed", extra={"tool": name})
            return _failed(PaytMcpError(f"{name} failed for a reason nobody foresaw; {await self._left_by(name)}"))
        if isinstance(result, Offered):
            return result.question()
        call = patience.current()
        if isinstance(result, InputRequiredResult) and call is not None and call.is_slow:
            call.keep()  # the call comes again with the user's answer, which reading anew would lose
        return result

    async def list_prompts(self) -> list[Prompt]:
        return [prompts.listed(prompt) for prompt in self._prompts.values()]

    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context[Callers, Any] | None = None,  # noqa: ARG002 - the SDK's signature
    ) -> GetPromptResult:
        return prompts.rendered(self._prompts, name, arguments)

    async def list_resources(self) -> list[Resource]:
        return resources.listed()

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        return resources.templates()

    async def read_resource(
        self, uri: Any, context: Context[Callers, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """What the tool for such a record says of it. Errors end the request, with the sentence a tool would give."""
        address = str(uri)
        if page := pages.page(address, self._language):
            return [ReadResourceContents(page, pages.MIME_TYPE, pages.META)]
        if resources.is_glossary(address):
            return [ReadResourceContents(resources.glossary(), resources.MARKDOWN)]
        if (sheets := resources.sheets_asked(address)) and context is not None:
            from payt_mcp.server.saving import read_sheets  # noqa: PLC0415 - brings the client along

            with patience.begun():
                return [await read_sheets(context, sheets)]
        asked = resources.asked_for(address)
        if asked is None:
            raise ResourceNotFoundError(resources.unknown(address))
        result = await self.call_tool(asked.tool, dict(asked.arguments), context)
        if isinstance(result, InputRequiredResult):  # no tool that reads asks the user
            return result
        text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
        if result.is_error:
            raise ResourceError(text)
        return [ReadResourceContents(text, resources.TEXT)]

    async def _complete(self, ctx: ServerRequestContext[Callers, Any], params: CompleteRequestParams) -> CompleteResult:
        from payt_mcp.server.completing import complete  # noqa: PLC0415 - brings the client along

        return await complete(ctx, self._prompts, params)

    async def _left_by(self, name: str) -> str:
        """What a tool that crashed has done, as far as that is certain, and what to do."""
        hints = next((tool.annotations for tool in await self.list_tools() if tool.name == name), None)
        reads = hints is not None and hints.read_only_hint
        done = "nothing was changed." if reads else _ON_RECORD
        return f"{done} The log of this server has the details; please report it."

    def _unknown(self, name: str, why: str, known: Iterable[str]) -> CallToolResult:
        return _failed(InputError(f"There is no tool {name[:60]!r}{why}. The tools are: {', '.join(known)}."))

    async def _schema(self, name: str) -> dict[str, Any] | None:
        if not self._schemas:
            self._schemas = {tool.name: tool.input_schema for tool in await self.list_tools()}
        return self._schemas.get(name)


def build_server(
    settings: Settings,
    *,
    app: EmbeddedPayt | None = None,
    browse: Callable[[str], bool] | None = None,
    callers: OpenCallers | None = None,
    question_keys: Sequence[bytes] = (),
    watching: Sequence[ServerMiddleware[Any]] = (),
) -> PaytServer:
    """A server for these settings.

    `app` is an embedded Payt; `PAYT_API_URL=sandbox` brings its own. `browse` opens the approval page in the browser
    of the person who runs this server; without it there is no page. With `callers` it is they who ask, each with
    settings of their own, and another list of tools once their role is another; else it is the one caller of
    `settings`. `question_keys` seal what goes away with a question and comes back with its answer, perhaps to another
    process (the first of them; all open); without any, this process alone can open it. `watching` sees every request.
    """
    specs = tools_of(settings.toolsets, read_only=settings.read_only)
    apps = Apps(specs, approval=settings.app_approval and not settings.read_only, language=settings.language_for())
    return PaytServer(
        specs,
        prompts.read_prompts(settings.prompts_dir),
        language=settings.language_for(),
        name="payt-mcp",
        title="Payt sandbox (invented data)" if settings.is_sandbox else "Payt",
        version=__version__,
        icons=icons.SERVER,
        instructions=instructions(read_only=settings.read_only, invented=settings.is_sandbox),
        website_url="https://github.com/payt-mcp/payt-mcp",
        lifespan=_lifespan(callers or sole_caller(settings, app=app, browse=browse)),
        extensions=[apps],
        middleware=[*watching, apps.listing, GivenAgain()],
        log_level="WARNING",
        request_state_security=_questions(question_keys),
        cache_hints=dict.fromkeys(_LISTS, CacheHint(ttl_ms=_ROLES_HOLD if callers else _LISTS_HOLD)),
        subscriptions=False,  # no list changes while a server runs, so there is nothing to listen for
    )


def _lifespan(open_callers: OpenCallers) -> Callable[[MCPServer[Callers]], AbstractAsyncContextManager[Callers]]:
    """From the first request to the last. Callers open what they need by themselves; here they end in good order."""

    @asynccontextmanager
    async def lifespan(server: MCPServer[Callers]) -> AsyncIterator[Callers]:
        async with anyio.create_task_group() as group:
            callers = open_callers(patience.background(group))
            settle = _once(callers.finish)
            assert isinstance(server, PaytServer)
            server.settle = settle
            group.start_soon(callers.take_up)
            try:
                yield callers
            finally:
                with anyio.CancelScope(shield=True):
                    await settle()
                group.cancel_scope.cancel()
                with anyio.CancelScope(shield=True):
                    await callers.aclose()

    return lifespan


def _once(finish: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """An end that comes from two sides and happens once; whoever comes second waits for it."""
    turn, is_over = anyio.Lock(), False

    async def settle() -> None:
        nonlocal is_over
        async with turn:
            if not is_over:
                await finish()
                is_over = True

    return settle


def _questions(keys: Sequence[bytes]) -> RequestStateSecurity:
    """How a question to the user is sealed until its answer comes: for whoever was asked, and nobody else.

    It may be answered as long as its proposal waits. It names that proposal, so a late answer is a yes to nothing else:
    the ledger still decides whether it waits, and what is sent is sent within minutes of the yes.
    """

    def asked(ctx: Request) -> str | None:
        callers: Callers = ctx.lifespan_context
        return callers.name(ctx)

    return RequestStateSecurity(
        keys=list(keys) or [secrets.token_bytes(32)], ttl=WAITS.total_seconds(), bind_principal=asked
    )


async def _may_write(context: Context[Callers, Any]) -> bool:
    return await context.request_context.lifespan_context.may_write(context.request_context)


def _off(name: str) -> str:
    """In which tool set a tool is that this server does not list."""
    toolset = next((spec.toolset for spec in known_tools() if spec.name == name), "")
    if not toolset:
        return ""
    return f" here: it is in the tool set {toolset!r} (PAYT_TOOLSETS); with PAYT_READ_ONLY nothing that writes is on"


def _failed(error: PaytMcpError) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=str(error))], is_error=True)
