"""A question that was answered lately is answered with the same again, while the books it was answered from stand.

It is kept in the form it has on the wire: to make an answer, and to hold it against its schema and the protocol, costs
more than all else that comes with a call, and a team asks the same in the morning. Who asks is looked up as for any
other call, and so is what there is for them: only what was found is not found again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from pydantic_core import from_json, to_json

from payt_mcp import patience
from payt_mcp.errors import PaytMcpError
from payt_mcp.tools.first_pages import FirstPage, listening

if TYPE_CHECKING:
    from payt_mcp.tools.callers import Callers

_MOST = 100
"""Answers that are kept, of 10 KB each; those that were given longest ago go first."""

_MEMBERS = frozenset({"name", "arguments", "_meta"})
"""Of a call that is nothing but a question. One with others is the answer to a question of ours."""


@dataclass(frozen=True)
class _Kept:
    """What was answered, as text: whoever is given it cannot change it."""

    page: FirstPage
    form: bytes

    def given_again(self) -> dict[str, Any]:
        """The same with a cursor of its own."""
        page, form, before = self.page.begin_again(), self.form, self.page.cursor
        if before is not None:
            form = form.replace(before.encode(), (page.cursor or "").encode())
        found: dict[str, Any] = from_json(form)
        return found


class GivenAgain:
    """Middleware: the answers of this process that can be given again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        asked = _asked(ctx)
        if asked is None:
            return await call_next(ctx)
        kept = self._kept.get(asked)
        if kept is not None and await _stands(ctx, kept.page):
            self._kept.move_to_end(asked)
            again = kept.given_again()
            await ctx.lifespan_context.answered(ctx)
            return again
        self._kept.pop(asked, None)
        with listening() as heard:
            result = await call_next(ctx)
        if heard.page is not None and isinstance(result, dict) and not result.get("isError"):
            self._kept[asked] = _Kept(heard.page, to_json(result))
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return result


def _asked(ctx: ServerRequestContext[Any, Any]) -> Hashable:
    """Who asks what, and in which form it is answered; None where it is no such question, or none that is taken: not
    before a client has said who it is.
    """
    if ctx.method != "tools/call" or ctx.session.client_params is None:
        return None
    params = ctx.params or {}
    name, arguments = params.get("name"), params.get("arguments") or {}
    is_plain = isinstance(name, str) and isinstance(arguments, dict) and params.keys() <= _MEMBERS
    if not is_plain or ("_meta" in params and ctx.meta is None):
        return None
    callers: Callers = ctx.lifespan_context
    try:
        return callers.name(ctx), name, json.dumps(arguments, sort_keys=True), ctx.protocol_version
    except (PaytMcpError, ValueError):  # nobody, or no JSON: the call says so
        return None


async def _stands(ctx: ServerRequestContext[Any, Any], page: FirstPage) -> bool:
    """Whether who asks is still whose books these are, and they stand as they did."""
    callers: Callers = ctx.lifespan_context
    with patience.begun():
        try:
            account = await (await callers.caller(ctx)).account()
            return account is page.account and await page.stands()
        except PaytMcpError:  # the call says so
            return False
