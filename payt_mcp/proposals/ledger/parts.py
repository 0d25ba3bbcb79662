"""What a ledger is made of, beside its rules: where the rows are kept, who vouches for them, who uses it, its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.seal import Head
from payt_mcp.proposals.ledger.store import Store


class Sealing(Protocol):
    """Chains the events, and knows which was the last. Raises AlteredError for what it cannot vouch for."""

    @property
    def is_exact(self) -> bool:
        """Whether the head is kept in the step itself: then no event after it is one of ours."""

    def mark(self, previous: str, event: tuple[str, ...]) -> str:
        """The mark of an event after the event marked `previous`."""

    def head(self) -> Head: ...

    def keep(self, head: Head) -> None:
        """Move the head forward, never back."""

    def kept_text(self) -> str | None:
        """The text that `keep_text` kept, the same object while it is the same; None where there is none to trust."""

    def keep_text(self, text: str) -> None: ...


class Owning(Protocol):
    """A process as the others of its ledger know it."""

    @property
    def name(self) -> str: ...

    def take(self) -> str:
        """The name for what is claimed in the step that is being taken."""

    def was(self, name: str) -> bool:
        """Whether this process goes, or went, by that name."""

    def holds(self, name: str) -> bool:
        """Whether what was claimed under that name is this process's to send, as far as it can tell without asking."""

    def dead(self, names: Collection[str]) -> set[str]:
        """Those among the owners that live no more, and never will again."""

    def release(self) -> None:
        """Stop being alive to others; may be called twice."""


@dataclass(frozen=True)
class ClockName:
    """How the people of a ledger know its clock, and what a person does about a record that is ahead of it."""

    name: str
    remedy: str


OF_ONE = ClockName("The clock of this machine", "a person runs `payt-mcp approvals clock` in a terminal")
OF_A_COMPANY = ClockName("The clock of the database", "whoever administers this server runs `payt-mcp team clock`")


@dataclass(frozen=True)
class Parts:
    """`clock` is the present moment in UTC, asked inside a step, `called` how its people know it; `folder` is None
    where it is in none. `on_altered` is told what was altered before it was opened, and it is opened nevertheless, for
    others than that: each sending checks anew what bears on it. Without it, it is not opened then, and sends nothing.
    """

    store: Store
    seal: Sealing
    owner: Owning
    clock: Callable[[], dt.datetime]
    folder: Path | None = None
    called: ClockName = OF_ONE
    on_altered: Callable[[AlteredError], object] | None = None
