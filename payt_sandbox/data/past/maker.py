"""The invoices and payments of the past of one administration."""

from itertools import accumulate
from operator import itemgetter
from typing import Final

from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.ids import Ids
from payt_sandbox.data.invoices import TERMS
from payt_sandbox.data.past.entries import CREDITED, Entry, entries_of
from payt_sandbox.data.past.habits import Habit, make_habit
from payt_sandbox.data.past.writer import Writer
from payt_sandbox.data.profile import Profile
from payt_sandbox.world.tables import Row

# Whole units of currency around which the invoices of a debtor lie.
_LEVELS: Final = (60, 110, 240, 390, 620, 980, 1550, 2400, 3900, 7200)
_STILL_SUPPLIED: Final = 75
_LATELY: Final = 30
_PARTS_WITHIN: Final = 60

# An invoice while it is made: its day (an ordinal), its row, and what is booked on it before today.
_Draft = tuple[int, Row, list[Entry]]


class PastMaker:
    """Makes the past, some days long, of the debtors of one administration.

    Each debtor has a habit and an order of size of its own; what is not paid by now stays open.
    """

    def __init__(self, profile: Profile, debtors: list[Row], days: int, dice: Dice, calendar: Calendar) -> None:
        self._dice, self._calendar = dice, calendar
        self._debtors = debtors
        self._today = calendar.today.toordinal()
        self._first = self._today - days
        self._habits = [make_habit(place, self._first, self._today, dice) for place in range(len(debtors))]
        self._levels = [dice.pick(_LEVELS) for _ in debtors]
        self._writer = Writer(profile, debtors, dice, calendar)

    def settle(self, invoices: list[Row]) -> None:
        """Has the paid ones among other invoices paid as their debtor is used to."""
        habits = {debtor["id"]: habit for debtor, habit in zip(self._debtors, self._habits, strict=True)}
        for row in invoices:
            if row["open_amount"] == 0:
                ago = self._paid_ago(row, habits[row["debtor_id"]])
                row["payment_date"] = self._calendar.day(ago)
                row["updated_at"] = max(self._calendar.at(ago, 8), row["sent_at"])

    def date(self, payments: list[Row], invoices: list[Row]) -> None:
        """Spreads what was paid of other invoices in part over the days on which that is likely."""
        partly_paid = {row["id"]: row for row in invoices if row["open_amount"]}
        for payment in payments:
            invoice = partly_paid.get(payment["invoice_id"])
            if invoice is not None:
                ago = self._partly_ago(invoice)
                payment["payment_date"], payment["updated_at"] = self._calendar.day(ago), self._calendar.at(ago, 8)

    def _partly_ago(self, row: Row) -> int:
        """Some day after the invoice, until two months after it was due."""
        since = self._calendar.days_since(row["sent_at"]) - 1
        due = self._calendar.days_since(row["due_date"]) if "due_date" in row else since
        latest = max(1, due - _PARTS_WITHIN)
        return latest + self._dice.below(max(1, since - latest + 1))

    def _paid_ago(self, row: Row, habit: Habit) -> int:
        """As many days ago as the habit says; some day lately where that is still to come, as it is paid."""
        since, due = self._calendar.days_since(row["invoice_date"]), self._calendar.days_since(row["due_date"])
        pays = habit.pays(self._today - due, self._dice)
        ago = self._today - pays[-1][0] if pays else 0
        return min(ago, since) if ago >= 1 else 1 + self._dice.below(max(1, min(since, _LATELY)))

    def make(self, count: int, ids: Ids) -> tuple[list[Row], list[Row]]:
        """That many invoices, credit notes on top, and what was booked on them; both oldest first."""
        drafts = [draft for day, debtor in self._specs(count) for draft in self._drafts(day, debtor)]
        drafts.sort(key=itemgetter(0))
        bookings: list[tuple[int, Row]] = []
        for (_, row, entries), record_id in zip(drafts, ids.take("invoices", len(drafts)), strict=True):
            self._writer.number(row, record_id)
            bookings += zip((entry.day for entry in entries), self._writer.payments(row, entries), strict=True)
        bookings.sort(key=itemgetter(0))
        for (_, payment), record_id in zip(bookings, ids.take("payments", len(bookings)), strict=True):
            payment["id"] = record_id
            payment["origin_identifier"] = f"pay-{record_id}"
        return [row for _, row, _ in drafts], [payment for _, payment in bookings]

    def _specs(self, count: int) -> list[tuple[int, int]]:
        """(day of an invoice, place of its debtor), oldest first; few debtors have many invoices. One that stopped
        paying is not supplied for long.
        """
        dice = self._dice
        ranks = list(range(len(self._debtors)))
        dice.shuffle(ranks)
        weights = list(accumulate((rank + 3) ** -0.8 for rank in ranks))
        specs = []
        for debtor in dice.choices(range(len(ranks)), cum_weights=weights, k=count):
            last = min(self._today, self._habits[debtor].until + _STILL_SUPPLIED)
            specs.append((self._first + dice.below(max(1, last - self._first)), debtor))
        return sorted(specs)

    def _drafts(self, day: int, debtor: int) -> list[_Draft]:
        """The invoice of a day, and its credit note if it has one."""
        dice, due = self._dice, day + TERMS[debtor % len(TERMS)]
        total = self._levels[debtor] * (40 + dice.below(121)) + dice.below(100)
        row = self._writer.invoice(debtor, day, total)
        credited_on = day + 3 + dice.below(12)
        credit = total * (10 + dice.below(91)) // 100 if dice.chance(CREDITED) and credited_on < self._today else 0
        entries = [Entry(credited_on, credit, "credit")] if credit else []
        if credit < total:
            since = credited_on if credit else day
            collected = row["payment_method"] == "direct_debit"
            entries += entries_of(self._habits[debtor], since, due, total - credit, dice, collected=collected)
        drafts = [self._draft(debtor, day, row, entries)]
        if credit:
            note = self._writer.invoice(debtor, credited_on, -credit)
            drafts.append(self._draft(debtor, credited_on, note, [Entry(credited_on, -credit, "credit")]))
        return drafts

    def _draft(self, debtor: int, day: int, row: Row, entries: list[Entry]) -> _Draft:
        booked = [entry for entry in entries if entry.day < self._today]
        self._writer.book(row, booked, self._habits[debtor], debtor)
        return day, row, booked
