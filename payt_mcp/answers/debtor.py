"""What is said of a debtor's file beside its rows: the summary a person could be told, and the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp.answers.amounts import unbooked_notes
from payt_mcp.answers.attention import flag_words, not_due_notes
from payt_mcp.answers.last_contact import taken
from payt_mcp.receivables import aging
from payt_mcp.receivables.addresses import complaints
from payt_mcp.receivables.attention import paused_alone
from payt_mcp.receivables.messages import EARLIEST, LATELY, MOST_BOUNCED, bounce_reason, message_moment
from payt_mcp.receivables.overdue_parts import APART, OverdueParts, Tally
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from decimal import Decimal

    from payt_mcp.books.debtor import Correspondence, DebtorFile
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Message, PaymentPlan

_MOST_NAMED = 10
_FEW_NAMED = 2


def summary(scope: Scope, file: DebtorFile, parts: OverdueParts, *, whole: bool) -> str:
    """Who it is, what is open and overdue (gross), the credits beside it, and what must not be overlooked. Short of the
    `whole` the invoices' own currencies stand once: a note has them of what is not set apart.
    """
    balance, currency = aging.balance(file.open_items, scope.today), scope.administration.currency_code or ""
    name = present.outside(file.debtor.name, present.NAME_LENGTH)
    number = present.code(file.debtor.debtor_number) or "no number"
    late = f", the oldest {balance.oldest_days} days" if balance.oldest_days else ""
    attention = file.attention(scope.today)
    flags = flag_words(attention, currency, paused_alone(file.books, file.debtor.id, attention))
    return (
        f"{name} ({number}): {present.money(balance.open, currency)} open, "
        f"{present.money(balance.overdue, currency)} of it overdue on "
        f"{present.count(balance.overdue_invoices, 'invoice')}{late}"
        f"{_own_currencies(parts, currency, whole=whole)}. {_credits(balance, currency)} "
        f"Attention: {flags}."
    )


def _own_currencies(parts: OverdueParts, currency: str, *, whole: bool) -> str:
    """A converted sum is no figure for a letter, so what is overdue stands beside it as the invoices have it."""
    overdue = parts.all
    if not overdue.own.keys() - {currency}:
        return ""
    if not whole and parts.apart and parts.others.own.keys() - {currency}:
        return " (converted)"
    unvalued = len(overdue.items) - overdue.counted
    more = present.count(unvalued, "more invoice")
    but = [f"{more} without an amount in the books among them"] if unvalued else []
    but += [f"{present.count(overdue.amountless, 'invoice')} without one left out"] if overdue.amountless else []
    return f" (converted; in the invoices' own currencies {_by_currency(overdue.own)}{''.join(f', {b}' for b in but)})"


def _credits(balance: aging.Balance, currency: str) -> str:
    if not balance.credits:
        return "No open credits."
    share = f" ({-balance.credits / balance.overdue:.1%} of what is overdue)" if balance.overdue else ""
    return f"Open credits beside it: {present.money(balance.credits, currency)}{share}."


def _by_currency(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(present.money(sums[code], code) for code in sorted(sums))


def notes(
    scope: Scope,
    file: DebtorFile,
    letters: Correspondence,
    parts: OverdueParts,
    *,
    whole: bool,
    invoices: int,
    addresses: int,
    messages: int,
) -> list[str]:
    """What was left out or is unusual, and what there is none of: a line that is missing says nothing.

    `invoices`, `addresses` and `messages` are how many of them the file shows.
    """
    not_due = [item for item in file.open_items if not item.is_overdue(scope.today)]
    return [
        *not_due_notes(file.books, not_due, _MOST_NAMED if whole else 1),
        *pending_notes(file.pending),
        *_set_apart(parts, scope.administration.currency_code or "", whole=whole),
        *(_lately(scope, file, parts) if whole else []),
        *_invoices(file, invoices),
        *file.unseen.values(),
        *(f"On file, {complaint}." for complaint in complaints(file.debtor)),
        *_bounced(scope, file, letters.about if whole else {}),
        *_correspondence(scope, letters, messages, whole=whole),
        *_absent(file, letters, addresses, whole=whole),
        *([_REMINDED] if whole else []),
    ]


def pending_notes(pending: Sequence[PaymentPlan]) -> list[str]:
    """A plan that waits for somebody's answer stops no reminder, and a reminder would be no answer."""
    plans = present.some(plan.id for plan in pending)
    return [f"Proposed, and nobody has decided: payment plan {plans}. Decide before chasing."] if plans else []


