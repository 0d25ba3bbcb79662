"""A list of Payt's as the books hold it, for whoever compares the two: by id, by a filter, or row by row."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from payt_mcp.payt import wire


class Key(NamedTuple):
    """Records of Payt's: those of the list `resource` that its `filter` finds with `value`."""

    resource: str
    filter: str
    value: str


class Shelf(ABC):
    """One list. `turn` changes whenever something is taken in or out, and is None while the list is being read: what
    was read meanwhile may be older than what is held. `mark` is the moment after which the next delta asks for changes.
    """

    only: Mapping[str, str] = MappingProxyType({})
    """The filter of what is held, where that is not the whole list."""

    @property
    def walked(self) -> Mapping[str, str]:
        """The filter with which Payt lists it. What is held beside that is asked for by id."""
        return self.only

    lists_deleted = True
    """Whether Payt lists what was deleted."""

    @property
    @abstractmethod
    def resource(self) -> str: ...

    @property
    @abstractmethod
    def model(self) -> type[Any]: ...

    @property
    @abstractmethod
    def fields(self) -> wire.Fields: ...

    @property
    @abstractmethod
    def turn(self) -> object: ...

    @property
    @abstractmethod
    def is_in_use(self) -> bool:
        """Whether anything is held, or being read."""

    @property
    @abstractmethod
    def mark(self) -> dt.datetime | None: ...

    @property
    def deleted_mark(self) -> dt.datetime | None:
        """The same for what was deleted."""
        return self.mark

    @abstractmethod
    def ids(self) -> Sequence[str]: ...

    @abstractmethod
    def held(self, key: str) -> Any | None:
        """What is held of a record; another object after each change."""

    @abstractmethod
    def of_debtor(self, debtor_id: str) -> Sequence[str]:
        """The ids of what is held of a debtor."""

    @abstractmethod
    def take(self, record: Any) -> None:
        """Take in a record that was read after all that is held."""

    @abstractmethod
    def drop(self, key: str) -> None:
        """Take out a record that Payt does not have any more."""

    @property
    def name(self) -> str:
        return self.resource.replace("_", " ")

    def query(self, administration_id: str, **filters: str) -> wire.Query:
        return wire.listing(self.resource, administration_id, fields=self.fields, **filters)


def chunked(values: Iterable[str], most: int) -> Iterable[Sequence[str]]:
    ordered = list(values)
    return (ordered[start : start + most] for start in range(0, len(ordered), most))
