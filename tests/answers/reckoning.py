"""What is owed, reckoned a second time from the sandbox's raw rows.

Nothing of `payt_mcp.receivables` or `payt_mcp.payt` is used here: plain loops over the records as Payt would show
them, so that a mistake in the product and one in its test are not the same mistake.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from payt_mcp.words.text import outside
from payt_sandbox import World

Row = dict[str, Any]
NOTHING = Decimal("0.00")
_APART = dt.timedelta(minutes=2)
"""By how much two clocks may differ."""

BUCKETS = (("1-30", 1, 30), ("31-60", 31, 60), ("61-90", 61, 90), ("91+", 91, 10**6))
STEPS = (
    "bailiff", "pre_judicial", "notice_of_default", "summons_4", "summons_3", "summons_2", "summons_1", "pre_summons",
    "debt_collection", "collectable", "final_reminder", "reminder_4", "reminder_3", "reminder_2", "reminder_1",
)  # fmt: skip


class Ledger:
    """The raw rows of one administration, and today in its time zone."""

    def __init__(self, world: World, administration_id: str) -> None:
        book = world.book(administration_id)
        self.currency = book.currency
        self.today = world.clock().astimezone(ZoneInfo(book.timezone)).date()
        now = (world.clock() + _APART).strftime("%Y-%m-%dT%H:%M:%S")
        self.every = [{**_booked(row, book.currency), "now": now} for row in world.rows(administration_id, "invoices")]
        self.invoices = [row for row in self.every if amount(row["open_amount"]) != 0]
        self.paid = [row for row in self.every if amount(row["open_amount"]) == 0]
        self.debtors = {row["id"]: row for row in world.rows(administration_id, "debtors")}
        self.cases = {row["id"]: row for row in world.rows(administration_id, "credit_cases")}
        self.plans = [row for row in world.rows(administration_id, "payment_plans") if row["active"]]

    def late(self, row: Row) -> int:
        """Days past the due date; 0 without one."""
        return (self.today - date(row["due_date"])).days if row["due_date"] else 0

    def is_overdue(self, row: Row) -> bool:
        return amount(row["open_amount"]) > 0 and self.late(row) >= 1

    def name(self, row: Row) -> str:
        return outside(self.debtors[row["debtor_id"]]["name"], 60)


def _booked(row: Row, currency: str) -> Row:
    """An invoice in the currency of the books that has no amount in them counts with its own."""
    if row["currency_code"] != currency:
        return row
    own = {f"book_{name}": row[f"book_{name}"] or row[name] for name in ("open_amount", "total_amount")}
    return {**row, **own, "unbooked": row["book_open_amount"] is None}


def amount(text: str | None) -> Decimal:
    assert text is not None
    return Decimal(text)


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def total(rows: Iterable[Row]) -> Decimal:
    return sum((amount(row["book_open_amount"]) for row in rows), NOTHING)


def phase(row: Row) -> str:
    """A step dated ahead is planned, and has not been taken."""
    return next((step for step in STEPS if (at := row[f"{step}_at"]) and at <= row["now"]), "overdue")


def overdue(ledger: Ledger, min_days: int = 1) -> dict[str, Any]:
    """What `summarize_overdue` must say, all debtors on one page."""
    late = [row for row in ledger.invoices if ledger.late(row) >= min_days]
    valued = [row for row in late if row["book_open_amount"] is not None]
    owed = [row for row in valued if amount(row["open_amount"]) > 0]
    credit = [row for row in valued if amount(row["open_amount"]) < 0]
    debtors = _debtors(ledger, owed)
    buckets = []
    for days, low, high in BUCKETS:
        inside = [row for row in owed if low <= ledger.late(row) <= high]
        buckets.append({"days": days, "invoices": len(inside), "amount": str(total(inside))})
    return {
        "currency": ledger.currency,
        "overdue_gross": str(total(owed)),
        "overdue_credits": str(total(credit)),
        "overdue_net": str(total(owed) + total(credit)),
        "invoice_count": len(owed),
        "debtor_count": len(debtors),
        "total": len(debtors),
        "buckets": buckets,
        "debtors": debtors,
    }


def unvalued(ledger: Ledger) -> list[str]:
    """The numbers of the past-due items that have no amount in the administration's currency."""
    late = [row for row in ledger.invoices if ledger.late(row) >= 1]
    return [row["invoice_number"] for row in late if row["book_open_amount"] is None]


