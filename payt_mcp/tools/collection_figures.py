"""`collection_figures`: how collecting goes, in a period and in the one before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.errors import BadValueError
from payt_mcp.tools.shared import (
    Administrations,
    Answer,
    Ctx,
    Text,
    ToolSpec,
    earliest,
    in_order,
    labelled,
    parse_date,
    scopes_of,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payt_mcp.books.insight import ReadFigures
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered
    from payt_mcp.receivables.insight.period import Period


class CollectionFigures(TypedDict, total=False):
    summary: str
    currency: str
    figures: dict[str, Any]
    collected_by: dict[str, str]
    movements: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def collection_figures(
    ctx: Ctx, period_from: Text = "", period_to: Text = "", administration_id: Administrations = ""
) -> Annotated[CallToolResult, CollectionFigures]:
    from payt_mcp.books.several import ask_each  # noqa: PLC0415 - brings the client along

    scopes = await scopes_of(ctx, administration_id)
    found, _ = await ask_each(scopes, partial(_read, period_from=period_from, period_to=period_to))
    answer = _whole(*found[0]) if len(found) == 1 else _each(found)
    answer.as_of = earliest(scopes, (read.told.as_of for _, read in found))
    return answer.result()


TOOL = ToolSpec(
    collection_figures,
    "Collection figures",
    "How collecting goes: collected by week, DSO, days late, effectiveness; in a period (else last month) and the one "
    "before.",
    toolset="insight",
    place=1,
    needs=("administrations:read", "invoices:read", "debtors:read", "payments:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)


async def _read(scope: Scope, period_from: str, period_to: str) -> ReadFigures:
    from payt_mcp.books.insight import read_figures  # noqa: PLC0415 - brings the client along

    return await read_figures(scope, _period(scope, period_from, period_to))


def _period(scope: Scope, period_from: str, period_to: str) -> Period:
    """The period that is meant, today at the most. Raises BadValueError."""
    from payt_mcp.books.history import first_day  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables.insight.period import Period, month_before  # noqa: PLC0415

    first, last = parse_date("period_from", period_from), parse_date("period_to", period_to)
    if first is None and last is None:
        return month_before(scope.today)
    if first is None:
        raise BadValueError("period_from", "", "give the first day of the period, too")
    last = last or scope.today
    in_order("period_from", first, "period_to", last)
    if last > scope.today:
        raise BadValueError("period_to", period_to, f"at most today ({scope.today}): nothing is collected ahead")
    if first < first_day(scope.today):
        raise BadValueError("period_from", period_from, f"{first_day(scope.today)} or later: so far the past is read")
    return Period(first, last)


def _whole(scope: Scope, read: ReadFigures) -> Answer:
    """Everything there is of one administration."""
    from payt_mcp.answers import collection as words  # noqa: PLC0415 - listing tools needs none of it

    currency = scope.administration.currency_code or ""
    figures, by_step = words.figures_of(read.compared), words.collected_by(read.compared)
    moved = words.movement_rows(read.compared, read.told.items)
    answer = Answer(words.summary_of(read.compared, currency))
    answer.data = {"currency": currency, "figures": figures, "collected_by": by_step, "movements": moved}
    answer.lines = ["", *present.table(words.figure_rows(figures), words.FIGURES)]
    answer.lines += ["", f"Collected from {'; '.join(f'{day} {amount}' for day, amount in by_step.items())}"]
    answer.lines += ["", *present.table(words.worded_movements(moved), words.MOVEMENTS)] if moved else []
    answer.notes = [*words.notes_of(read.compared, scope.today, currency), *read.told.notes, words.DEFINITIONS]
    return answer


def _each(found: Sequence[Answered[ReadFigures]]) -> Answer:
    """The figures of several, each in the currency of its books."""
    from payt_mcp.answers import collection as words  # noqa: PLC0415 - listing tools needs none of it
    from payt_mcp.books.scope import administration_name  # noqa: PLC0415

    answer = Answer(f"{present.count(len(found), 'administration')}, each in its own currency.", {"figures": {}})
    for scope, read in found:
        currency = scope.administration.currency_code or ""
        figures = words.figures_of(read.compared)
        answer.data["figures"][scope.id] = {"currency": currency, **figures}
        answer.lines += ["", f"{administration_name(scope)}: {words.summary_of(read.compared, currency)}"]
        answer.lines += present.table(words.figure_rows(figures), words.FIGURES)
        answer.notes += labelled(
            scope, [*words.notes_of(read.compared, scope.today, currency), *read.told.notes], found
        )
    answer.notes += ["Weeks and movements come with one administration.", words.DEFINITIONS]
    return answer
