"""Warnings that a debtor or an invoice is not to be chased: a bailiff, a payment plan, a pause, the way to court."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.attention import PAUSED, PAYMENT_PLAN, WITH_BAILIFF, Reason, flags_of
from payt_mcp.receivables.phases import TOWARDS_COURT, words
from payt_mcp.words.said import count, joined, say, some, term
from payt_mcp.words.sentences import template
from payt_mcp.words.text import clean, code
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem, may_be_about_more, numbers_of

_MOST_STEPS = 3
_OF_THE_DEBTOR = {
    WITH_BAILIFF: say("This debtor is with a bailiff: contact goes through the bailiff"),
    PAYMENT_PLAN: say("This debtor has an active payment plan; its invoices are not to be chased"),
    PAUSED: say("Follow-up of this debtor is paused"),
}
_OF_THE_CASE = {
    WITH_BAILIFF: template("Credit case {number} is with a bailiff: contact goes through the bailiff"),
    PAYMENT_PLAN: template("Credit case {number} has an active payment plan; its invoices are not to be chased"),
    PAUSED: template("Follow-up of credit case {number} is paused"),
}
_OF_NAMED = {
    WITH_BAILIFF: template("Invoice {numbers} is with a bailiff: contact about it goes through the bailiff"),
    PAYMENT_PLAN: template("Invoice {numbers} is in a payment plan, and not to be chased"),
    PAUSED: template("Follow-up is paused for invoice {numbers}"),
}
_OF_SOME = {
    WITH_BAILIFF: (
        template("1 of {of} {kind} is with a bailiff: contact about it goes through the bailiff"),
        template("{number} of {of} {kind} are with a bailiff: contact about them goes through the bailiff"),
    ),
    PAYMENT_PLAN: (
        template("1 of {of} {kind} is in an active payment plan, and not to be chased"),
        template("{number} of {of} {kind} are in an active payment plan, and not to be chased"),
    ),
    PAUSED: (
        template("1 of {of} {kind} is paused with a credit case"),
        template("{number} of {of} {kind} are paused with a credit case"),
    ),
}


def chasing_warnings(text: str, facts: Facts, named: Sequence[OwedItem], *, is_listed: bool = False) -> list[Warned]:
    """Whether the debtor may be chased about what the letter is about; `named` are the invoices it means, and
    `is_listed` whether we listed them: then it is about no others, and that some of those are set apart is no danger.
    """
    found = [warned for flag in _OF_THE_DEBTOR for warned in _said_of(flag, facts, named, is_listed=is_listed)]
    found += _paused_beside(text, facts, named)
    found += [Warned(said, True) for said in facts.unseen.values()]
    if facts.settled:
        found.append(Warned(say("Nothing is open on invoice {settled}.", settled=clean(facts.settled, 40)), True))
    elif not any(item.is_overdue for item in facts.items):
        found.append(Warned(say("Nothing of this debtor is overdue.")))
    return found


def _said_of(flag: str, facts: Facts, named: Sequence[OwedItem], *, is_listed: bool) -> list[Warned]:
    """One flag said once, of the widest that has it: the credit case the letter goes with, the debtor as a whole, the
    invoices it names, or else some of the debtor's others.
    """
    if flag in flags_of(facts.case_attention):
        return [_of_the_case(flag, facts.case_attention)]
    if _is_whole(flag, facts):
        return [Warned(_with_records(_OF_THE_DEBTOR[flag], flag, facts.attention), True)]
    meant = [item for item in named if flag in item.flags]
    if meant:
        return [_of_named(flag, meant)]
    return _of_some(flag, facts, is_danger=not (is_listed and named)) if flag in facts.flags else []


def _is_whole(flag: str, facts: Facts) -> bool:
    """Whether the debtor has the flag for all that is looked at, or without any of its invoices having it."""
    of, _ = _looked_at(flag, facts.items)
    flagged = [item for item in of if flag in item.flags]
    return flag in facts.flags and len(flagged) in (0, len(of))


def _looked_at(flag: str, items: Iterable[OwedItem]) -> tuple[list[OwedItem], str]:
    """The overdue invoices where one of them has the flag, else all that are owed; and what they are called."""
    owed = [item for item in items if item.owed >= 0]
    overdue = [item for item in owed if item.is_overdue]
    if any(flag in item.flags for item in overdue):
        return overdue, say("overdue invoices")
    return owed, say("open invoices")


def _of_the_case(flag: str, reasons: Sequence[Reason]) -> Warned:
    number = next(reason.record for reason in reasons if reason.flag == flag)
    return Warned(say("{said}.", said=say(_OF_THE_CASE[flag], number=code(number))), True)


def _of_named(flag: str, meant: Sequence[OwedItem]) -> Warned:
    """A pause of single invoices is no danger: nobody knows what for, and it may be for this very letter."""
    reasons = [reason for item in meant for reason in item.attention]
    is_single = flag == PAUSED and all(reason.source == "invoice" for reason in reasons if reason.flag == flag)
    return Warned(_with_records(say(_OF_NAMED[flag], numbers=numbers_of(meant)), flag, reasons), not is_single)


def _of_some(flag: str, facts: Facts, *, is_danger: bool) -> list[Warned]:
    of, kind = _looked_at(flag, facts.items)
    flagged = [item for item in of if flag in item.flags and not _is_paused_by_itself(flag, item)]
    if not flagged:
        return []
    what = say(_OF_SOME[flag][len(flagged) != 1], number=len(flagged), of=len(of), kind=kind)
    records = _records(flag, (reason for item in flagged for reason in item.attention))
    beside = joined(filter(None, (numbers_of(flagged), records)), "; ")
    return [Warned(say("{what} ({beside}).", what=what, beside=beside), is_danger)]


def _is_paused_by_itself(flag: str, item: OwedItem) -> bool:
    """These are said apart: a few single pauses say nothing about the rest."""
    return flag == PAUSED and all(reason.source == "invoice" for reason in item.attention if reason.flag == PAUSED)


def _with_records(said: str, flag: str, reasons: Iterable[Reason]) -> str:
    records = _records(flag, reasons)
    return say("{said} ({records}).", said=said, records=records) if records else say("{said}.", said=said)


def _records(flag: str, reasons: Iterable[Reason]) -> str:
    """The cases and plans that say so: `credit case D2026-7`; "" where the invoices or the debtor do themselves."""
    return some(dict.fromkeys(reason.named for reason in reasons if reason.flag == flag and reason.named))


def _paused_beside(text: str, facts: Facts, named: Sequence[OwedItem]) -> list[Warned]:
    """Single paused invoices that are not named, where the letter may be about them all the same. It may as well not
    be.
    """
    paused = [
        item
        for item in facts.items
        if item.is_overdue and PAUSED in item.flags and _is_paused_by_itself(PAUSED, item) and item not in named
    ]
    if not paused or _is_whole(PAUSED, facts) or not may_be_about_more(text, facts.items, named):
        return []
    what = say("{invoices} that the text does not name", invoices=count(len(paused), "overdue invoice"))
    return [Warned(say("Follow-up is paused for {what}: {paused}.", what=what, paused=numbers_of(paused)))]


def step_warnings(chased: Sequence[OwedItem]) -> list[Warned]:
    """Steps on record, whoever took them."""
    return [*_towards_court(chased), *_steps_lately(chased)]


def _towards_court(chased: Sequence[OwedItem]) -> list[Warned]:
    """A reminder may contradict a summons; on the last step before a court it does."""
    formal = [item for item in chased if item.owed > 0 and item.step in TOWARDS_COURT]
    if not formal:
        return []
    said = some(say("{number} ({step})", number=clean(item.number, 40), step=term(words(item.step))) for item in formal)
    is_last = any(item.step == "pre_judicial" for item in formal)
    return [
        Warned(
            say("On its way to court: invoice {said}. A reminder may contradict the step taken.", said=said), is_last
        )
    ]


def _steps_lately(chased: Sequence[OwedItem]) -> list[Warned]:
    """Payt may have said the same a day ago. That an invoice may be collected told the debtor nothing."""
    lately = [
        (item.lately, item.number, item.step)
        for item in chased
        if item.is_overdue and item.lately and item.step != "collectable"
    ]
    if not lately:
        return []
    steps = (
        say("{step} on {day} (invoice {number})", step=term(words(step)), day=day, number=clean(n, 40))
        for day, n, step in sorted(lately, reverse=True)
    )
    return [Warned(say("Payt's record shows a step lately: {steps}.", steps=some(steps, most=_MOST_STEPS)))]
