"""`interest_and_costs`: what the law lets one charge on late invoices."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Keys, Text, ToolSpec, at_most, parse_date, scope_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.answers.charges import Cases
    from payt_mcp.books.late import LateInvoices, Who

_MOST_INVOICES = 20
_LONGEST_AHEAD = dt.timedelta(days=366)
_WHO: dict[str, Who] = {"yes": "consumer", "no": "business", "": ""}


class InterestAndCosts(TypedDict, total=False):
    summary: str
    invoices: list[dict[str, Any]]
    sums: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def interest_and_costs(
    ctx: Ctx,
    debtor: Text = "",
    invoices: Keys = (),
    as_of: Text = "",
    consumer: Literal["", "yes", "no"] = "",
    country: Text = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, InterestAndCosts]:
    from payt_mcp.books.late import read_late  # noqa: PLC0415 - brings the client along

    named = at_most("invoices", invoices, _MOST_INVOICES)
    if not debtor and not named:
        raise InputError("interest_and_costs needs debtor or invoices. Nothing was looked up.")
    scope = await scope_of(ctx, administration_id)
    day = parse_date("as_of", as_of) or scope.today
    if day > scope.today + _LONGEST_AHEAD:
        raise BadValueError("as_of", as_of, "a day at most a year ahead")
    late = await read_late(scope, debtor, named, day, _WHO[consumer], country)
    answer = _answer(late, _cases(late, day), day, scope.administration.currency_code or "")
    answer.notes += scope.caveats
    answer.as_of = scope.as_of
    return answer.result()


TOOL = ToolSpec(
    interest_and_costs,
    "Interest and costs",
    "What the law (NL, BE, DE, GB) allows on late invoices. What Payt booked: get_credit_case.",
    toolset="insight",
    place=9,
    needs=("administrations:read", "debtors:read", "invoices:read"),
    may_need=("messages:read", "payments:read"),
)


def _cases(late: LateInvoices, day: dt.date) -> Cases:
    from payt_mcp.receivables.law.charges import charges  # noqa: PLC0415 - listing tools needs none of it

    who = [late.who] if late.who else ["business", "consumer"]
    regimes = {"business": late.law.business, "consumer": late.law.consumer}
    return [(one, charges(late.lates, late.law, regimes[one], day, costs_from=late.costs_from)) for one in who]


def _answer(late: LateInvoices, cases: Cases, day: dt.date, book_currency: str) -> Answer:
    from payt_mcp.answers import charges as words  # noqa: PLC0415 - listing tools needs none of it

    answer = Answer(words.summary_of(late, cases, day))
    if not late.lates:
        answer.notes = words.credit_notes(late)
        return answer
    rows, sums = words.rows_of(cases, book_currency), words.sums_of(cases)
    answer.data = {"invoices": rows, "sums": sums}
    answer.lines = [*present.table(rows, words.COLUMNS), *words.sum_lines(sums)]
    answer.notes = [*words.sources_of(late, cases), *words.notes_of(late, cases, day)]
    return answer
