"""What is booked on one invoice of the past: payments, and all that may go with them or come in their place."""

from typing import Final, NamedTuple

from payt_sandbox.data.dice import Dice
from payt_sandbox.data.past.habits import Habit

# Percentages: collections from an account that are booked back, other payments that are, payments that are a little
# short (the rest is let go), invoices that get a credit note.
_COLLECTED_BACK: Final = 9
_BOOKED_BACK: Final = 0.5
_SHORT: Final = 2
CREDITED: Final = 2

# Nobody hopes for an invoice any more that is so many days overdue.
_GIVEN_UP: Final = 240
_BACK_CODES: Final = ("MD06", "AM04", "MS03")


class Entry(NamedTuple):
    """Cents of the invoice's currency that its open amount falls by on a day (an ordinal); a reversal is negative.

    `kind` is the contract's transaction type; `code` why a bank took a payment back.
    """

    day: int
    cents: int
    kind: str
    code: str = ""


def entries_of(habit: Habit, invoiced: int, due: int, cents: int, dice: Dice, *, collected: bool) -> list[Entry]:
    """All that is booked for these cents to pay, oldest first, whether it lies ahead or not.

    `collected` invoices are taken from the debtor's account on the day they are due.
    """
    days = [(due, 100)] if collected and due <= habit.until else habit.pays(due, dice)
    entries: list[Entry] = []
    for place, (day, part) in enumerate(days):
        paid = sum(entry.cents for entry in entries)
        is_last = place == len(days) - 1
        entries.append(Entry(max(day, invoiced + 1), cents - paid if is_last else cents * part // 100, "payment"))
    if not entries:
        return [Entry(due + _GIVEN_UP, cents, "write_off")]
    if dice.chance(_COLLECTED_BACK if collected else _BOOKED_BACK):
        return [*entries, *_back(entries[-1], dice, collected=collected)]
    if dice.chance(_SHORT) and entries[-1].cents > 10_000:
        return [*entries[:-1], *_short(entries[-1], dice)]
    return entries


def _back(entry: Entry, dice: Dice, *, collected: bool) -> list[Entry]:
    """Booked back after some days, and paid again later."""
    day = entry.day + 2 + dice.below(7)
    code = dice.pick(_BACK_CODES) if collected else ""
    return [
        Entry(day, -entry.cents, "reversal", code),
        Entry(day + 6 + dice.below(20), entry.cents, "payment"),
    ]


def _short(entry: Entry, dice: Dice) -> list[Entry]:
    lacking = 1 + dice.below(500)
    return [
        entry._replace(cents=entry.cents - lacking),
        Entry(entry.day + 1 + dice.below(5), lacking, "settlement"),
    ]
