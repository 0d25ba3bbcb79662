"""`expected_receipts`: when what is open will come in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import Administrations, Answer, Ctx, Text, ToolSpec, earliest, labelled, scopes_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payt_mcp.books.insight import ReadForecast
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered


class ExpectedReceipts(TypedDict, total=False):
    summary: str
    currency: str
    totals: dict[str, Any]
    weeks: list[dict[str, str]]
    as_of: str
    notes: list[str]


async def expected_receipts(
    ctx: Ctx, debtor: Text = "", administration_id: Administrations = ""
) -> Annotated[CallToolResult, ExpectedReceipts]:
    from payt_mcp.books.insight import read_forecast  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.several import ask_each  # noqa: PLC0415

    scopes = await scopes_of(ctx, administration_id)
    found, unknown = await ask_each(scopes, partial(read_forecast, debtor=debtor))
    answer = _whole(*found[0]) if len(scopes) == 1 else _each(found)
    answer.notes = [*unknown, *answer.notes]
    answer.as_of = earliest(scopes, (read.told.as_of for _, read in found))
    return answer.result()


TOOL = ToolSpec(
    expected_receipts,
    "Expected receipts",
    "When open invoices will be paid: 13 weeks with low and high, of one debtor or all, from how each pays.",
    toolset="insight",
    place=3,
    needs=("administrations:read", "invoices:read", "debtors:read", "payments:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)

_COLUMNS = {"from": "week from", "expected": "expected", "low": "low", "high": "high"}


def _whole(scope: Scope, read: ReadForecast) -> Answer:
    """Everything there is of one administration."""
    from payt_mcp.answers import receipts as words  # noqa: PLC0415 - listing tools needs none of it

    answer, currency = Answer(_said(scope, read)), scope.administration.currency_code or ""
    answer.data = {"currency": currency}
    if read.expected is not None:
        rows = words.week_rows(read.expected)
        answer.data |= {"totals": words.totals_of(read.expected), "weeks": rows}
        answer.lines = ["", *present.table(rows, _COLUMNS)]
    answer.notes = [*_notes(scope, read), *([words.LIMITS] if read.expected else [])]
    return answer


def _each(found: Sequence[Answered[ReadForecast]]) -> Answer:
    """The totals of several, each in the currency of its books."""
    from payt_mcp.answers import receipts as words  # noqa: PLC0415 - listing tools needs none of it
    from payt_mcp.books.scope import administration_name  # noqa: PLC0415

    count = present.count(len(found), "administration")
    answer = Answer(f"{count}, each in its own currency.", {"totals": {}})
    for scope, read in found:
        currency = scope.administration.currency_code or ""
        totals = words.totals_of(read.expected) if read.expected else {}
        answer.data["totals"][scope.id] = {"currency": currency, **totals}
        answer.lines.append(f"{administration_name(scope)}: {_said(scope, read)}")
        answer.notes += labelled(scope, _notes(scope, read), found)
    answer.notes += ["Weeks come with one administration.", words.LIMITS]
    return answer


def _said(scope: Scope, read: ReadForecast) -> str:
    from payt_mcp.answers.receipts import summary_of  # noqa: PLC0415 - listing tools needs none of it

    said = summary_of(read.receivable, read.expected, scope.administration.currency_code or "")
    return f"{present.outside(read.debtor.name, present.NAME_LENGTH)}: {said}" if read.debtor else said


def _notes(scope: Scope, read: ReadForecast) -> Iterable[str]:
    from payt_mcp.answers.receipts import Paid, notes_of  # noqa: PLC0415 - listing tools needs none of it

    currency = scope.administration.currency_code or ""
    said = notes_of(read.receivable, read.expected, Paid(read.paid, read.first), read.unknown, currency)
    return [*said, *read.told.notes]
