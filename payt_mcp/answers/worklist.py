"""The worklist in rows: each debtor with its next step, and the facts that step rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from payt_mcp.receivables.objections import objection_in
from payt_mcp.receivables.phases import words
from payt_mcp.receivables.worklist.plan import LeftOut, Worklist
from payt_mcp.receivables.worklist.rules import NO_ADDRESS, Advice
from payt_mcp.receivables.worklist.standing import Standing
from payt_mcp.words import text as present

_DAY = re.compile(r"(?: on| since)? \d{4}-\d\d-\d\d$")
_REMARK_LENGTH = 60
_MOST_LABELS = 3
_MOST_FACTS = 2
_MOST_REASONS = 3
_SAY_AGE = frozenset({"propose_plan", "call", "remind"})
_SAY_STEP = frozenset({"hand_over", "call", "remind"})
_SAY_NOTE = frozenset({"answer_message", "check_promise"})
_NOTED = "a colleague's note of {}"
_LEFT_WORDS = {"must_not": "must not be chased", "not_yet": "not to be chased yet"}
_APART_WORDS = {
    "with_bailiff": "with a bailiff",
    "disputed": "disputed",
    "payment_plan": "in a plan",
    "in_collection": "in collection",
    "debtor_paused": "debtor paused",
    "case_paused": "case paused",
    "paused": "paused",
}
"""Why something is set apart, the weightiest first."""


def worklist_row(standing: Standing, advice: Advice) -> dict[str, Any]:
    return present.filled(
        {
            "debtor_number": present.code(standing.number),
            "name": present.outside(standing.name, present.NAME_LENGTH),
            "step": advice.step,
            "reason": present.cut(advice.reason, 120),
            "amount": f"{advice.amount:.2f}",
            "facts": list(islice(_facts(standing, advice), _MOST_FACTS)),
        }
    )


def left_out_rows(left_out: Mapping[str, LeftOut]) -> list[dict[str, Any]]:
    return [
        {
            "reason": reason,
            "chase": "must not" if left.must_not else "not yet",
            "debtors": left.debtors,
            "amount": f"{left.amount:.2f}",
        }
        for reason, left in left_out.items()
    ]


def said_of(worklist: Worklist, currency: str, only: str = "") -> str:
    """`3 answer message, 12 remind; EUR 1,200.00 of 4 not yet, EUR 30.00 of 1 must not be chased`, debtors all; of
    `only` one step `3 debtors: remind, EUR 90.00`.
    """
    if only:
        amounts = [advice.amount for _, advice in worklist.of_step(only)]
        told = f"{present.count(len(amounts), 'debtor')}: {_LEFT_WORDS.get(only) or step_words(only)}"
        return f"{told}, {present.money(sum(amounts, Decimal('0.00')), currency)}" if amounts else told
    steps = ", ".join(f"{number} {step_words(step)}" for step, number in worklist.steps.items())
    parts: dict[str, list[LeftOut]] = {"not yet": [], "must not be chased": []}
    for left in worklist.left_out.values():
        parts["must not be chased" if left.must_not else "not yet"].append(left)
    peace = ", ".join(f"{_in_all(some, currency)} {words}" for words, some in parts.items() if some)
    return "; ".join(filter(None, (steps or "nothing to do", peace)))


def waits_longest(worklist: Worklist, most: int) -> list[str]:
    """Who has waited longest for an answer, `most` of them by name: the list is by amount. Nothing where one waits, as
    its row says that.
    """
    waiting = [standing for standing, _ in worklist.rows if standing.letters.waiting]
    if len(waiting) < 2:
        return []
    since = min(min(standing.letters.waiting) for standing in waiting)
    names = [_named(standing) for standing in waiting if min(standing.letters.waiting) == since]
    return [f"Unanswered longest, since {since}: {present.some(names, most=most)}."]


def _named(standing: Standing) -> str:
    name = present.outside(standing.name, present.NAME_LENGTH)
    return f"{present.code(standing.number)} {name}" if standing.number else name


def _in_all(left_out: Sequence[LeftOut], currency: str) -> str:
    amount = sum((left.amount for left in left_out), Decimal("0.00"))
    return f"{present.money(amount, currency)} of {sum(left.debtors for left in left_out):,}"


def step_words(step: str) -> str:
    return step.replace("_", " ")


def _facts(of: Standing, advice: Advice) -> Iterator[str]:
    """What the reason does not say already, the weightiest first."""
    noted = _NOTED.format(of.letters.noted) if of.letters.noted else ""
    is_about_it = _is_noted_since(of) and advice.step in _SAY_NOTE
    also = [_DAY.sub("", said.partition(": ")[0]) for said in advice.also] + [noted] * is_about_it
    if also:
        yield f"also: {', '.join(also)}"
    yield from (f"{currency} {amount:.2f} beside it" for currency, amount in of.chasing.uncounted.items())
    yield from _apart(of, advice)
    if of.limit is not None:
        yield f"over its credit limit of {of.limit:.0f}"
    if of.owing.credit and advice.step != "match_credit":
        yield f"credit of {of.owing.credit:.2f} open"
    yield from _paid(of)
    yield from _said(of)
    if of.has_address is False and advice.step != "fix_address" and NO_ADDRESS not in advice.also:
        yield "no e-mail address"
    if advice.step not in _SAY_AGE and of.owing.overdue:
        yield f"overdue {of.owing.oldest_days} days"
    if of.chasing.step and advice.step not in _SAY_STEP:
        yield f"{words(of.chasing.step)} on {of.chasing.step_at}"
    if advice.step not in _SAY_NOTE:
        yield from _wrote(of)
    yield from [noted] if noted and not is_about_it else []


def _is_noted_since(of: Standing) -> bool:
    """A colleague who called instead of writing back may have written that down."""
    noted, wrote = of.letters.noted, of.letters.incoming
    return noted is not None and wrote is not None and noted >= wrote


def _apart(of: Standing, advice: Advice) -> Iterator[str]:
    """How much is set apart, of the amount that is told or beside it, and why; of one that is left in peace for that,
    the other reasons.
    """
    reasons = (word for one, word in _APART_WORDS.items() if one in of.owing.apart and word not in advice.reason)
    why = ", ".join(islice(reasons, _MOST_REASONS))
    if advice.rule == "set_apart":
        yield from [why] if why and len(of.owing.apart) > 1 else []
    elif of.owing.apart:
        amount, is_all = of.owing.overdue - of.chasing.amount, advice.amount == of.owing.overdue
        if advice.rule == "missed_term" and not is_all:
            amount -= advice.amount  # the terms are part of what is in the plan
        if amount > 0:
            yield f"{'of it' if is_all else 'beside it'} {amount:.2f} {why or 'set apart'}"


def _paid(of: Standing) -> Iterator[str]:
    """What came last, and what was taken back since."""
    back = of.taken_back
    if back is not None and (of.paid is None or of.paid[0] <= back[0]):
        yield f"a payment{f' of {back[1]:.2f}' if back[1] else ''} was taken back (booked {back[0]})"
    elif of.paid is not None:
        yield f"paid{f' {of.paid[1]:.2f}' if of.paid[1] else ''} on {of.paid[0]}"


def _wrote(of: Standing) -> Iterator[str]:
    if of.letters.incoming:
        yield f"wrote on {of.letters.incoming}"
    if of.letters.automatic:
        yield f"automatic reply on {of.letters.automatic}"
    if of.letters.ours:
        yield f"we wrote on {of.letters.ours}"


def _said(of: Standing) -> Iterator[str]:
    """Labels and the remark, which colleagues wrote."""
    if of.labels:
        yield f"labels: {present.some([present.outside(label, 30) for label in of.labels], most=_MOST_LABELS)}"
    if of.remark:
        said = of.remark if len(of.remark) <= _REMARK_LENGTH else objection_in(of.remark) or of.remark
        yield f"remark: {present.outside(said, _REMARK_LENGTH)}"
