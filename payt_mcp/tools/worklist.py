"""`get_worklist`: what to do today, debtor by debtor."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.answers.worklist import left_out_rows, said_of, step_words, worklist_row
from payt_mcp.tools.shared import (
    SHORT_PAGE,
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Listed,
    ToolSpec,
    begun,
    given,
    resumed,
    scope_of,
)
from payt_mcp.words import text as present


class WorklistDebtor(TypedDict, total=False):
    debtor_number: str
    name: str
    step: str
    reason: str
    amount: str
    facts: list[str]


class LeftOutDebtors(TypedDict, total=False):
    reason: str
    debtors: int
    amount: str


class Worklist(Listed, total=False):
    currency: str
    debtors: list[WorklistDebtor]
    left_out: list[LeftOutDebtors]


async def get_worklist(
    ctx: Ctx,
    top: Annotated[int, Field(ge=1, le=50, description="Debtors on a page.")] = SHORT_PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Worklist]:
    from payt_mcp.books.worklist import read_worklist  # noqa: PLC0415 - brings the client along

    args = given(administration_id=administration_id)
    page = None
    if cursor:
        scope, page = await resumed(ctx, cursor, "get_worklist", args, top)
    else:
        scope = await scope_of(ctx, administration_id)
    found, day = await read_worklist(scope)
    by_id = {standing.debtor_id: (standing, advice) for standing, advice in found.rows}
    page = page or begun(scope, "get_worklist", args, list(by_id), top)
    rows = [worklist_row(*by_id[key]) for key in page.ids if key in by_id]
    currency, books = scope.administration.currency_code or "", scope.account.books(scope.administration)
    name = present.outside(scope.administration.name, present.NAME_LENGTH)
    answer = Answer(f"{name}: {said_of(found, currency)}.")
    answer.data = {"currency": currency, "debtors": rows}
    answer.lines = ["", *present.table([_spoken(row) for row in rows], {**_COLUMNS, "amount": currency or "amount"})]
    if not cursor and found.left_out:
        left = left_out_rows(found.left_out)
        answer.data["left_out"] = left
        answer.lines += ["", "Left in peace:"]
        answer.lines += [f"- {one['amount']} of {one['debtors']}: {one['reason']}" for one in left]
    gone = len(page.ids) - len(rows)
    answer.notes += [f"{present.count(gone, 'debtor')} on this page with nothing left to do."] if gone else []
    answer.notes += [f"{said}: what they would say is not in it." for said in day.unseen]
    answer.notes += [f"More {what} than were looked through." for what in day.cut]
    answer.notes += [*books.unseen, *books.corrections(), *scope.caveats]
    answer.as_of, answer.total, answer.next_cursor = scope.here(books.as_of), page.total, page.next_cursor
    return answer.result()


TOOL = ToolSpec(
    get_worklist,
    "Get worklist",
    "What to do today about each debtor, most pressing first: answer, decide, fix an address, hand over, call, remind, "
    "each with its reason, and what is left in peace and why. Start here for what to do; rules: docs/rules.md.",
    toolset="core",
    place=10,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=(
        "messages:read",
        "notifications:read",
        "payments:read",
        "payment_plans:read",
        "tasks:read",
        "credit_cases:read",
    ),
)

_COLUMNS = {"debtor_number": "debtor", "name": "name", "step": "step", "amount": "amount", "reason": "why"}


def _spoken(row: dict[str, Any]) -> dict[str, Any]:
    why = "; ".join([row["reason"], *row.get("facts", ())])
    return {**row, "step": step_words(row["step"]), "reason": why}
