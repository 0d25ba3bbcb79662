"""The answer of a tool in the form it has on the wire, as the SDK would write it.

The SDK holds every result against the protocol before it sends it, whatever form it comes in, and what it sends is made
from that. A result that comes as a model is written out twice for it, which of a page of rows takes an eighth of all
that an answer costs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.types import CallToolResult, TextContent

Handler = Callable[[ServerRequestContext[Any, Any], Any], Awaitable[HandlerResult]]


def on_the_wire(handler: Handler) -> Handler:
    """A handler of `tools/call` that answers in that form."""

    async def answer(ctx: ServerRequestContext[Any, Any], params: Any) -> HandlerResult:
        result = await handler(ctx, params)
        return _written(result) if isinstance(result, CallToolResult) else result

    return answer


def _written(result: CallToolResult) -> HandlerResult:
    texts = [block for block in result.content if type(block) is TextContent]
    if len(texts) < len(result.content) or any(block.annotations or block.meta for block in texts):
        return result
    form: dict[str, Any] = {
        "content": [{"type": "text", "text": block.text} for block in texts],
        "isError": result.is_error,
        "resultType": result.result_type,
    }
    if result.structured_content is not None:
        form["structuredContent"] = result.structured_content
    if result.meta is not None:
        form["_meta"] = result.meta
    return form
