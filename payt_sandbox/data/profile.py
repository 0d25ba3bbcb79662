"""What the data of an administration is like, and how much there is of it."""

from dataclasses import dataclass
from typing import Final

_MOST_PAID: Final = 20_000


@dataclass(frozen=True)
class Profile:
    """How an administration's data is made.

    `countries` are drawn from as they are repeated; `rates` are ten-thousandths of the book currency for one
    unit of another; `open_count` invoices stay open and `paid_count` are paid.
    `odd`: debtors with odd names come first.
    """

    currency: str
    countries: tuple[str, ...]
    rates: dict[str, int]
    open_count: int
    paid_count: int
    odd: bool


def main_profile(invoices: int) -> Profile:
    """The main administration, with that many open invoices."""
    return Profile(
        currency="EUR",
        countries=("NL", "NL", "NL", "NL", "NL", "NL", "BE", "BE", "DE", "DE", "GB"),
        rates={"GBP": 11640, "USD": 9215, "CHF": 10480},
        open_count=invoices,
        paid_count=min(invoices * 3 // 10, _MOST_PAID),
        odd=True,
    )


def second_profile(invoices: int) -> Profile:
    """The second one, in pounds, a tenth of the size of a main one with that many open invoices."""
    count = max(10, invoices // 10)
    return Profile(
        currency="GBP",
        countries=("GB", "GB", "GB", "GB", "DE"),
        rates={"EUR": 8591, "USD": 7917},
        open_count=count,
        paid_count=count // 4,
        odd=False,
    )
