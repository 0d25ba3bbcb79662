"""Which credit case a number belongs to: Payt's case list can be filtered by id only.

The cases are those that attention goes by, and are looked at again when a number is not found among them. Case numbers
do not change, so a number that was found stays found.
"""

from __future__ import annotations

import anyio
import anyio.abc

from payt_mcp.books.case_book import Followed
from payt_mcp.errors import UnknownRecordError, UpstreamError
from payt_mcp.payt.clock import Reading
from payt_mcp.receivables.records import CaseEntry

_REREAD_AFTER = 30.0


class CaseNumbers:
    """The case numbers of one administration, both forms, and the ids they stand for."""

    def __init__(self, cases: Followed[CaseEntry], group: anyio.abc.TaskGroup) -> None:
        self._cases = cases
        self._group = group
        self._reading: anyio.Event | None = None
        self._ids: dict[str, str] = {}
        self._of: object = None
        self._looked_at: Reading | None = None

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
        if found is None and not self._cases.is_whole:  # it may be an old one
            await self._cases.refresh_all()
            self._refused()
            found = self._find(value)
        if found is None:
            raise UnknownRecordError(
                f"There is no credit case {value[:40]!r} among {len(self._cases.records):,} cases of this "
                "administration. Give its case number, its formatted number or its id; get_debtor names the cases of "
                "a debtor."
            )
        return found

    def labelled(self, value: str) -> str | None:
        """The id of the case whose number stands in brackets at the end of a label, or at its beginning."""
        first, _, _ = value.strip().partition(" ")
        last = value.strip().removesuffix(")").rpartition("(")[2]
        ids = self._numbers()
        return ids.get(last) or ids.get(first)

    async def at_hand(self, patience: float) -> dict[str, str]:
        """The numbers read so far and the ids they stand for. Where none have been, a reading is begun in the
        background and waited for at most `patience` seconds; what it fails with is not raised here.
        """
        if not self._cases.is_read:
            if self._reading is None:
                self._reading = anyio.Event()
                self._group.start_soon(self._read_quietly, self._reading)
            with anyio.move_on_after(patience):
                await self._reading.wait()
        return self._numbers()

    @property
    def state(self) -> object:
        """Changes whenever the numbers do."""
        return id(self._cases.records), self._cases.records.version

    async def _read_quietly(self, done: anyio.Event) -> None:
        try:
            await self._cases.refresh()
        except UpstreamError:
            pass  # the next one who asks tries again
        finally:
            self._reading = None
            done.set()

    def _find(self, value: str) -> str | None:
        return self._numbers().get(value) or (value if self._cases.records.get(value) else None)

    def _numbers(self) -> dict[str, str]:
        """Both forms, the formatted one winning; made anew where the cases changed."""
        if self._of != self.state:
            cases = list(self._cases.records)
            self._ids = {case.case_number: case.id for case in cases if case.case_number}
            self._ids |= {case.credit_case_number: case.id for case in cases if case.credit_case_number}
            self._of = self.state
        return self._ids

    def _may_reread(self) -> bool:
        return self._looked_at is None or Reading.take().since(self._looked_at) > _REREAD_AFTER

    async def _read(self) -> None:
        began = Reading.take()
        await self._cases.refresh()
        self._refused()
        self._looked_at = began

    def _refused(self) -> None:
        if self._cases.refusal is not None:
            raise self._cases.refusal
