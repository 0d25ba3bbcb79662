"""`build_world`: a world with all its data, the same on every machine for the same arguments."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from payt_sandbox.data.administrations import GROUP, make_administrations
from payt_sandbox.data.cases import by_debtor, make_cases
from payt_sandbox.data.debtors import make_contacts, make_debtors
from payt_sandbox.data.deleted import make_deleted
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.follow_up import make_notes, make_notifications, make_tasks
from payt_sandbox.data.ids import FIRST_IDS, Ids
from payt_sandbox.data.invoices import InvoiceMaker
from payt_sandbox.data.kept import Wanted, kept
from payt_sandbox.data.messages import MessageMaker
from payt_sandbox.data.past.past import Past
from payt_sandbox.data.payments import make_payments, paid_invoices
from payt_sandbox.data.plans import make_plans
from payt_sandbox.data.profile import Profile, main_profile, second_profile
from payt_sandbox.data.vat_rates import VAT_RATES, make_vat_rates
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.world import World

_SMALLEST_DEBTORS: Final = 25
# How many there are: at least, one for how many open invoices, at most.
_NUMBERS: Final = {
    "messages": (40, 10, 8000),
    "notes": (20, 40, 2000),
    "tasks": (12, 60, 1500),
    "notifications": (10, 80, 1000),
}


# How many invoices a past has where that is not said: as many as are open, but at least, and at most.
_LEAST_PAST: Final = 1200
_MOST_PAST: Final = 24_000


def build_world(
    *,
    invoices: int = 6000,
    debtors: int | None = None,
    seed: int = 1,
    today: dt.date | None = None,
    history: int = 0,
    history_invoices: int | None = None,
) -> World:
    """A world with that many open invoices in its main administration (paid ones come on top).

    `debtors` are those of the main administration, a twentieth of the invoices (at least 25) unless given;
    `today` is the date of the world's clock in UTC, the real one unless given. The second administration
    (GBP) is a tenth of the size; a third one is inactive and empty.

    With `history`, so many months, there is a past: `history_invoices` (one for an open one, at least 1,200, unless
    given), each paid as its debtor is used to. What of them is not paid by `today` is open, beside the others. All
    else is as without it, but the paid invoices are paid by the same habits; with no `invoices` all follows from them.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    count = max(_SMALLEST_DEBTORS, invoices // 20) if debtors is None else max(1, debtors)
    past = min(max(_LEAST_PAST, invoices), _MOST_PAST) if history_invoices is None else history_invoices
    wanted = Wanted(invoices, count, seed, day, history, past if history else 0)
    return kept(wanted, lambda: make_world(*wanted))


def make_world(invoices: int, debtors: int, seed: int, today: dt.date, history: int = 0, past: int = 0) -> World:
    """What `build_world` gives, made anew and not copied; `past` is how many invoices the past has."""
    world, dice, calendar = World(today), Dice(seed), Calendar(today)
    ids = Ids(dice)
    main, second = main_profile(invoices), second_profile(invoices)
    books = [world.add_administration(row) for row in make_administrations(calendar)]
    world.companies = {GROUP["id"]: GROUP.copy()}
    invoice_ids = ids.split("invoices", main.open_count + main.paid_count, second.open_count + second.paid_count)
    debtor_ids = ids.split("debtors", debtors, max(8, debtors // 10))
    fill = _Filler(ids, dice, Dice(f"words of {seed}"), calendar, Past(history, past, seed, calendar))
    for book, profile, of_invoices, of_debtors in zip(books, (main, second), invoice_ids, debtor_ids, strict=False):
        creditor = world.administrations[book.administration_id]["name"]
        fill(book, profile, creditor, of_invoices, of_debtors)
    for book in books:
        book.tables["vat_rates"].load(make_vat_rates(ids.take("vat_rates", len(VAT_RATES)), calendar))
    for kind in FIRST_IDS:
        used = [key for book in books for table in [book.tables[kind]] for key in (*table.ids[-1:], *table.deleted)]
        world.note_ids(kind, used or [FIRST_IDS[kind]])
    return world


@dataclass(frozen=True)
class _Filler:
    """Fills the books of administrations, one after another, from the same dice."""

    ids: Ids
    dice: Dice
    word_dice: Dice
    calendar: Calendar
    past: Past

    def __call__(
        self, book: Book, profile: Profile, creditor: str, invoice_ids: list[int], debtor_ids: list[int]
    ) -> None:
        """Every kind of record, in an order that must stay: each draws from the dice where the last one stopped."""
        ids, dice, calendar = self.ids, self.dice, self.calendar
        debtors = make_debtors(profile, debtor_ids, dice, calendar)
        invoices = InvoiceMaker(profile, debtors, dice, calendar).make(invoice_ids)
        past = self.past.of(profile, debtors)
        past.settle(invoices)
        groups = by_debtor(invoices)
        cases = make_cases(groups, ids.take("credit_cases", max(12, len(debtors) * 2 // 5)), dice, calendar)
        plans = make_plans(groups, cases, ids.take("payment_plans", max(6, len(debtors) // 25)), dice, calendar)
        paid = paid_invoices(invoices)
        tables: dict[str, list[Row]] = {
            "debtors": debtors,
            "invoices": invoices,
            "credit_cases": cases,
            "payment_plans": plans,
            "payments": make_payments(paid, ids.take("payments", len(paid), width=3), calendar),
            "contacts": make_contacts(debtors, ids.take("contacts", len(debtors) * 5 // 4), dice, calendar),
        }
        past.date(tables["payments"], invoices)
        makers = {
            "messages": MessageMaker(creditor, self.word_dice, groups).make,
            "notes": make_notes,
            "tasks": make_tasks,
            "notifications": make_notifications,
        }
        for kind, make in makers.items():
            least, invoices_each, most = _NUMBERS[kind]
            count = min(most, max(least, profile.open_count // invoices_each))
            tables[kind] = make(debtors, invoices, cases, ids.take(kind, count), dice, calendar)
        for kind, rows in tables.items():
            book.tables[kind].load(rows)
        self._delete(book)
        past.add_to(book)

    def _delete(self, book: Book) -> None:
        of_invoices = max(8, min(400, len(book.tables["invoices"].ids) // 60))
        for kind, count in (("invoices", of_invoices), ("credit_cases", 6), ("payment_plans", 4), ("payments", 10)):
            owners = book.tables["invoices" if kind == "payments" else "debtors"].ids
            if not owners:
                continue
            for row in make_deleted(kind, self.ids.take(kind, count), owners, self.dice, self.calendar):
                book.tables[kind].note_deleted(row)
