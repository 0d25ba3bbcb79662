"""The records of the past: an invoice as its entries left it, and a payment record for each of them."""

from typing import Final

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import SLOTS, Calendar, Dice
from payt_sandbox.data.invoices import LONG_FLOW, SHORT_FLOW, TERMS
from payt_sandbox.data.past.entries import Entry
from payt_sandbox.data.past.habits import Habit
from payt_sandbox.data.profile import Profile
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import convert, share

_NO_BOOK_AMOUNT: Final = (157, 30)
_OTHER_CURRENCY: Final = 3
_DIRECT_DEBIT: Final = 19


class Writer:
    """Writes rows for the debtors of one administration, by their place among all."""

    def __init__(self, profile: Profile, debtors: list[Row], dice: Dice, calendar: Calendar) -> None:
        self._profile, self._debtors, self._dice, self._calendar = profile, debtors, dice, calendar
        self._today = calendar.today.toordinal()
        self._foreign = tuple(profile.rates)
        self._currencies = [self._usual_currency(debtor) for debtor in debtors]
        self._sequence: dict[str, int] = {}
        self._written = 0

    def _usual_currency(self, debtor: Row) -> str:
        if debtor["postal_address"][-1] == "GB" and "GBP" in self._foreign:
            return "GBP"
        return self._dice.pick(self._foreign) if self._dice.chance(_OTHER_CURRENCY) else self._profile.currency

    def invoice(self, debtor: int, day: int, total: int) -> Row:
        """An invoice of that day (an ordinal) with nothing booked on it; it has no id and no number yet."""
        owner, ago = self._debtors[debtor], self._today - day
        row: Row = {
            "currency_code": self._currencies[debtor],
            "payment_method": "direct_debit" if debtor % _DIRECT_DEBIT == 0 else "bank_transfer",
            "debtor_id": owner["id"],
            "debtor_number": owner["debtor_number"],
            "invoice_date": self._calendar.day(ago),
            "due_date": self._calendar.day(ago - TERMS[debtor % len(TERMS)]),
            "sent_at": self._calendar.at(ago, 3 + self._dice.below(SLOTS - 3)),
            "total_amount": total,
            "flow_code": "standaard" if debtor % 5 else "zakelijk",
        }
        self._written += 1
        if self._written % _NO_BOOK_AMOUNT[0] != _NO_BOOK_AMOUNT[1]:
            rate = self._profile.rates.get(row["currency_code"])
            row["book_total_amount"] = total if rate is None else convert(total, rate)
        return row

    def number(self, row: Row, record_id: int) -> None:
        """Gives an invoice its id and what follows from it; numbers run with the calls."""
        year = row["invoice_date"][:4]
        sequence = self._sequence[year] = self._sequence.get(year, 0) + 1
        row["id"] = record_id
        row["invoice_number"] = f"{year}5{sequence:05d}"
        row["invoice_identifier"] = f"inv-{record_id * 17 + 3}"
        if record_id % 3:
            row["description"] = texts.DESCRIPTIONS[record_id % len(texts.DESCRIPTIONS)]
        if record_id % 14 == 3:
            row["category"] = names.CATEGORIES[record_id % len(names.CATEGORIES)]

    def book(self, row: Row, entries: list[Entry], habit: Habit, debtor: int) -> None:
        """What is open of the invoice after these entries, when it was paid, and the reminders that went out before."""
        total = row["total_amount"]
        still_open = row["open_amount"] = total - sum(entry.cents for entry in entries)
        if "book_total_amount" in row:
            row["book_open_amount"] = share(row["book_total_amount"], still_open, total)
        latest = row["sent_at"]
        if entries:
            latest = max(latest, self._calendar.at(self._today - entries[-1].day, 8))
        if not still_open:
            row["payment_date"] = self._calendar.day(self._today - entries[-1].day)
        row["updated_at"] = max(latest, self._remind(row, entries, habit, debtor)) if total > 0 else latest

    def _remind(self, row: Row, entries: list[Entry], habit: Habit, debtor: int) -> str:
        """Stamps every reminder that fell on a day with something open; gives the last one."""
        due = self._today - self._calendar.days_since(row["due_date"])
        end = entries[-1].day if entries and not row["open_amount"] else self._today
        latest = ""
        for offset, name in LONG_FLOW if debtor % 3 else SHORT_FLOW:
            day = due + habit.grace + offset
            if day >= end:
                break
            latest = row[name] = self._calendar.at(self._today - day, 4)
        return latest

    def payments(self, row: Row, entries: list[Entry]) -> list[Row]:
        """A record for each entry, without an id; book amounts add up to what the invoice's fell by."""
        rows, paid, booked = [], 0, 0
        for entry in entries:
            ago = self._today - entry.day
            payment: Row = {
                "invoice_id": row["id"],
                "total_amount": entry.cents,
                "payment_date": self._calendar.day(ago),
                "transaction_type": entry.kind,
                "cost_type": "principal",
                "updated_at": max(self._calendar.at(ago, 8), row["sent_at"]),
            }
            if "book_total_amount" in row:
                paid += entry.cents
                now_booked = share(row["book_total_amount"], paid, row["total_amount"])
                payment["total_book_amount"], booked = now_booked - booked, now_booked
            if entry.code:
                payment["reversal_code"] = entry.code
            if entry.kind == "payment":
                payment["payment_method"] = "ideal" if row["id"] % 4 == 0 else row["payment_method"]
            rows.append(payment)
        return rows
