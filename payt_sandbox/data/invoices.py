"""The invoices of the data set: every bucket, every stage, and every oddity at a fixed distance."""

from itertools import accumulate
from typing import Final

from payt_sandbox.data import names, texts
from payt_sandbox.data.dice import SLOTS, Calendar, Dice
from payt_sandbox.data.profile import Profile
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import convert

TERMS: Final = (14, 30, 30, 60)

# Percentages of the open invoices by days overdue: (percent, from, up to and including).
_BUCKETS: Final = ((38, None, 0), (22, 1, 30), (13, 31, 60), (9, 61, 90), (18, 91, 900))

# Whole units of currency; the cents come from a roll.
SIZES: Final = (45, 95, 150, 240, 390, 620, 980, 1550, 2400, 3900, 7200, 14500, 52000)

SHORT_FLOW: Final = ((3, "reminder_1_at"), (10, "reminder_2_at"), (24, "final_reminder_at"), (38, "collectable_at"))
LONG_FLOW: Final = (
    (3, "reminder_1_at"),
    (10, "reminder_2_at"),
    (17, "reminder_3_at"),
    (24, "reminder_4_at"),
    (31, "final_reminder_at"),
    (38, "collectable_at"),
)

# An oddity falls on every open invoice whose place in the sequence leaves this remainder: (modulus, remainder).
_CREDIT_NOTE: Final = (29, 7)
_OVERPAID: Final = (113, 21)
_PARTLY_PAID: Final = (13, 4)
_NO_BOOK_AMOUNT: Final = (149, 30)
_NO_DUE_DATE: Final = (211, 33)
_NO_INVOICE_DATE: Final = (307, 35)
_NO_DEBTOR_NUMBER: Final = (199, 38)
_COMMA: Final = (503, 11)
_SLASH: Final = (401, 12)
_ODD_TEXT: Final = (97, 17)
_PAUSED: Final = (47, 3)
_ZERO_TOTAL: Final = (53, 6)


def _falls_on(place: int, oddity: tuple[int, int]) -> bool:
    return place % oddity[0] == oddity[1]


