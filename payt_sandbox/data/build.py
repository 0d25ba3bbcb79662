"""`build_world`: a world with all its data, the same on every machine for the same arguments."""

import datetime as dt
from typing import Final

from payt_sandbox.data import threads
from payt_sandbox.data.administrations import GROUP, make_administrations
from payt_sandbox.data.cases import by_debtor, make_cases, make_plans
from payt_sandbox.data.debtors import Profile, make_contacts, make_debtors
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.ids import FIRST_IDS, Ids
from payt_sandbox.data.invoices import InvoiceMaker
from payt_sandbox.data.kept import kept
from payt_sandbox.data.messages import Teller
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.world import World

_SMALLEST_DEBTORS: Final = 25
_MOST_PAID: Final = 20_000
# (code, name, category, hundredths of a percent)
_VAT_RATES: Final = (
    ("H21", "Hoog tarief", "regular", 2100),
    ("L9", "Laag tarief", "regular", 900),
    ("N0", "Nultarief", "zero", 0),
    ("V0", "Verlegd", "reversed", 0),
    ("VR", "Vrijgesteld", "exempt", 0),
)


def build_world(
    *, invoices: int = 6000, debtors: int | None = None, seed: int = 1, today: dt.date | None = None
) -> World:
    """A world with that many open invoices in its main administration (paid ones come on top).

    `debtors` are those of the main administration, a twentieth of the invoices (at least 25) unless given;
    `today` is the date of the world's clock in UTC, the real one unless given. The second administration
    (GBP) is a tenth of the size; a third one is inactive and empty.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    count = max(_SMALLEST_DEBTORS, invoices // 20) if debtors is None else max(1, debtors)
    return kept((invoices, count, seed, day), lambda: _build(invoices, count, seed, day))


def _build(invoices: int, count: int, seed: int, day: dt.date) -> World:
    dice, words, calendar, world = Dice(seed), Dice(f"words of {seed}"), Calendar(day), World(day)
    small, small_count = max(10, invoices // 10), max(8, count // 10)
    main = Profile(
        currency="EUR",
        countries=("NL", "NL", "NL", "NL", "NL", "NL", "BE", "BE", "DE", "DE", "GB"),
        rates={"GBP": 11640, "USD": 9215, "CHF": 10480},
        open_count=invoices,
        paid_count=min(invoices * 3 // 10, _MOST_PAID),
        debtor_count=count,
        odd=True,
    )
    second = Profile(
        "GBP", ("GB", "GB", "GB", "GB", "DE"), {"EUR": 8591, "USD": 7917}, small, small // 4, small_count, False
    )
    ids = Ids(dice)
    books = [world.add_administration(row) for row in make_administrations(calendar)]
    world.companies = {GROUP["id"]: GROUP.copy()}
    both = ids.split("invoices", invoices + main.paid_count, small + second.paid_count)
    owners = ids.split("debtors", count, small_count)
    for book, profile, invoice_ids, debtor_ids in zip(books, (main, second), both, owners, strict=False):
        house = world.administrations[book.administration_id]["name"]
        _fill(book, profile, invoice_ids, debtor_ids, ids, dice, calendar, house, words)
    for book in books:
        _vat_rates(book, ids, calendar)
    for kind in FIRST_IDS:
        every = [key for book in books for table in [book.tables[kind]] for key in (*table.ids[-1:], *table.deleted)]
        world.note_ids(kind, every or [FIRST_IDS[kind]])
    return world


def _fill(
    book: Book,
    profile: Profile,
    invoice_ids: list[int],
    debtor_ids: list[int],
    ids: Ids,
    dice: Dice,
    calendar: Calendar,
    house: str,
    words: Dice,
) -> None:
    debtors = make_debtors(profile, debtor_ids, dice, calendar)
    invoices = InvoiceMaker(profile, debtors, dice, calendar).make(invoice_ids)
    groups = by_debtor(invoices)
    cases = make_cases(groups, ids.take("credit_cases", max(12, len(debtors) * 2 // 5)), dice, calendar)
    plans = make_plans(groups, cases, ids.take("payment_plans", max(6, len(debtors) // 25)), dice, calendar)
    paid = threads.paid_invoices(invoices)
    payments = threads.make_payments(paid, ids.take("payments", len(paid), width=3), calendar)
    contacts = make_contacts(debtors, ids.take("contacts", len(debtors) * 5 // 4), dice, calendar)
    tables: dict[str, list[Row]] = {
        "debtors": debtors,
        "invoices": invoices,
        "credit_cases": cases,
        "payment_plans": plans,
        "payments": payments,
        "contacts": contacts,
    }
    scale = profile.open_count
    counts = {
        "messages": (40, 10, 8000),
        "notes": (20, 40, 2000),
        "tasks": (12, 60, 1500),
        "notifications": (10, 80, 1000),
    }
    makers = {
        "messages": Teller(house, words, groups).make,
        "notes": threads.make_notes,
        "tasks": threads.make_tasks,
        "notifications": threads.make_notifications,
    }
    for kind, make in makers.items():
        least, part, most = counts[kind]
        wanted = ids.take(kind, min(most, max(least, scale // part)))
        tables[kind] = make(debtors, invoices, cases, wanted, dice, calendar)
    for kind, rows in tables.items():
        book.tables[kind].load(rows)
    _deleted(book, ids, dice, calendar)


def _deleted(book: Book, ids: Ids, dice: Dice, calendar: Calendar) -> None:
    scale = len(book.tables["invoices"].ids)
    for kind, count in (
        ("invoices", max(8, min(400, scale // 60))),
        ("credit_cases", 6),
        ("payment_plans", 4),
        ("payments", 10),
    ):
        owners = book.tables["invoices" if kind == "payments" else "debtors"].ids
        for row in threads.make_deleted(kind, ids.take(kind, count), owners, dice, calendar):
            book.tables[kind].note_deleted(row)


def _vat_rates(book: Book, ids: Ids, calendar: Calendar) -> None:
    rows: list[Row] = []
    for record_id, (code, name, category, rate) in zip(ids.take("vat_rates", len(_VAT_RATES)), _VAT_RATES, strict=True):
        row: Row = {"id": record_id, "code": code, "name": name, "category": category, "rate": rate}
        if category == "exempt":
            row["exemption_reason_code"] = "VATEX-EU-132"
        rows.append(row | {"updated_at": calendar.at(300, 1)})
    book.tables["vat_rates"].load(rows)
