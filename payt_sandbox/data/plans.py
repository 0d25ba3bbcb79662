"""The payment plans of the data set, tied to the invoices and cases they are about."""

from typing import Final

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.world.tables import Row

_STATES: Final = ("active", "proposed", "active", "rejected", "active", "deactivated")


def make_plans(
    groups: dict[int, list[Row]], cases: list[Row], ids: list[int], dice: Dice, calendar: Calendar
) -> list[Row]:
    """At most one plan per id; active ones are set on two to five invoices of their debtor."""
    by_id = {case["id"]: case for case in cases}
    plans: list[Row] = []
    candidates = [(debtor_id, rows) for debtor_id, rows in groups.items() if len(rows) > 1]
    for debtor_id, rows in candidates[:: max(1, len(candidates) // len(ids))]:
        if len(plans) >= len(ids):
            break
        first = rows[0]["currency_code"]
        chosen = [row for row in rows if row["currency_code"] == first][: 2 + dice.below(4)]
        state = _STATES[len(plans) % len(_STATES)]
        plan = _plan(ids[len(plans)], debtor_id, state, sum(row["open_amount"] for row in chosen), dice, calendar)
        plan["invoice_ids"] = tuple(row["id"] for row in chosen)
        plans.append(plan)
        if state == "active":
            _tie(plan, chosen, by_id)
    return plans


def _tie(plan: Row, invoices: list[Row], cases: dict[int, Row]) -> None:
    for row in invoices:
        row["active_payment_plan_id"] = plan["id"]
        row["updated_at"] = max(row["updated_at"], plan["updated_at"])
        case = cases.get(row.get("active_credit_case_id", 0))
        if case is not None:
            case["active_payment_plan_id"] = plan["id"]
            case["updated_at"] = max(case["updated_at"], plan["updated_at"])


def _plan(record_id: int, debtor_id: int, state: str, amount: int, dice: Dice, calendar: Calendar) -> Row:
    ago = 10 + dice.below(70)
    plan: Row = {
        "id": record_id,
        "debtor_id": debtor_id,
        "active": state == "active",
        "auto_activated": state == "active" and record_id % 3 == 0,
        "reason": dice.pick(texts.PLAN_REASONS),
        "created_at": calendar.at(ago, 9),
        "proposed_at": calendar.at(ago, 9),
        "payment_terms": _terms(record_id, amount, ago, 3 + dice.below(4), calendar),
    }
    if state in ("active", "deactivated"):
        plan["approved_at"] = calendar.at(ago - 2, 10)
    if state == "rejected":
        plan["rejected_at"] = calendar.at(ago - 3, 11)
        plan["rejected_by_user"] = names.USERS[0]
    if state == "deactivated":
        plan["deactivated_at"] = calendar.at(ago - 5, 12)
    plan["updated_at"] = max(value for name, value in plan.items() if name.endswith("_at"))
    return plan


def _terms(plan_id: int, amount: int, ago: int, count: int, calendar: Calendar) -> tuple[tuple[object, ...], ...]:
    """Monthly terms after the proposal; what is still open of the invoices is spread over those to come."""
    days = [ago - 30 * (term + 1) for term in range(count)]
    ahead = [day for day in days if day <= 0] or days[-1:]
    terms = []
    left = amount
    for position, day in enumerate(days):
        is_ahead = day in ahead
        part = left if position == count - 1 else amount // len(ahead)
        left -= part if is_ahead else 0
        paid_on = None if is_ahead else calendar.day(day + 1)
        terms.append((plan_id * 12 + position, part, part if is_ahead else 0, calendar.day(day), paid_on))
    return tuple(terms)
