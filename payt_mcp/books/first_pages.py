"""As which the books stand: what is made of nothing else is the same for as long as they do."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope


def standing(scopes: Sequence[Scope]) -> Hashable:
    """What tells how the books of these administrations stand today; None where they must be asked for first."""
    each = [(scope.id, scope.today, scope.account.books(scope.administration).standing()) for scope in scopes]
    return None if any(books is None for *_, books in each) else tuple(each)
