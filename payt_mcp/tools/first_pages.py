"""Which answers would be the same were they made again: first pages of listings, made of nothing but the books.

A tool says so of its answer, and whoever gives answers again listens: see `server/given_again.py`. Where nobody
listens, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from payt_mcp import patience
from payt_mcp.tools.shared import Answer, Shown

if TYPE_CHECKING:
    from collections.abc import Hashable

    from payt_mcp.books.account import Account
    from payt_mcp.books.listings import Listing
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Administration


@dataclass(frozen=True)
class FirstPage:
    """Of a listing that began with it, the first `rows`; `administrations` are those there were for the caller, and
    `standing` is as which the books stood.
    """

    scopes: Sequence[Scope]
    administrations: Sequence[Administration]
    standing: Hashable
    listing: Listing
    rows: int

    @property
    def account(self) -> Account:
        return self.scopes[0].account

    @property
    def cursor(self) -> str | None:
        """What the page said continues it."""
        return self.listing.cursor(self.rows)

    async def stands(self) -> bool:
        """Whether it would be the same now; that the books are in use, they then know. Raises UpstreamError."""
        from payt_mcp.books.first_pages import standing  # noqa: PLC0415 - brings the client along

        account = self.account
        if await account.administrations() != self.administrations or standing(self.scopes) != self.standing:
            return False
        for scope in self.scopes:
            await account.books(scope.administration).fresh()  # they are: nothing is asked of Payt
        return True

    def begin_again(self) -> FirstPage:
        """The same page for another reader, who goes on from it as they like."""
        return self if self.cursor is None else replace(self, listing=self.account.listings.begin_again(self.listing))


class _Heard:
    """What a call says of its answer."""

    page: FirstPage | None = None


_listener: ContextVar[_Heard | None] = ContextVar("payt_mcp_first_page", default=None)


@contextmanager
def listening() -> Iterator[_Heard]:
    """For one call: its `page` is there where the answer was such a first page."""
    heard = _Heard()
    token = _listener.set(heard)
    try:
        yield heard
    finally:
        _listener.reset(token)


async def first_page(scopes: Sequence[Scope], make: Callable[[], Awaitable[tuple[Answer, Shown]]]) -> Answer:
    """As `make` gives it, of nothing but the books of these administrations."""
    from payt_mcp.books.first_pages import standing  # noqa: PLC0415 - brings the client along

    before = standing(scopes)
    answer, page = await make()
    heard = _listener.get()
    if heard is not None and before is not None and before == standing(scopes) and not patience.note():
        asked = [replace(scope, progress=None) for scope in scopes]
        known = await scopes[0].account.administrations()
        # The reader of this page may go on in steps of another size, which is not that of the next reader.
        heard.page = FirstPage(asked, known, before, replace(page.listing), len(page.ids))
    return answer
