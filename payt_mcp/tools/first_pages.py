"""The first page of a listing, made once for all who ask the same while the books stand."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payt_mcp.tools.shared import Answer, Shown, Unsaid, shown

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope


async def first_page(
    scopes: Sequence[Scope],
    tool: str,
    args: Mapping[str, Any],
    limit: int,
    make: Callable[[], Awaitable[tuple[Answer, Shown]]],
) -> Answer:
    """As `make` gives it, of nothing but the books; or as it did for the same `args` while they stood as they do now,
    with a cursor of its own.
    """
    from payt_mcp.books.first_pages import FirstPage, standing  # noqa: PLC0415 - brings the client along

    account, before = scopes[0].account, standing(scopes)
    asked = (tool, json.dumps(args, sort_keys=True), int(limit), isinstance(limit, Unsaid))
    known = account.first_pages.get(asked, before) if before is not None else None
    if known is not None:
        for scope in scopes:
            await account.books(scope.administration).fresh(scope.progress)  # they are, and know that they are in use
        if known.answer.next_cursor is None:
            whole: Answer = known.answer
            return whole
        listing = account.listings.begin_again(known.listing)
        answer: Answer = replace(known.answer, next_cursor=shown(listing, 0, listing.size).next_cursor)
        return answer
    answer, page = await make()
    if before is not None and before == standing(scopes):
        account.first_pages.keep(asked, FirstPage(answer, replace(page.listing), before))
    return answer
