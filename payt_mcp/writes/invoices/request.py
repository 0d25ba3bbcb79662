"""Which request carries a batch of invoices out. Payt changes single fields of what it has; creating, and replacing
lines, goes through its upsert, which wants every field of a new invoice. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from payt_mcp.errors import InputError
from payt_mcp.words.field_names import field_words, listed
from payt_mcp.words.said import joined, say, value_of
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean
from payt_mcp.writes.invoices.steps import Step, missing_in

Content = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


def request_of(rows: Rows, steps: Sequence[Step]) -> dict[str, Any]:
    """How the rows are sent: `partial`, as changes of single fields; else with what is `filled` from the books, by the
    place of the row. What is filled is said on its row, so that a yes holds for these values alone.

    Raises:
        InputError: Payt does not show what would have to be filled.
    """
    posted = [(at, row, step) for at, (row, step) in enumerate(zip(rows, steps, strict=True)) if step.is_posted]
    short = [(at, step, missing) for at, row, step in posted if (missing := missing_in(row))]
    if short and all(step.action != "created" and "invoice_lines" not in row for _, row, step in posted):
        return {"partial": True}
    return {"filled": {str(at): _filled(at, step, missing) for at, step, missing in short}}


def _filled(at: int, step: Step, missing: Sequence[str]) -> dict[str, str]:
    unknown = [name for name in missing if name not in step.before]
    if unknown:
        raise InputError(f"invoices[{at}]: Payt shows no {listed(unknown)} of this invoice; give it with the rest.")
    said = (
        say("{name} {before}", name=Field(field_words(name)), before=value_of(name, clean(step.before[name], 40)))
        for name in missing
    )
    step.notes.append(say("sent along as it stands: {said}", said=joined(said)))
    return {name: step.before[name] for name in missing}


def posted_of(content: Content) -> list[dict[str, Any]]:
    """The rows that go to Payt, whole: those that it would refuse do not."""
    refused, filled = set(content.get("refused", ())), content.get("filled", {})
    rows = enumerate(content["invoices"])
    return [{**row, **filled.get(str(at), {})} for at, row in rows if at not in refused]
