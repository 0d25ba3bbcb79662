"""What stands in the place of each placeholder: the figures of the books, written as the debtor's language does. Pure.

What Payt does not have is refused in a sentence: a letter with a gap in it is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

from payt_mcp.errors import InputError
from payt_mcp.payt.models import Administration, Contact, CreditCase
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.mailboxes import mailbox
from payt_mcp.words import formats
from payt_mcp.words.languages import Language
from payt_mcp.words.text import clean, code, some
from payt_mcp.writes.message.about import Material, numbers_of
from payt_mcp.writes.message.phrases import PHRASES
from payt_mcp.writes.message.placeholders import Placeholder, Value
from payt_mcp.writes.message.plan_terms import the_plan
from payt_mcp.writes.message.target import Target

_LONGEST_NAME = 200
_LONGEST_LINK = 2_000
_LONGEST_IBAN = 34
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Values:
    """Where the values come from. `email` is the address that the letter goes to."""

    administration: Administration
    target: Target
    material: Material
    today: dt.date
    language: Language
    email: str

    def of(self, placeholder: Placeholder) -> Value:
        """Raises InputError where Payt has no value."""
        if placeholder.part:
            return self._part(self.material.named[placeholder.key], placeholder)
        if placeholder.key:
            days = int(placeholder.key)
            return Value(self._date(self.today + dt.timedelta(days=days)), f"{days} days from {self.today}")
        return _SIMPLE[placeholder.name](self, placeholder.written)

    def invoices(self, written: str) -> Value:
        items = self._about(written)
        return Value("\n".join(f"- {self._line(item, written)}" for item in items), f"open on {numbers_of(items)}")

    def total(self, written: str) -> Value:
        items, sums = self._about(written), dict[str, Decimal]()
        for item in items:
            sums[item.currency] = sums.get(item.currency, _ZERO) + self._known(item, "open", written)
        said = formats.joined([self._amount(value, currency) for currency, value in sums.items()], self.language)
        return Value(said, f"open on {numbers_of(items)}")

    def day(self, written: str) -> Value:  # noqa: ARG002 - as every other
        return Value(self._date(self.today), "today")

    def debtor(self, written: str) -> Value:
        return Value(_name(self.target.debtor.name, written, "no name for this debtor"), "the debtor's name")

    def sender(self, written: str) -> Value:
        return Value(_name(self.administration.name, written, "no name for this administration"), "our own name")

    def contact(self, written: str) -> Value:
        return Value(*_contact(self.material.contacts, self.email, written))

    def iban(self, written: str) -> Value:
        said = "".join(clean(self.administration.bank_account_number, _LONGEST_IBAN).split())
        if not said:
            raise _missing(written, "no bank account for this administration")
        grouped = " ".join(said[at : at + 4] for at in range(0, len(said), 4)) if said[:2].isalpha() else said
        return Value(grouped, "the administration's bank account")

    def account_holder(self, written: str) -> Value:
        holder = self.administration.bank_account_name
        return Value(_name(holder, written, "no holder of this administration's bank account"), "its bank account")

    def payment_link(self, written: str) -> Value:
        case, debtor = self.target.case, self.target.debtor
        places = (
            (self.material.link, "the page of the invoice"),
            (case.public_url if case else "", "the page of the credit case"),
            (debtor.public_url, "the debtor's page"),
        )
        for url, source in places:
            if url and urlsplit(url).scheme in {"https", "http"} and clean(url, _LONGEST_LINK) == url:
                return Value(url, source)
        raise _missing(written, "no page of this debtor to pay on")

    def case_number(self, written: str) -> Value:
        case = self._case(written)
        number = code(case.credit_case_number or case.case_number)
        if not number:
            raise _missing(written, "no number of this credit case")
        return Value(number, f"credit case {number}")

    def case_interest(self, written: str) -> Value:
        return self._of_case(written, "interest", lambda case: case.interest_costs)

    def case_costs(self, written: str) -> Value:
        return self._of_case(written, "collection costs", lambda case: case.debt_collection_costs)

    def plan(self, written: str) -> Value:
        return the_plan(self.target.file, self.administration.currency_code or "", self.language, written)

    def _of_case(self, written: str, what: str, of: Callable[[CreditCase], Decimal | None]) -> Value:
        case = self._case(written)
        value = of(case)
        if value is None:
            raise _missing(written, f"no {what} of this credit case")
        currency = case.currency_code or self.administration.currency_code or ""
        return Value(self._amount(value, currency), f"{what} of credit case {_number(case)}")

    def _case(self, written: str) -> CreditCase:
        running = [case for case in self.target.file.cases if case.deactivated_at is None]
        cases = [self.target.case] if self.target.case else running
        if not cases:
            raise _missing(written, "no running credit case of this debtor")
        if len(cases) > 1:
            raise InputError(
                f"{written} cannot be filled: this debtor has several credit cases "
                f"({some(map(_number, cases))}). Address the letter with to_credit_case."
            )
        return cases[0]

    def _about(self, written: str) -> Sequence[OpenItem]:
        if self.material.about:
            return self.material.about
        none = "nothing of this debtor is overdue that may be reminded of (get_debtor says what is set apart, and why)"
        none = "nothing is open in this credit case" if self.target.case else none
        raise InputError(f"{written} cannot be filled: {none}. Name the invoices that the letter is about in about.")

    def _line(self, item: OpenItem, written: str) -> str:
        words = PHRASES[self.language]
        said = (words.credit if item.is_credit else words.invoice).format(self._number(item, written))
        said += words.dated.format(self._date(item.invoice_date)) if item.invoice_date else ""
        said += words.due.format(self._date(item.due_date)) if item.due_date and not item.is_credit else ""
        owed = self._known(item, "open", written)
        return said + (words.owed.format(self._amount(owed, item.currency)) if owed else words.settled)

    def _part(self, item: OpenItem, placeholder: Placeholder) -> Value:
        written, part = placeholder.written, placeholder.part
        source = f"invoice {code(item.number) or item.id}"
        if part == "number":
            return Value(self._number(item, written), source)
        if part in {"open", "total"}:
            return Value(self._amount(self._known(item, part, written), item.currency), source)
        day = item.due_date if part == "due" else item.invoice_date
        if day is None:
            raise _missing(written, f"no {'due date' if part == 'due' else 'date'} of {source}")
        return Value(self._date(day), source)

    def _number(self, item: OpenItem, written: str) -> str:
        if not item.number:
            raise _missing(written, f"no number of the invoice with the id {item.id}")
        return code(item.number)

    def _known(self, item: OpenItem, part: str, written: str) -> Decimal:
        value = item.open_amount if part == "open" else item.total_amount
        if value is None:
            raise _missing(written, f"no {part} amount of invoice {code(item.number) or item.id}")
        return value

    def _amount(self, value: Decimal, currency: str) -> str:
        return formats.amount(value, code(currency), self.language)

    def _date(self, day: dt.date) -> str:
        return formats.date(day, self.language)


_SIMPLE: dict[str, Callable[[Values, str], Value]] = {
    "invoices": Values.invoices,
    "total": Values.total,
    "today": Values.day,
    "debtor": Values.debtor,
    "contact": Values.contact,
    "sender": Values.sender,
    "iban": Values.iban,
    "account_holder": Values.account_holder,
    "payment_link": Values.payment_link,
    "case.number": Values.case_number,
    "case.interest": Values.case_interest,
    "case.costs": Values.case_costs,
    "plan": Values.plan,
}


def _contact(contacts: Sequence[Contact], email: str, written: str) -> tuple[str, str]:
    """The one contact with a name, or among several the one that the letter goes to."""
    named = {one.id: name for one in contacts if (name := _full_name(one))}
    if len(named) > 1:
        addressed = {one.id for one in contacts if email and mailbox(email) in _mailboxes(one)}
        named = {key: name for key, name in named.items() if key in addressed} if addressed else named
    if not named:
        raise _missing(written, "no contact of this debtor with a name")
    if len(set(named.values())) > 1:
        raise InputError(
            f"{written} cannot be filled: this debtor has several contacts ({some(named.values())}), and it cannot be "
            "told which of them the letter goes to. Write the name itself, or a salutation without one."
        )
    return next(iter(named.values())), "the debtor's contact"


def _full_name(contact: Contact) -> str:
    return clean(" ".join(filter(None, (contact.firstname, contact.infix, contact.lastname))), _LONGEST_NAME)


def _mailboxes(contact: Contact) -> set[str]:
    return {mailbox(one) for one in (contact.default_email_address, contact.reminder_email_address) if one}


def _name(text: str | None, written: str, lacking: str) -> str:
    said = clean(text, _LONGEST_NAME)
    if not said:
        raise _missing(written, lacking)
    return said


def _number(case: CreditCase) -> str:
    return code(case.credit_case_number or case.case_number) or case.id


def _missing(written: str, lacking: str) -> InputError:
    return InputError(f"{written} cannot be filled: Payt has {lacking}. Leave it out, or ask the user.")
