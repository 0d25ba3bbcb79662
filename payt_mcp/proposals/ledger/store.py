"""What the ledger needs of the place its rows are kept in. The rules stand above it, and all SQL below.

Moments are texts as `records.stamp` writes them, which sort as they follow each other in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Event


class TakenError(Exception):
    """What was to be under way is held by another of the same letter: found by the place itself, the rules aside."""


class Store(Protocol):
    """Rows of proposals and of events. Every use of it is inside `reading()` or `step()`.

    Every method raises LedgerError where the place cannot be read or written, AlteredError where what stands there
    cannot have been written by this program.
    """

    def reading(self) -> AbstractContextManager[None]:
        """Look at it, from one thread at a time. What is read in one of these may be of several moments."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Look at it as it is at one moment."""

    def step(self) -> AbstractContextManager[None]:
        """One step for all who share it: it waits for every other, and is durable when it ends, or has not happened."""

    def tell(self, scopes: Collection[str]) -> None:
        """Have those who wait for news learn that this step changed proposals of these scopes, once it is over."""

    def close(self) -> None:
        """Let go of it, after a step that another thread is taking; may be called twice."""

    def check_whole(self) -> None:
        """Raises AlteredError where the place itself is damaged: an index that misses rows, a page that is lost."""

    def forget_pages(self) -> None:
        """Have no copy left of what was overwritten."""

    # Proposals

    def insert(self, columns: Mapping[str, Any]) -> None: ...

    def update(self, key: str, columns: Mapping[str, Any]) -> None: ...

    def proposal(self, key: str) -> Row | None: ...

    def proposals(self) -> Iterator[Row]: ...

    def some(self, keys: Collection[str]) -> list[Row]:
        """Those of some ids, in any order."""

    def in_states(self, states: Collection[str], scope: str | None = None) -> list[Row]:
        """Oldest first; of one scope, or of all."""

    def waiting_of(self, proposer: str, scope: str) -> int:
        """How many are proposed and wait, of a person; of a scope, where it is not known who proposed them."""

    def changed_since(self, moment: str, scope: str | None = None) -> list[Row]:
        """Newest first; of one scope, or of all."""

    def of_digest(self, digest: str) -> list[Row]:
        """Newest first."""

    def of_letter(self, kind: str, letter: str) -> list[Row]: ...

    def over(self, proposed_until: str, approved_until: str) -> list[Row]:
        """What was proposed, or approved, no later than a moment and still is."""

    def remembered(self, states: Collection[str], changed_before: str) -> list[Row]:
        """What is in one of the states, changed before a moment, and still has its content."""

    def ahead_of(self, moment: str) -> list[Row]:
        """What has any date after a moment."""

    def owners(self, state: str) -> list[str]:
        """Who owns what is in a state."""

    def message_ids(self, administration_id: str, kind: str) -> list[str]: ...

    # Events

    def append(self, event: Event) -> None: ...

    def last(self) -> Event | None: ...

    def event(self, seq: int) -> Event | None: ...

    def events(self, after: int = 0) -> Iterator[Event]:
        """In order."""

    def history(self, key: str) -> list[Event]:
        """Of one proposal, in order."""

    def last_of(self, key: str) -> Event | None: ...

    def last_of_each(self, keys: Collection[str]) -> dict[str, Event]:
        """The last event of each of these proposals, by their ids."""

    def marks(self, seqs: Collection[int]) -> dict[int, str]:
        """The marks of these events, by their numbers."""

    def last_moment_until(self, moment: str) -> str | None:
        """The latest moment of an event that is no later than the one given."""
