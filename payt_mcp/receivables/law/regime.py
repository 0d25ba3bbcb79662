"""What one country's law grants a creditor, against a business and against a consumer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from payt_mcp.receivables.law.costs import Costs
from payt_mcp.receivables.law.interest import Terms

Start = Literal["due", "first_reminder"]


@dataclass(frozen=True)
class Regime:
    """Interest and costs, each with its law. Without `terms` there is no interest by law, without `costs` no such sum.

    `starts`: interest runs from the day after the due date, or from the end of the fortnight after the first reminder.
    `costs_of`: the costs are of each invoice, or of all of them together. `costs_need`: what must have happened before
    any costs are owed. `depends` is what the books do not tell, in words.
    """

    interest_law: str
    costs_law: str
    terms: Terms | None = None
    costs: Costs | None = None
    starts: Start = "due"
    costs_of: Literal["invoice", "debtor"] = "invoice"
    costs_need: Literal["", "letter", "clause"] = ""
    depends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Law:
    """`source` is the official page of the rates. `next_working_day`: what is due on a weekend is due after it."""

    country: str
    currency: str
    source: str
    business: Regime
    consumer: Regime
    next_working_day: bool = False
