"""First pages that were made lately: who asks the same of books that stand gets the same, without its being made anew.

Only pages that are made of nothing but the books are kept here: what is asked of Payt for an answer is not in them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payt_mcp.books.listings import Listing

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope

_MOST = 16


@dataclass(frozen=True)
class FirstPage:
    """What was answered, the listing that began with it, and as which the books stood then."""

    answer: Any
    listing: Listing
    standing: Hashable


class FirstPages:
    """Those of one account, by what was asked. What is kept is shared and must not be changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, FirstPage] = OrderedDict()

    def get(self, asked: Hashable, standing: Hashable) -> FirstPage | None:
        """The page for what is `asked`, where the books stand as they did."""
        page = self._kept.get(asked)
        return page if page is not None and page.standing == standing else None

    def keep(self, asked: Hashable, page: FirstPage) -> None:
        self._kept[asked] = page
        self._kept.move_to_end(asked)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def standing(scopes: Sequence[Scope]) -> Hashable:
    """What tells how the books of these administrations stand today; None where they must be asked for first."""
    each = [(scope.id, scope.today, scope.account.books(scope.administration).standing()) for scope in scopes]
    return None if any(books is None for *_, books in each) else tuple(each)
