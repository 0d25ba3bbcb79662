"""All that is held in memory of one administration, each part from when it is first asked for."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import anyio.abc

from payt_mcp.books.case_book import CaseBook
from payt_mcp.books.case_numbers import CaseNumbers
from payt_mcp.books.day import DayBook
from payt_mcp.books.history import History
from payt_mcp.books.open_books import Books
from payt_mcp.books.open_tasks import OpenTasks
from payt_mcp.payt.resources import Resources

if TYPE_CHECKING:
    from payt_mcp.payt.client import PaytClient
    from payt_mcp.payt.models import Administration


_OPEN_ITEM, _DEBTOR, _CASE, _PAID = 680, 900, 900, 300
"""Bytes a row takes, with its share of what is made of it; a test holds them against what is measured."""

_EMPTY = 30_000


class Held:
    """The books of an administration, and what is made of them. `used` is when they were last asked for."""

    def __init__(
        self, client: PaytClient, administration: Administration, group: anyio.abc.TaskGroup, *, freshness: int
    ) -> None:
        self.client = client
        self.administration = administration
        self.used = time.monotonic()
        self._freshness = freshness
        self._group = group
        self._case_book = CaseBook(client, administration.id)
        self.books = Books(client, administration, self._case_book, freshness=freshness, group=group)

    @cached_property
    def case_numbers(self) -> CaseNumbers:
        return CaseNumbers(self._case_book.cases, self._group)

    @cached_property
    def open_tasks(self) -> OpenTasks:
        return OpenTasks(self.client, self.administration.id)

    @cached_property
    def day(self) -> DayBook:
        return DayBook(Resources(self.client), self.books, float(self._freshness))

    @cached_property
    def history(self) -> History:
        return History(self.client, self.books, self._group)

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        items = self.books.held
        past = self.__dict__["history"].rows if "history" in self.__dict__ else 0
        return (
            _EMPTY
            + _OPEN_ITEM * len(items.invoices)
            + _DEBTOR * len(items.debtors)
            + _CASE * (len(items.cases) + len(items.plans))
            + _PAID * past
        )

    def stop(self) -> None:
        """Ask Payt nothing more in the background."""
        self.books.stop()


class Shelves(Protocol):
    """Where an account finds what is held of an administration."""

    def of(self, administration: Administration) -> Held:
        """What is held of it; nothing has been read yet where it is new."""

    def forget(self) -> None:
        """Let go of all of it: another account's, from now on."""


class OwnShelves:
    """What is held for one account alone."""

    def __init__(self, client: PaytClient, group: anyio.abc.TaskGroup, *, freshness: int) -> None:
        self._client = client
        self._group = group
        self._freshness = freshness
        self._held: dict[str, Held] = {}

    def of(self, administration: Administration) -> Held:
        held = self._held.get(administration.id)
        if held is None:
            held = Held(self._client, administration, self._group, freshness=self._freshness)
            self._held[administration.id] = held
        return held

    def forget(self) -> None:
        for held in self._held.values():
            held.stop()
        self._held = {}