def _debtors(ledger: Ledger, owed: list[Row]) -> list[Row]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in owed:
        grouped[row["debtor_id"]].append(row)
    found = [(total(rows), max(map(ledger.late, rows)), key, rows) for key, rows in grouped.items()]
    found.sort(key=lambda one: (-one[0], -one[1], ledger.debtors[one[2]]["name"], one[2]))
    return [_debtor(ledger, key, rows) for _, _, key, rows in found]


def _debtor(ledger: Ledger, key: str, rows: list[Row]) -> Row:
    debtor = ledger.debtors[key]
    row: Row = {
        "debtor_number": debtor["debtor_number"],
        "name": outside(debtor["name"], 60),
        "overdue": str(total(rows)),
        "oldest_days": max(map(ledger.late, rows)),
        "invoices": len(rows),
        "phase": furthest(rows),
    }
    flags = attention(ledger, debtor)
    return row | ({"attention": flags} if flags else {})


def furthest(rows: list[Row]) -> str:
    return min((phase(row) for row in rows), key=(*STEPS, "overdue").index)


def attention(ledger: Ledger, debtor: Mapping[str, Any]) -> list[str]:
    """What must not be overlooked about a debtor: of any of its open invoices, of their cases, of it, of its plans."""
    own = [row for row in ledger.invoices if row["debtor_id"] == debtor["id"]]
    owed = [row for row in own if amount(row["open_amount"]) > 0]
    late = [row for row in owed if ledger.is_overdue(row)] or owed
    cases = {row["id"]: _case(ledger, row) for row in owed}
    named = {row["active_payment_plan_id"] for row in own} | {
        _case(ledger, row).get("active_payment_plan_id") for row in own
    }
    loose = [row for row in ledger.plans if row["debtor_id"] == debtor["id"] and row["id"] not in named]
    apart = all(
        row["paused_at"] or row["paused_by_user"] or cases[row["id"]].get("paused_at") for row in late
    ) and bool(late)
    flags = {
        "payment_plan": bool(loose)
        or any(row["active_payment_plan_id"] or cases[row["id"]].get("active_payment_plan_id") for row in owed),
        "paused": apart
        or bool(debtor["paused_at"] or debtor["reminding_paused_at"])
        or any(case.get("paused_at") for case in cases.values()),
        "with_bailiff": any(row["bailiff_at"] or cases[row["id"]].get("forwarded_to_bailiff_at") for row in owed),
        "credit_open": any(amount(row["open_amount"]) < 0 for row in own),
    }
    return [name for name, is_set in flags.items() if is_set]


def _case(ledger: Ledger, row: Row) -> Row:
    """The case an invoice is in; of one that was deactivated only its plan counts."""
    case = ledger.cases.get(row["active_credit_case_id"] or "", {})
    return {"active_payment_plan_id": case["active_payment_plan_id"]} if case.get("deactivated_at") else case


def debtor_balances(ledger: Ledger) -> list[Row]:
    """What `find_debtors` must say of every debtor, by debtor number: open and overdue are invoices, not credits."""
    rows = []
    for key, debtor in ledger.debtors.items():
        own = [row for row in ledger.invoices if row["debtor_id"] == key]
        owed = [row for row in own if amount(row["open_amount"]) > 0]
        valued = [row for row in owed if row["book_open_amount"] is not None]
        late = [row for row in owed if ledger.is_overdue(row)]
        row: Row = {
            "debtor_number": debtor["debtor_number"],
            "name": outside(debtor["name"], 60),
            "open": str(total(valued)),
            "overdue": str(total(row for row in valued if ledger.is_overdue(row))),
            "oldest_days": max(map(ledger.late, late), default=0),
            "phase": furthest(late) if late else "",
            "attention": attention(ledger, debtor),
        }
        rows.append({name: value for name, value in row.items() if value not in (0, "", [], None)})
    return sorted(rows, key=lambda row: str(row.get("debtor_number", "")))
