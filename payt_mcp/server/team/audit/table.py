"""The same events as a table, one row each, for people and spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Any

from payt_mcp.server.team.audit.lines import Line
from payt_mcp.sheets.as_csv import no_formula
from payt_mcp.words.text import clean

COLUMNS = (
    "seq", "at", "what", "person", "address", "person_id", "channel", "program", "proposal", "kind", "administration",
    "amount", "proposed_by", "digest",
)  # fmt: skip


class Table:
    """Makes a row of each event out of the lines as they come."""

    def __init__(self) -> None:
        self._people: dict[str, Line] = {}
        self._proposals: dict[str, Line] = {}

    def heading(self) -> bytes:
        return _row(COLUMNS)

    def of(self, line: Line) -> bytes:
        """The row of an event; nothing of any other line."""
        if line["record"] == "person":
            self._people[line["id"]] = line
        elif line["record"] == "proposal":
            self._proposals[line["id"]] = line
        return self._event(line) if line["record"] == "event" else b""

    def _event(self, event: Line) -> bytes:
        who, proposal = event["who"], self._proposals.get(event["proposal_id"], {})
        person = self._people.get(who["approver"], {})
        return _row(
            (
                event["seq"], event["at"], event["what"], person.get("name", ""), person.get("address", ""),
                who["approver"], who["channel"], who["client"], event["proposal_id"], proposal.get("kind", ""),
                proposal.get("administration_id", ""), proposal.get("amount", ""), proposal.get("proposer", ""),
                event["digest"],
            )
        )  # fmt: skip


def _row(cells: tuple[Any, ...]) -> bytes:
    paper = io.StringIO()
    csv.writer(paper).writerow([no_formula(clean(cell)) if isinstance(cell, str) else cell for cell in cells])
    return paper.getvalue().encode()
