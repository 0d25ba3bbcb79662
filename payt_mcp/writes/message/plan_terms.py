"""The terms of a payment plan as lines of a letter. Pure."""

from __future__ import annotations

from payt_mcp.books.debtor import DebtorFile
from payt_mcp.errors import InputError
from payt_mcp.payt.models import PaymentPlan, PlannedPayment
from payt_mcp.receivables.plans import still_due
from payt_mcp.words import formats
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.text import code
from payt_mcp.writes.message.phrases import PHRASES
from payt_mcp.writes.message.placeholders import Value


def the_plan(file: DebtorFile, currency: str, language: Language, written: str) -> Value:
    """The terms of the one active plan, or of the one that is proposed where none is active. `currency` is that of the
    books. Raises InputError where there is no one.
    """
    active = [plan for plan in file.plans if plan.active and plan.debtor_id == file.debtor.id]
    plans = active or file.pending
    if len(plans) != 1:
        many = "no payment plan" if not plans else f"several {'active' if active else 'proposed'} payment plans"
        raise InputError(f"{written} cannot be filled: this debtor has {many}. Write the terms yourself.")
    plan = plans[0]
    if not plan.payment_terms or any(term.total_amount is None or term.due_date is None for term in plan.payment_terms):
        raise InputError(f"{written} cannot be filled: Payt does not say all terms of payment plan {plan.id}.")
    own = _currency(file, plan, currency, written)
    lines = (_line(place, term, own, language) for place, term in enumerate(plan.payment_terms, 1))
    return Value("\n".join(f"- {line}" for line in lines), say("payment plan {id}", id=code(plan.id)))


def _line(place: int, term: PlannedPayment, currency: str, language: Language) -> str:
    words = PHRASES[language]
    if term.due_date is None or term.total_amount is None:
        raise AssertionError("terms are looked through before")
    amount = formats.amount(term.total_amount, currency, language)
    said = words.term.format(place=place, day=formats.date(term.due_date, language), amount=amount)
    left = still_due(term)
    if left <= 0:
        return said + words.paid
    return said if left >= term.total_amount else said + words.left.format(formats.amount(left, currency, language))


def _currency(file: DebtorFile, plan: PaymentPlan, currency: str, written: str) -> str:
    """That of the invoices in the plan, which names none itself; where none is, that of the books."""
    cases = {case.id for case in file.cases if case.active_payment_plan_id == plan.id}
    found = {item.currency for item in file.open_items if item.plan_id == plan.id or item.case_id in cases}
    if len(found) > 1:
        raise InputError(f"{written} cannot be filled: invoices in several currencies are in payment plan {plan.id}.")
    return code(next(iter(found), currency))