class InvoiceMaker:
    """Makes the invoices of one administration, oldest first, so that ids and numbers run with time."""

    def __init__(self, profile: Profile, debtors: list[Row], dice: Dice, calendar: Calendar) -> None:
        self.profile = profile
        self.debtors = debtors
        self.dice = dice
        self.calendar = calendar
        self.foreign = tuple(profile.rates)
        self._sequence: dict[str, int] = {}

    def make(self, ids: list[int]) -> list[Row]:
        """One row per id (ascending): `open_count` open ones and the rest paid."""
        specs = sorted(self._specs(), reverse=True)
        places = [0, 0]
        rows = []
        for record_id, (_, overdue, debtor, paid) in zip(ids, specs, strict=True):
            place = places[paid]
            places[paid] += 1
            rows.append(self._row(record_id, place, overdue, debtor, bool(paid)))
        return rows

    def _specs(self) -> list[tuple[int, int, int, int]]:
        """(days since the invoice, days overdue, debtor, 1 when paid)."""
        dice, profile = self.dice, self.profile
        weights = _weights(len(self.debtors), dice)
        who = dice.choices(range(len(self.debtors)), cum_weights=weights, k=profile.open_count)
        buckets = dice.choices(_BUCKETS, weights=[bucket[0] for bucket in _BUCKETS], k=profile.open_count)
        specs = []
        for debtor, (_, low, high) in zip(who, buckets, strict=True):
            term = TERMS[debtor % len(TERMS)]
            first = 1 - term if low is None else low
            overdue = first + dice.below(high - first + 1)
            specs.append((overdue + term, overdue, debtor, 0))
        for _ in range(profile.paid_count):
            debtor = dice.below(len(self.debtors))
            term = TERMS[debtor % len(TERMS)]
            overdue = dice.below(500) + 2 - term // 2
            specs.append((overdue + term, overdue, debtor, 1))
        return specs

    def _row(self, record_id: int, place: int, overdue: int, debtor: int, paid: bool) -> Row:
        calendar, dice, owner = self.calendar, self.dice, self.debtors[debtor]
        ago = overdue + TERMS[debtor % len(TERMS)]
        day = calendar.day(ago)
        row: Row = {
            "id": record_id,
            "invoice_number": self._number(day, place, paid),
            "invoice_identifier": f"inv-{record_id * 17 + 3}",
            "currency_code": self._currency(owner),
            "payment_method": "direct_debit" if debtor % 19 == 0 else "bank_transfer",
            "debtor_id": owner["id"],
            "debtor_number": owner["debtor_number"],
            "invoice_date": day,
            "due_date": calendar.day(overdue),
            "sent_at": calendar.at(ago, 3 + dice.below(SLOTS - 3)),
        }
        if paid:
            self._amounts_paid(row, place)
            latest = self._paid_on(row, ago)
        else:
            self._amounts_open(row, place)
            latest = self._stages(row, place, overdue, ago, debtor)
            self._gaps(row, place)
        self._texts(row, record_id, -1 if paid else place)
        self._touch(row, place, latest)
        return row

    def _number(self, day: str, place: int, paid: bool) -> str:
        year = day[:4]
        sequence = self._sequence[year] = self._sequence.get(year, 0) + 1
        if not paid and _falls_on(place, _COMMA):
            return f"{year},{sequence:06d}"
        if not paid and _falls_on(place, _SLASH):
            return f"{year}/{sequence:06d}"
        return f"{year}{sequence:06d}"

    def _currency(self, owner: Row) -> str:
        country = owner["postal_address"][-1]
        if country == "GB" and "GBP" in self.foreign and self.dice.chance(60):
            return "GBP"
        return self.dice.pick(self.foreign) if self.foreign and self.dice.chance(5) else self.profile.currency

    def _total(self) -> int:
        return self.dice.pick(SIZES) * (70 + self.dice.below(60)) + self.dice.below(100)

    def _book(self, row: Row, total: int, still_open: int) -> None:
        row["total_amount"] = total
        row["open_amount"] = still_open
        rate = self.profile.rates.get(row["currency_code"])
        row["book_total_amount"] = total if rate is None else convert(total, rate)
        row["book_open_amount"] = still_open if rate is None else convert(still_open, rate)

    def _amounts_open(self, row: Row, place: int) -> None:
        total = self._total()
        still_open = total
        if _falls_on(place, _CREDIT_NOTE):
            total = still_open = -(total // 3) - 1
        elif _falls_on(place, _OVERPAID):
            still_open = -(total // 10) - 1
        elif _falls_on(place, _PARTLY_PAID):
            still_open = total - total * (10 + self.dice.below(80)) // 100
        self._book(row, total, still_open)
        if place % 59 == 8:
            row["administration_costs_total"] = row["administration_costs_open"] = 4000

    def _amounts_paid(self, row: Row, place: int) -> None:
        self._book(row, 0 if _falls_on(place, _ZERO_TOTAL) else self._total(), 0)

    def _paid_on(self, row: Row, ago: int) -> int:
        latest = 1 + self.dice.below(max(1, min(ago, 60)))
        row["payment_date"] = self.calendar.day(latest)
        return latest

    def _stages(self, row: Row, place: int, overdue: int, ago: int, debtor: int) -> int:
        """Fills the reminder stamps that the days overdue allow; returns how many days ago the last event was."""
        at, latest = self.calendar.at, ago
        early = overdue + 3
        if place % 6 == 1 and 1 <= early < ago:
            row["pre_reminder_at"] = at(early, 2)
            latest = early
        if _falls_on(place, _NO_DUE_DATE) or row["open_amount"] < 0:
            return latest
        late = overdue - debtor * 7 % 20
        for offset, name in LONG_FLOW if debtor % 3 else SHORT_FLOW:
            if late - offset < 1:
                break
            latest = late - offset
            row[name] = at(latest, 4)
        if place % 83 == 5 and latest > 1 and "final_reminder_at" in row:
            latest -= 1
            row["later_reminder_at"] = at(latest, 4)
        if _falls_on(place, _PAUSED):
            latest = 1 + self.dice.below(max(1, min(latest - 1, 30)))
            row["paused_at"] = at(latest, 7)
            row["paused_by_user"] = place % 2 == 1
        if place % 239 == 40 and latest > 2:
            row["end_of_service_announcement_at"] = at(latest, 5)
            row["end_of_service_at"] = at(latest - 1, 5)
            latest -= 1
        return latest

    def _gaps(self, row: Row, place: int) -> None:
        if _falls_on(place, _NO_BOOK_AMOUNT):
            del row["book_total_amount"], row["book_open_amount"]
        if _falls_on(place, _NO_DUE_DATE):
            del row["due_date"]
        if _falls_on(place, _NO_INVOICE_DATE):
            del row["invoice_date"]
        if _falls_on(place, _NO_DEBTOR_NUMBER):
            del row["debtor_number"]

    def _texts(self, row: Row, record_id: int, place: int) -> None:
        if _falls_on(place, _ODD_TEXT):
            row["description"] = texts.ODD_DESCRIPTIONS[place // _ODD_TEXT[0] % len(texts.ODD_DESCRIPTIONS)]
        elif record_id % 3:
            row["description"] = texts.DESCRIPTIONS[record_id % len(texts.DESCRIPTIONS)]
        if record_id % 10 == 4:
            row["purchase_order_number"] = f"PO-{4500000000 + record_id % 99991}"
        if record_id % 8 == 5:
            row["order_number"] = f"SO{record_id % 1000003}"
        if record_id % 12 == 1:
            row["labels"] = (names.LABELS[record_id % len(names.LABELS)],)
        if record_id % 14 == 3:
            row["category"] = names.CATEGORIES[record_id % len(names.CATEGORIES)]
        if record_id % 17 == 2:
            row["ubl_document"] = True
        if record_id % 41 == 6:
            row["document"] = False
        if record_id % 43 == 9:
            row["peppol_identifier"] = "0106:10000001"
        row["flow_code"] = "standaard" if record_id % 5 else "zakelijk"

    def _touch(self, row: Row, place: int, latest: int) -> None:
        """`updated_at` on or after the last event, on purpose often the very same moment as other rows."""
        bulk = 40
        ago = latest
        if latest > bulk and place % 9 == 0:
            row["updated_at"] = self.calendar.at(bulk, 0)
            return
        if self.dice.chance(45):
            ago = 1 + self.dice.below(latest)
        slot = 8 if self.dice.chance(40) else 8 + self.dice.below(SLOTS - 8)
        row["updated_at"] = max(self.calendar.at(ago, slot), row["sent_at"])


def _weights(count: int, dice: Dice) -> list[float]:
    """Running weights of debtors: a few large ones, many small ones, and one in eight with nothing open."""
    ranks = list(range(count))
    dice.shuffle(ranks)
    flat = count / 30
    return list(accumulate(0.0 if place % 8 == 5 else (rank + 1 + flat) ** -1.6 for place, rank in enumerate(ranks)))
