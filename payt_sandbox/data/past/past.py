"""The past of a whole world: for each administration in turn, the second a tenth of the size."""

from payt_sandbox.data.dice import Calendar, Dice
from payt_sandbox.data.ids import FIRST_IDS_OF_THE_PAST, Ids
from payt_sandbox.data.past.maker import PastMaker
from payt_sandbox.data.profile import Profile
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row

_DAYS_OF_A_YEAR = 365


class Past:
    """Some `months`, with that many invoices in the main administration; none with no months."""

    def __init__(self, months: int, invoices: int, seed: int, calendar: Calendar) -> None:
        self._days = months * _DAYS_OF_A_YEAR // 12
        self._invoices = invoices
        self._dice, self._calendar = Dice(f"past of {seed}"), calendar
        self._ids = Ids(self._dice, FIRST_IDS_OF_THE_PAST)

    def of(self, profile: Profile, debtors: list[Row]) -> "PastOfOne":
        """That of the next administration."""
        maker = PastMaker(profile, debtors, self._days, self._dice, self._calendar) if self._days else None
        count, self._invoices = self._invoices, self._invoices // 10
        return PastOfOne(maker, count, self._ids)


class PastOfOne:
    """The past of one administration; nothing comes of it without a maker."""

    def __init__(self, maker: PastMaker | None, count: int, ids: Ids) -> None:
        self._maker, self._count, self._ids = maker, count, ids

    def settle(self, invoices: list[Row]) -> None:
        """Has the paid ones among these paid as their debtors are used to."""
        if self._maker:
            self._maker.settle(invoices)

    def date(self, payments: list[Row], invoices: list[Row]) -> None:
        """Spreads what was paid of these invoices in part over the days on which that is likely."""
        if self._maker:
            self._maker.date(payments, invoices)

    def add_to(self, book: Book) -> None:
        """Puts the invoices of the past and their payments into a book."""
        if self._maker:
            invoices, payments = self._maker.make(self._count, self._ids)
            book.tables["invoices"].load(invoices)
            book.tables["payments"].load(payments)