def _set_apart(parts: OverdueParts, currency: str, *, whole: bool) -> list[str]:
    """The overdue invoices that may not be chased, the first of them named unless they are all, and what the others
    come to.
    """
    said = []
    for some, reasons in _alike(parts.apart):
        most = _MOST_NAMED if whole else _FEW_NAMED
        numbers = present.some((present.code(item.number, 40) for item in some.items), most=most)
        named = f": {numbers}" if whole or len(some.items) < len(parts.all.items) else ""
        why = " and ".join(APART[reason] if whole else APART[reason].partition(" (")[0] for reason in reasons)
        said.append(f"{_overdue(some, currency)} {why}{named}.")
    if said and parts.others.items:
        own = f" ({_by_currency(parts.others.own)})" if parts.others.own.keys() - {currency} else ""
        said.append(f"Without those: {_overdue(parts.others, currency)}{own}.")
    return said


def _alike(apart: Mapping[str, Tally]) -> Iterable[tuple[Tally, list[str]]]:
    """Those set apart, once where several reasons are those of the same invoices."""
    found: dict[tuple[str, ...], tuple[Tally, list[str]]] = {}
    for reason, some in apart.items():
        found.setdefault(tuple(item.id for item in some.items), (some, []))[1].append(reason)
    return found.values()


def _overdue(some: Tally, currency: str) -> str:
    unvalued = len(some.items) - some.counted
    but = f" (and {unvalued} without an amount in the books)" if unvalued else ""
    return f"{present.count(some.counted, 'overdue invoice')} of {present.money(some.booked, currency)}{but}"


def _lately(scope: Scope, file: DebtorFile, parts: OverdueParts) -> list[str]:
    """What is on record of the last week: no message tells of it, and a letter on the day after says it again."""
    now = scope.account.now()
    steps = [one for one in taken(file, parts.all.items, now) if now - LATELY < one.moment]
    told = (f"{one.step} on {scope.day(one.moment)} ({present.code(one.number, 40)})" for one in steps)
    return [f"Reminders and steps on record within a week: {present.some(told, most=2)}."] if steps else []


def _invoices(file: DebtorFile, shown: int) -> list[str]:
    said = []
    hidden = len(file.open_items) - shown
    if hidden > 0:
        said.append(f"{hidden} more open items, credits too: search_invoices(debtors=[...]).")
    unvalued = [present.code(item.number, 40) for item in file.open_items if item.book_open is None]
    if unvalued:
        said.append(f"In no sum, because Payt gives them no amount in the books: {present.some(unvalued)}.")
    return said + unbooked_notes([item for item in file.open_items if item.is_unbooked])


def _bounced(scope: Scope, file: DebtorFile, about_ids: Mapping[str, str]) -> list[str]:
    """An address that mail comes back from is no address."""
    if file.bounced is None:
        return ["Whether mail bounced could not be read; the token may lack notifications:read."]
    about = {key: f" about {words}" for key, words in about_ids.items()}
    told = (
        f"{scope.day(mail.created_at) or 'undated'}{about.get(mail.id, '')}{bounce_reason(mail)}"
        for mail in file.bounced
    )
    said = present.some(told, most=MOST_BOUNCED if about_ids else 1)
    return [f"Mail to this debtor bounced within 90 days: {said}."] if said else []


def _correspondence(scope: Scope, letters: Correspondence, messages: int, *, whole: bool) -> list[str]:
    said = [present.QUOTED] if letters.messages else []
    if letters.messages:
        shown = "all shown" if letters.total == messages else f"{messages} shown"
        automatic = f" ({letters.automatic} automatic)" if letters.automatic else ""
        theirs = f"from the debtor{automatic}" if whole else "theirs"
        waits = "" if letters.waiting is None else f", {_waits(scope, letters.waiting, whole=whole)}"
        counted = present.count(letters.total, "message")
        said.append(f"{counted}, {shown}: {letters.incoming} {theirs}{waits}.")
    if not letters.is_all:
        said.append("This debtor has over 1,000 messages; a newer one may be missing here.")
    return said


def _waits(scope: Scope, newest: Sequence[Message], *, whole: bool) -> str:
    """`2 unanswered since 2026-08-01`: how many wait, and how long, whenever that began."""
    how, since = (
        ("of them without a later one of ours about the same", ", the first on") if whole else ("unanswered", " since")
    )
    moment = message_moment(newest[-1]) if newest else EARLIEST
    first = f"{since} {scope.day(moment)}" if moment > EARLIEST else ""
    return f"{len(newest) or 'none'} {how}{first}"


def _absent(file: DebtorFile, letters: Correspondence, addresses: int, *, whole: bool) -> list[str]:
    found = {
        "e-mail address": addresses,
        "active payment plan": file.plans or "payment_plans" in file.unseen,
        "active credit case": file.books.cases or "credit_cases" in file.unseen,
        "label on an open invoice": any(item.labels for item in file.open_items),
        "mail that bounced within 90 days": file.bounced is None or file.bounced,
        "message": letters.messages,
    }
    missing = [name for name, some in found.items() if not some]
    if not whole:
        return [f"None on file: {', '.join(missing)}."] if missing else []
    return [f"There is no {', no '.join(missing)} on file for this debtor."] if missing else []


_REMINDED = "Reminders that Payt sends by itself may be missing among messages; reminded_on dates an invoice's last."
