"""Where the lists of open invoices and debtors end, about: whoever knows divides a long one at the right places.

Payt lists records by id, and tells neither how many there are nor which is the last. But invoices can be asked for by
their date, and those of the last days are at the end of either list, or close to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import anyio

from payt_mcp.errors import PaytMcpError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient

_LONGEST = 18
"""Digits of an id that is a number of a database."""


class Newest:
    """The invoices with the latest dates of an administration, paid or not. Asked for once, when they are wanted first;
    where that fails none are known.
    """

    def __init__(self, client: PaytClient, administration_id: str) -> None:
        self._client = client
        self._query = wire.listing(
            "invoices", administration_id, fields=("id", "debtor_id", "payment_date"), order="invoice_date_desc"
        )
        self._rows: list[dict[str, Any]] | None = None
        self._lock = anyio.Lock()

    async def open_invoices(self) -> list[int]:
        """The ids of those that are open."""
        return _numbers([row for row in await self._read() if not row.get("payment_date")], "id")

    async def debtors(self) -> list[int]:
        """The greatest id of their debtors: those between are of everybody."""
        return sorted(_numbers(await self._read(), "debtor_id"))[-1:]

    async def _read(self) -> list[dict[str, Any]]:
        async with self._lock:
            if self._rows is None:
                self._rows = []
                with suppress(PaytMcpError):
                    self._rows = (await self._client.page(self._query, "invoices")).rows
        return self._rows


def _numbers(rows: Iterable[Mapping[str, Any]], field: str) -> list[int]:
    found = [str(row.get(field)) for row in rows]
    return [int(number) for number in found if number.isdecimal() and len(number) <= _LONGEST]
