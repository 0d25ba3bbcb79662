"""The credit cases of the data set, tied to the invoices they are about."""

from typing import Final

from payt_sandbox.data import names
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
    room = calendar.days_since(newest) - 1
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
