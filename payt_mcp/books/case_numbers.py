"""Which credit case a number belongs to: Payt's case list can be filtered by id only.

The numbers of all cases are read once, up to a stated bound, and again when one is not found among them. Case numbers
do not change, so a number that was found stays found.
"""

from __future__ import annotations

import anyio
import anyio.abc

from payt_mcp.errors import UnknownRecordError, UpstreamError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading
from payt_mcp.payt.models import CreditCase

MOST_CASES = 20_000
"""How many cases are looked through for a number."""

_REREAD_AFTER = 30.0


class CaseNumbers:
    """The case numbers of one administration, both forms, and the ids they stand for."""

    def __init__(self, client: PaytClient, administration_id: str, group: anyio.abc.TaskGroup) -> None:
        self._client = client
        self._group = group
        self._reading: anyio.Event | None = None
        self._administration_id = administration_id
        self._ids: dict[str, str] = {}
        self._known: set[str] = set()
        self._is_whole = True
        self._read_at: Reading | None = None

    async def case_id(self, value: str) -> str:
        """The id of the case with this number (either form), or with this id.

        Raises:
            UnknownRecordError: there is none; says how many cases were looked through.
            UpstreamError: Payt gave no usable answer.
        """
        found = self._find(value)
        if found is None and self._may_reread():
            await self._read()
            found = self._find(value)
        if found is None:
            among = f"the first {MOST_CASES:,} credit cases" if not self._is_whole else f"{len(self._known):,} cases"
            raise UnknownRecordError(
                f"There is no credit case {value[:40]!r} among {among} of this administration. Give its case number, "
                "its formatted number or its id; get_debtor names the cases of a debtor."
            )
        return found

    def labelled(self, value: str) -> str | None:
        """The id of the case whose number stands in brackets at the end of a label, or at its beginning."""
        first, _, _ = value.strip().partition(" ")
        last = value.strip().removesuffix(")").rpartition("(")[2]
        return self._ids.get(last) or self._ids.get(first)

    async def at_hand(self, patience: float) -> dict[str, str]:
        """The numbers read so far and the ids they stand for. Where none have been, a reading is begun in the
        background and waited for at most `patience` seconds; what it fails with is not raised here.
        """
        if self._read_at is None:
            if self._reading is None:
                self._reading = anyio.Event()
                self._group.start_soon(self._read_quietly, self._reading)
            with anyio.move_on_after(patience):
                await self._reading.wait()
        return self._ids

    async def _read_quietly(self, done: anyio.Event) -> None:
        try:
            await self._read()
        except UpstreamError:
            pass  # the next one who asks tries again
        finally:
            self._reading = None
            done.set()

    def _find(self, value: str) -> str | None:
        return self._ids.get(value) or (value if value in self._known else None)

    def _may_reread(self) -> bool:
        return self._read_at is None or Reading.take().since(self._read_at) > _REREAD_AFTER

    async def _read(self) -> None:
        began = Reading.take()
        fields = ("id", "case_number", "credit_case_number")
        query = wire.listing("credit_cases", self._administration_id, fields=fields)
        cases, self._is_whole = await self._client.entities(CreditCase, query, "credit cases", most=MOST_CASES)
        self._known = {case.id for case in cases}
        self._ids = {number: case.id for case in cases for number in (case.case_number,) if number}
        self._ids |= {number: case.id for case in cases for number in (case.credit_case_number,) if number}
        self._read_at = began
