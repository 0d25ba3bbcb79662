"""Credit cases and payment plans of the data set, tied to the invoices they are about."""

from typing import Final

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.world.tables import Row

FIRST_CASE: Final = 48201

# The stamps of a case, and how the same step is called on its invoices.
_STEPS: Final = (
    ("pre_summons_at", "pre_summons_at"),
    ("summons_1_at", "summons_1_at"),
    ("summons_2_at", "summons_2_at"),
    ("summons_3_at", "summons_3_at"),
    ("summons_4_at", "summons_4_at"),
    ("notice_of_default_at", "notice_of_default_at"),
    ("pre_judicial_at", "pre_judicial_at"),
    ("forwarded_to_bailiff_at", "bailiff_at"),
)
_STATES: Final = ("active", "proposed", "active", "rejected", "active", "deactivated")


def by_debtor(invoices: list[Row]) -> dict[int, list[Row]]:
    """The open invoices with a positive open amount, per debtor id, oldest first."""
    groups: dict[int, list[Row]] = {}
    for row in invoices:
        if row["open_amount"] > 0:
            groups.setdefault(row["debtor_id"], []).append(row)
    return groups


def make_cases(groups: dict[int, list[Row]], ids: list[int], dice: Dice, calendar: Calendar) -> list[Row]:
    """At most one case per id, for debtors with invoices that are ready for collection; phases take turns."""
    cases: list[Row] = []
    for debtor_id, invoices in groups.items():
        ready = [row for row in invoices if "collectable_at" in row]
        if not ready or len(cases) >= len(ids):
            continue
        same = [row for row in ready if row["currency_code"] == ready[0]["currency_code"]][: 1 + dice.below(6)]
        cases.append(_case(len(cases), ids[len(cases)], debtor_id, same, calendar))
    return cases


def _case(place: int, record_id: int, debtor_id: int, invoices: list[Row], calendar: Calendar) -> Row:
    newest = max(row["collectable_at"] for row in invoices)
    room = _days_ago(newest, calendar) - 1
    steps = min(place % (len(_STEPS) + 1), max(room - 1, 0))
    started = max(1, min(room, steps * 11 + 3))
    total = sum(row["total_amount"] for row in invoices)
    still_open = sum(row["open_amount"] for row in invoices)
    number = str(FIRST_CASE + place * 3)
    case: Row = {
        "id": record_id,
        "case_number": number,
        "credit_case_number": f"D{calendar.day(started)[:4]}-{number}",
        "currency_code": invoices[0]["currency_code"],
        "debtor_id": debtor_id,
        "total_amount": total,
        "open_amount": still_open,
        "interest_costs": still_open * 2 // 100 if steps else 0,
        "debt_collection_costs": max(4000, still_open * 15 // 100) if steps else 0,
        "started_at": calendar.at(started, 5),
    }
    case["open_interest_and_collection_costs"] = case["interest_costs"] + case["debt_collection_costs"]
    gap = started // (steps + 1) or 1
    for step, (on_case, on_invoice) in enumerate(_STEPS[:steps], 1):
        case[on_case] = calendar.at(max(1, started - step * gap), 5 + min(step, 6))
        for row in invoices:
            row[on_invoice] = case[on_case]
    _state(case, place, invoices, calendar)
    latest = max(value for name, value in case.items() if name.endswith("_at"))
    case["updated_at"] = latest
    for row in invoices:
        row["debt_collection_at"] = case["started_at"]
        row["updated_at"] = max(row["updated_at"], latest)
    return case


def _state(case: Row, place: int, invoices: list[Row], calendar: Calendar) -> None:
    if place % 5 == 2:
        case["labels"] = (names.LABELS[place % len(names.LABELS)],)
    if place % 7 == 5:
        case["paused_at"] = calendar.at(1, 13)
    if place % 10 == 9:
        case["deactivated_at"] = calendar.at(1, 14)
        return
    for row in invoices:
        row["active_credit_case_id"] = case["id"]


def _days_ago(moment: str, calendar: Calendar) -> int:
    return (calendar.today - calendar.today.fromisoformat(moment[:10])).days


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
