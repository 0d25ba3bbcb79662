"""What every write is: what is asked for, what it would do now, what is sent, and how it is found afterwards.

A kind is one module in this package that ends in `KIND = ...`; `kinds` finds it, and `Writer` does all that is the same
for every kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from payt_mcp.books.scope import Scope
from payt_mcp.books.shelf import Key
from payt_mcp.errors import OutcomeUnknownError
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview, Words
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.text import NAME_LENGTH, clean
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt

_SENDER_LENGTH = 200


async def _none() -> Sequence[Record]:
    return ()


@dataclass(frozen=True)
class Place(Scope):
    """The administration that is written to, and the folder that files may come from. `read` is what `prepare` has read
    of Payt, for `look_ahead` of the same call.

    `proposals` gives the other proposals to it that are open or changed within seven days. `told` are the keys of the
    circumstances that stop nothing and that a person was shown with the proposal that is looked at again.
    """

    folder: Path | None = None
    read: dict[str, Any] = field(default_factory=dict, compare=False)
    proposals: Callable[[], Awaitable[Sequence[Record]]] = field(default=_none, compare=False)
    told: frozenset[str] = frozenset()

    @property
    def sender(self) -> str:
        """The administration as the one that writes."""
        return clean(self.administration.name, _SENDER_LENGTH) or self.id

    @property
    def short_name(self) -> str:
        """The same in a title."""
        return clean(self.administration.name, NAME_LENGTH) or self.id


class Kind(ABC):
    """One kind of write, as far as it differs from the others.

    `name` is kept with each proposal, `records` says in an error what Payt did not find. What is carried out `once`
    leaves something new at Payt each time: two of the same are never under way together, and what was sent is not sent
    again within seven days. `words` is how it is spoken of.
    """

    name: ClassVar[str]
    records: ClassVar[str]
    once: ClassVar[bool] = False
    words: ClassVar[Words] = Words()

    @abstractmethod
    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        """What is asked for, as plain JSON with ids instead of names: it is looked at again just before it is sent.

        Raises:
            InputError: it cannot be done as it was asked for.
            RefusedWriteError: a file may not leave.
            UpstreamError: Payt cannot be asked.
        """

    @abstractmethod
    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        """What it would do now. Raises as `prepare` does."""

    async def send_ahead(self, place: Place, content: Content) -> None:  # noqa: B027 - most kinds send nothing ahead
        """Send what has to be at Payt before it and changes nothing there, such as files.

        Raises:
            NotSentError: it can be tried again.
            PaytMcpError: it cannot.
        """

    @abstractmethod
    def command(self, place: Place, content: Content, preview: Preview) -> Command:
        """The request that carries it out. Raises RefusedWriteError for a file that is another by now."""

    @abstractmethod
    def done(self, content: Content, preview: Preview, answer: Any) -> Done:
        """What Payt's answer means. Raises OutcomeUnknownError where it says nothing of the kind."""

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:  # noqa: ARG002 - as in `send_ahead`
        """The records it changes that the books keep; asked for when they are read again, before the next answer.
        Raises UpstreamError.
        """
        return ()

    @abstractmethod
    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        """How it ended, as far as Payt shows; None where it does not."""


def one_done(answer: Any) -> Done:
    """The outcome of a write that Payt answers with the record as it is now.

    Raises:
        OutcomeUnknownError: the answer is no record.
    """
    if not isinstance(answer, dict) or answer.get("id") is None:
        raise OutcomeUnknownError("its answer was not the record")
    return Done(Status.APPLIED)
