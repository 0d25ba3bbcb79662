"""The open tasks of an administration: Payt cannot be asked for those of one debtor, so what is open is remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import anyio

from payt_mcp.books.following import Following, Place, Stamps
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import Task
from payt_mcp.payt.scan import Rows, read_all

_SUBJECTS = ("debtor_id", "invoice_id", "credit_case_id")
_FIELDS = ("id", *_SUBJECTS, "completed_at", "updated_at")
_NAME = "tasks"


class OpenTasks:
    """Which tasks are open and of which debtor: read whole each time while one page holds them all, else once, and then
    by what changed.
    """

    def __init__(self, client: PaytClient, administration_id: str) -> None:
        self._client = client
        self._administration_id = administration_id
        self._following = Following(client)
        self._about: dict[str, frozenset[tuple[str, str]]] = {}
        self._lock = anyio.Lock()
        self._is_one_page = False

    async def of_debtor(self, debtor_id: str, invoices: Iterable[str] = (), cases: Iterable[str] = ()) -> list[str]:
        """The ids of the open tasks about a debtor, or about one of these invoices and cases of it; one may be gone by
        now. Raises UpstreamError.
        """
        async with self._lock:
            if self._is_one_page:  # it costs no more than a delta, and misses nothing that is stamped late
                self._following.place = Place()
            self._following.place = await self._following.read(self._read_whole, self._read_changes)
        ids = ((debtor_id,), invoices, cases)
        asked = {(name, key) for name, keys in zip(_SUBJECTS, ids, strict=True) for key in keys}
        return [key for key, about in self._about.items() if about & asked]

    async def _read_whole(self) -> Stamps:
        found: list[Task] = []

        def take(rows: Rows) -> None:
            found.extend(wire.read_row(Task, row, _NAME) for row in rows)

        await read_all(self._client, self._list(), _NAME, take)
        self._about, self._is_one_page = {}, len(found) < wire.PER_PAGE
        return self._taken(found)

    async def _read_changes(self, since: dt.datetime) -> Stamps:
        query = self._list(updated_after=wire.stamp(since))
        return self._taken((await self._client.entities(Task, query, _NAME))[0])

    def _taken(self, tasks: list[Task]) -> Stamps:
        for task in tasks:
            if task.completed_at is None:
                about = ((name, getattr(task, name)) for name in _SUBJECTS)
                self._about[task.id] = frozenset((name, key) for name, key in about if key)
            else:
                self._about.pop(task.id, None)
        return [task.updated_at for task in tasks]

    def _list(self, **filters: str) -> wire.Query:
        return wire.listing(_NAME, self._administration_id, fields=_FIELDS, **filters)
