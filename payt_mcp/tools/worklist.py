"""`get_worklist`: what to do today, debtor by debtor."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.errors import BadValueError
from payt_mcp.tools.shared import (
    SHORT_PAGE,
    Administrations,
    Answer,
    Ctx,
    Cursor,
    Listed,
    Shown,
    Text,
    ToolSpec,
    begun_of,
    earliest,
    given,
    labelled,
    resumed_of,
    scopes_of,
    unranked,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered
    from payt_mcp.books.worklist import Day


class WorklistDebtor(TypedDict, total=False):
    administration_id: str
    debtor_number: str
    name: str
    step: str
    reason: str
    amount: str
    currency: str
    facts: list[str]


class Worklist(Listed, total=False):
    currency: str
    debtors: list[WorklistDebtor]
    left_out: list[dict[str, Any]]


async def get_worklist(
    ctx: Ctx,
    step: Annotated[Text, Field(description="One only; must_not, not_yet: left in peace.")] = "",
    top: Annotated[int, Field(ge=1, le=50)] = SHORT_PAGE,
    cursor: Cursor = "",
    administration_id: Administrations = "",
) -> Annotated[CallToolResult, Worklist]:
    from payt_mcp.answers.worklist import said_of, waits_longest  # noqa: PLC0415 - listing tools needs none of these
    from payt_mcp.books.several import ask_each  # noqa: PLC0415
    from payt_mcp.books.worklist import read_worklist  # noqa: PLC0415
    from payt_mcp.receivables.worklist.rules import LEFT  # noqa: PLC0415

    args = given(step=_step(step), administration_id=administration_id)
    page = None
    if cursor:
        scopes, page = await resumed_of(ctx, cursor, "get_worklist", args, top)
    else:
        scopes = await scopes_of(ctx, administration_id, every=True)
    found, unknown = await ask_each(scopes, read_worklist)
    page = page or begun_of(scopes, "get_worklist", args, _ranked(scopes, found, args.get("step", "")), top)
    only = page.listing.args.get("step", "")
    said = (f"{_name(scope)}: {said_of(day.worklist, _currency(scope), only)}." for scope, day in found)
    answer = Answer(" ".join(said) if page.is_first else f"Debtors {page.places}.")
    answer.data = {"currency": _currency(scopes[0])} if len(scopes) == 1 else {}
    _add_rows(answer, scopes, found, page)
    if page.is_first and only in {"", *LEFT}:
        _add_left_out(answer, scopes, found, only)
    answer.summary += unranked(scopes) if page.is_first else ""
    is_of_waiting = page.is_first and only in {"", "answer_message"}
    for scope, day in found:
        waits = waits_longest(day.worklist, 3 if only else 1) if is_of_waiting else []
        beside = _beside(day, _currency(scope)) if page.is_first and only == "must_not" else []
        notes = [*waits, *beside, *day.notes, *scope.caveats]
        answer.notes += labelled(scope, notes, scopes)
    answer.notes = [*unknown, *answer.notes]
    looked = max((day.message_days for _, day in found), default=0)
    if looked and is_of_waiting:
        answer.notes.append(f"Messages of the last {looked} days only; get_debtor has older ones.")
    answer.as_of = earliest(scopes, (day.as_of for _, day in found))
    answer.total, answer.next_cursor = page.total, page.next_cursor
    return answer.result()


def _step(value: str) -> str:
    from payt_mcp.receivables.worklist.rules import LEFT, STEPS  # noqa: PLC0415 - listing tools needs none of it

    named = value.strip().casefold().replace(" ", "_")
    if named in {"", *STEPS, *LEFT}:
        return named
    begun = [step for step in (*STEPS, *LEFT) if step.startswith(named)]  # `answer` for `answer_message`
    if len(begun) != 1:
        raise BadValueError("step", value, f"one of {', '.join((*STEPS, *LEFT))}, or none for all there is to do")
    return begun[0]


def _ranked(scopes: Sequence[Scope], found: Sequence[Answered[Day]], only: str) -> list[str]:
    """The ids of a listing, step by step; within a step the administrations come in turn: currencies do not compare."""
    from payt_mcp.books.several import pinned  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables.selection import in_turn  # noqa: PLC0415
    from payt_mcp.receivables.worklist.rules import STEPS  # noqa: PLC0415

    ids: list[str] = []
    for step in (only,) if only else STEPS:
        apart = (
            [pinned(scopes, scope, standing.debtor_id) for standing, _ in day.worklist.of_step(step)]
            for scope, day in found
        )
        ids += in_turn(apart)
    return ids


def _add_rows(answer: Answer, scopes: Sequence[Scope], found: Sequence[Answered[Day]], page: Shown) -> None:
    from payt_mcp.answers.worklist import worklist_row  # noqa: PLC0415 - listing tools needs none of these
    from payt_mcp.books.several import pinned  # noqa: PLC0415

    only, wanted = page.listing.args.get("step", ""), set(page.ids)
    rows = {
        key: _whose(scopes, scope) | worklist_row(standing, advice)
        for scope, day in found
        for standing, advice in day.worklist.of_step(only)
        if (key := pinned(scopes, scope, standing.debtor_id)) in wanted
    }
    shown = [rows[key] for key in page.ids if key in rows]
    gone = len(page.ids) - len(shown)
    now = "in another step by now" if only else "with nothing left to do"
    answer.notes += [f"{present.count(gone, 'debtor')} on this page {now}."] if gone else []
    answer.data["debtors"] = shown
    columns = {**_COLUMNS, "amount": answer.data.get("currency") or "amount"}
    answer.lines = ["", *present.table([_spoken(row) for row in shown], columns)]


def _add_left_out(answer: Answer, scopes: Sequence[Scope], found: Sequence[Answered[Day]], only: str) -> None:
    """The sums by reason of all who are left in peace, or of those in place of the `only` step that is asked for."""
    from payt_mcp.answers.worklist import left_out_rows  # noqa: PLC0415 - listing tools needs none of it

    every = (_whose(scopes, scope) | row for scope, day in found for row in left_out_rows(day.worklist.left_out))
    left = [row for row in every if only in {"", row["chase"].replace(" ", "_")}]
    if not left:
        return
    answer.data["left_out"] = left
    sums: dict[tuple[str, str], list[str]] = {}
    for one in left:
        whose = f" ({one['currency']}, {one['administration_id']})" if len(scopes) > 1 else ""
        sums.setdefault((one["chase"], one["reason"]), []).append(f"{one['amount']} of {one['debtors']}{whose}")
    answer.lines += ["", "By reason" if only else "Not today (step=not_yet or must_not says who)"]
    lines = [f"{chase}: {', '.join(of_each)}, {reason}" for (chase, reason), of_each in sums.items()]
    most = len(lines) if only or len(lines) == _MOST_LEFT + 1 else _MOST_LEFT
    answer.lines += lines[:most]
    answer.lines += [f"and {len(lines) - most} more reasons, for less"] if lines[most:] else []


def _beside(day: Day, currency: str) -> list[str]:
    """Who has a step that chases nobody, as to answer a message, and owes nothing that may be chased."""
    beside = [one for one, _ in day.worklist.rows if one.owing.overdue and not one.chasing.amount]
    if not beside:
        return []
    amount = present.money(sum((one.owing.overdue for one in beside), Decimal("0.00")), currency)
    who = present.some([present.code(one.number) for one in beside], most=_MOST_BESIDE)
    whose = f"{present.count(len(beside), 'debtor')} with another step"
    return [f"Nor may {amount} of {whose} be chased, which is not in these sums: {who}."]


def _whose(scopes: Sequence[Scope], scope: Scope) -> dict[str, Any]:
    """Of several administrations, the one of a row and its currency."""
    return {"administration_id": scope.id, "currency": _currency(scope)} if len(scopes) > 1 else {}


def _currency(scope: Scope) -> str:
    return scope.administration.currency_code or ""


def _name(scope: Scope) -> str:
    return present.outside(scope.administration.name, present.NAME_LENGTH)


TOOL = ToolSpec(
    get_worklist,
    "Get worklist",
    "What to do today about each debtor, most pressing first, with the reason. Start here. Steps in order: "
    "answer_message, decide_plan, check_missed_term, do_task, match_credit, fix_address, check_promise, hand_over, "
    "propose_plan, call, remind.",
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
    if_there=("notes:read",),
)

_MOST_BESIDE = 20
_MOST_LEFT = 5

_COLUMNS = {
    "administration_id": "administration",
    "debtor_number": "debtor",
    "name": "name",
    "step": "step",
    "amount": "amount",
    "currency": "currency",
    "reason": "why",
}


def _spoken(row: dict[str, Any]) -> dict[str, Any]:
    from payt_mcp.answers.worklist import step_words  # noqa: PLC0415 - listing tools needs none of it

    why = "; ".join([row["reason"], *row.get("facts", ())])
    return {**row, "step": step_words(row["step"]), "reason": why}
