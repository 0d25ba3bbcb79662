"""`build_world`: the data set, the same on every machine for the same arguments."""

import datetime as dt
from typing import Final

from payt_sandbox.data import threads
from payt_sandbox.data.cases import by_debtor, make_cases, make_plans
from payt_sandbox.data.debtors import Profile, make_contacts, make_debtors
from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.invoices import InvoiceMaker
from payt_sandbox.data.messages import Teller
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.world import World

_SMALLEST_DEBTORS: Final = 25
_MOST_PAID: Final = 20_000
_FIRST_IDS: Final = {
    "invoices": 2_600_000,
    "debtors": 310_000,
    "contacts": 120_000,
    "credit_cases": 81_000,
    "payment_plans": 23_000,
    "messages": 7_400_000,
    "notes": 940_000,
    "tasks": 66_000,
    "notifications": 1_500_000,
    "payments": 5_200_000,
    "vat_rates": 4_000,
}

# (code, name, category, hundredths of a percent)
_VAT_RATES: Final = (
    ("H21", "Hoog tarief", "regular", 2100),
    ("L9", "Laag tarief", "regular", 900),
    ("N0", "Nultarief", "zero", 0),
    ("V0", "Verlegd", "reversed", 0),
    ("VR", "Vrijgesteld", "exempt", 0),
)


class _Ids:
    """Ascending sparse ids per kind of record, given out in runs to one administration after another."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._next = dict(_FIRST_IDS)

    def take(self, kind: str, count: int, width: int = 1) -> list[int]:
        """That many ids; after each, `width - 1` more are kept free for its owner."""
        below, current = self._dice.below, self._next[kind]
        ids = []
        for _ in range(count):
            current += width + below(4)
            ids.append(current)
        self._next[kind] = current + width
        return ids

    def split(self, kind: str, main: int, second: int) -> tuple[list[int], list[int]]:
        """Ids for the two administrations, drawn from one range so that they interleave."""
        ids = self.take(kind, main + second)
        if not second:
            return ids, []
        step = (main + second) / second
        mine = {int(place * step) for place in range(second)}
        return [key for at, key in enumerate(ids) if at not in mine], [key for at, key in enumerate(ids) if at in mine]


def build_world(
    *, invoices: int = 6000, debtors: int | None = None, seed: int = 1, today: dt.date | None = None
) -> World:
    """A world with that many open invoices in its main administration (paid ones come on top).

    `debtors` are those of the main administration, a twentieth of the invoices (at least 25) unless given;
    `today` is the date of the world's clock in UTC, the real one unless given. The second administration
    (GBP) is a tenth of the size; a third one is inactive and empty.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    dice, words, calendar, world = Dice(seed), Dice(f"words of {seed}"), Calendar(day), World(day)
    count = max(_SMALLEST_DEBTORS, invoices // 20) if debtors is None else max(1, debtors)
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
    ids = _Ids(dice)
    books = [world.add_administration(row) for row in _administrations(calendar)]
    world.companies = {52: {"id": 52, "name": "Noorderlicht Groep", "status": "active", "trial": False}}
    both = ids.split("invoices", invoices + main.paid_count, small + second.paid_count)
    owners = ids.split("debtors", count, small_count)
    for book, profile, invoice_ids, debtor_ids in zip(books, (main, second), both, owners, strict=False):
        house = world.administrations[book.administration_id]["name"]
        _fill(book, profile, invoice_ids, debtor_ids, ids, dice, calendar, house, words)
    for book in books:
        _vat_rates(book, ids, calendar)
    for kind in _FIRST_IDS:
        every = [key for book in books for table in [book.tables[kind]] for key in (*table.ids[-1:], *table.deleted)]
        world.note_ids(kind, every or [_FIRST_IDS[kind]])
    return world


def _fill(
    book: Book,
    profile: Profile,
    invoice_ids: list[int],
    debtor_ids: list[int],
    ids: _Ids,
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


def _deleted(book: Book, ids: _Ids, dice: Dice, calendar: Calendar) -> None:
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


def _vat_rates(book: Book, ids: _Ids, calendar: Calendar) -> None:
    rows: list[Row] = []
    for record_id, (code, name, category, rate) in zip(ids.take("vat_rates", len(_VAT_RATES)), _VAT_RATES, strict=True):
        row: Row = {"id": record_id, "code": code, "name": name, "category": category, "rate": rate}
        if category == "exempt":
            row["exemption_reason_code"] = "VATEX-EU-132"
        rows.append(row | {"updated_at": calendar.at(300, 1)})
    book.tables["vat_rates"].load(rows)


def _administrations(calendar: Calendar) -> list[Row]:
    main = _main(calendar)
    second = main | {
        "id": 4739,
        "name": "Harbour & Finch Ltd",
        "internal_name": "HF",
        "email_address": "credit@harbourfinch.example",
        "contact_name": "Priya Nair",
        "commercial_registration_number": "09876543",
        "country_code": "GB",
        "city": "Bristol",
        "street_name": "Harbour Way",
        "house_number": "3",
        "postal_code": "BS1 5TY",
        "bank_account_name": "Harbour & Finch Ltd",
        "bank_account_number": "GB29NWBK60161331926819",
        "bank_account_bic": "NWBKGB2L",
        "vat_number": "GB123456789",
        "timezone": "Europe/London",
        "currency_code": "GBP",
        "administration_url": "https://app.payt.example/administrations/4739",
        "import_origin_identifier": "xero-4739",
    }
    old = {name: value for name, value in main.items() if not name.startswith("bank_")} | {
        "id": 4652,
        "name": "Noorderlicht Beheer B.V.",
        "internal_name": "NLB (oud)",
        "status": "inactive",
        "administration_url": "https://app.payt.example/administrations/4652",
        "paused_at": calendar.at(400, 3),
    }
    return [main, second, old]


def _main(calendar: Calendar) -> Row:
    return {
        "id": 4711,
        "name": "Noorderlicht Techniek B.V.",
        "internal_name": "NLT",
        "status": "active",
        "email_address": "debiteuren@noorderlicht.example",
        "contact_name": "Anouk Verbeek",
        "commercial_registration_number": "70123456",
        "country_code": "NL",
        "city": "Groningen",
        "street_name": "Boterdiep",
        "house_number": "47",
        "postal_code": "9712 LK",
        "bank_account_name": "Noorderlicht Techniek B.V.",
        "bank_account_number": "NL91ABNA0417164300",
        "bank_account_bic": "ABNANL2A",
        "vat_number": "NL858123456B01",
        "timezone": "Europe/Amsterdam",
        "currency_code": "EUR",
        "administration_url": "https://app.payt.example/administrations/4711",
        "import_origin_identifier": "exact-4711",
        "last_successful_import_at": calendar.at(1, 0),
    }
