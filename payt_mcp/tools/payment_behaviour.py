"""`payment_behaviour`: how one debtor pays."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Key, ToolSpec, scope_of
from payt_mcp.words import text as present


class PaymentBehaviour(TypedDict, total=False):
    summary: str
    debtor_number: str
    currency: str
    behaviour: dict[str, Any]
    as_of: str
    notes: list[str]


async def payment_behaviour(
    ctx: Ctx, debtor: Key, administration_id: AdministrationId = ""
) -> Annotated[CallToolResult, PaymentBehaviour]:
    from payt_mcp.answers import behaviour as words  # noqa: PLC0415 - listing tools needs none of these
    from payt_mcp.books.insight import read_behaviour  # noqa: PLC0415

    scope = await scope_of(ctx, administration_id)
    read = await read_behaviour(scope, debtor)
    currency = scope.administration.currency_code or ""
    fields = words.fields_of(read.behaviour)
    answer = Answer(words.summary_of(present.outside(read.debtor.name, present.NAME_LENGTH), read.behaviour, currency))
    answer.data = {"debtor_number": present.code(read.debtor.number), "currency": currency, "behaviour": fields}
    answer.lines = [f"debtor {present.code(read.debtor.number)}, {currency}", *words.lines_of(fields)]
    answer.notes = [*words.notes_of(read.behaviour, read.told.begins), *read.told.notes, words.DEFINITION]
    answer.as_of = scope.here(read.told.as_of)
    return answer.result()


TOOL = ToolSpec(
    payment_behaviour,
    "Payment behaviour",
    "How one debtor pays: days late, trend, after which reminder, in parts, what is at risk.",
    toolset="insight",
    place=2,
    needs=("administrations:read", "invoices:read", "debtors:read", "payments:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)
