"""The rules, each a pure function: the next step for a debtor, or why there is none. The first that applies decides.

The order is what a credit controller goes by: who waits for us comes first, then what must not be chased, then what
makes a reminder pointless or too early, and only then who is chased, the strongest step first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from payt_mcp.receivables.objections import speaks_against
from payt_mcp.receivables.overdue_parts import APART
from payt_mcp.receivables.phases import words
from payt_mcp.receivables.worklist.standing import Standing
from payt_mcp.settings import Rules
from payt_mcp.words.text import count, outside

STEPS = (
    "answer_message", "decide_plan", "check_missed_term", "do_task", "match_credit", "fix_address", "check_promise",
    "hand_over", "propose_plan", "call", "remind",
)  # fmt: skip
"""What there is to do, in the order of the list."""

LEFT = ("must_not", "not_yet")
"""What stands in place of a step with those who are left in peace: they must not be chased, or not yet."""

MUST_NOT_BE_CHASED = frozenset({"set_apart", "never_mail", "in_dispute"})
"""The rules that leave somebody in peace for good; all others that do say "not yet"."""

NO_ADDRESS = "no usable e-mail address on file"
_WAITS = ("answer_message", "decide_plan", "missed_term", "task_due", "bad_address")
_LAST_REMINDERS = frozenset({"reminder_4", "final_reminder", "collectable"})
_LAST_OF_A_CASE = frozenset({"summons_4", "notice_of_default"})
_CALLED_FROM = frozenset({"reminder_2", "reminder_3", *_LAST_REMINDERS})
_CONVERSATION_DAYS = 7
PROMISE_DAYS = 30
"""For how long what a debtor wrote may have been a promise that is worth to be reminded of."""
_SUBJECT_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Advice:
    """A step of `STEPS`; "" for nothing now, and then `reason` is that of many. `amount` is what it is about.
    `also` are the reasons of other steps that fit beside it.
    """

    rule: str
    step: str
    reason: str
    amount: Decimal
    also: tuple[str, ...] = ()


Rule = Callable[[Standing, Rules], Advice | None]


def advice_for(standing: Standing, rules: Rules) -> Advice:
    """What the first rule says that applies; a reminder where none does. One who waits for us may do so for more than
    one thing: what else fits that chases nobody is told beside it.
    """
    said = (found for name in _ALL if (found := _said(name, standing, rules)))
    advice = next(said, None) or _remind(standing)
    if advice.rule not in _WAITS:
        return advice
    others = (_said(name, standing, rules) for name in _WAITS if name != advice.rule)
    return replace(advice, also=tuple(other.reason for other in others if other))


def rests_on_payments(standing: Standing, rules: Rules, seen_days: int) -> bool:
    """Whether a payment that nobody has looked for could make another step of it: one of any invoice of the debtor
    since it wrote; one of an open invoice more than `seen_days` back, as far as all are known.
    """
    if advice_for(standing, rules).rule == "promised":
        return True
    if seen_days >= rules.payment_days or not _is_all_partly_paid(standing):
        return False
    today = replace(standing, paid=(standing.today, Decimal("0.00")))
    return advice_for(today, rules).rule == "paid_lately"


def _said(name: str, standing: Standing, rules: Rules) -> Advice | None:
    return _ALL[name](standing, rules) if name in _ALWAYS or rules.applies(name) else None


def _answer_message(of: Standing, _rules: Rules) -> Advice | None:
    waiting = of.letters.waiting
    if not waiting:
        return None
    said = f"{count(len(waiting), 'message')} unanswered since {min(waiting)}"
    if "with_bailiff" in of.owing.apart:
        said += "; with a bailiff: answer through the bailiff"
    return Advice("answer_message", "answer_message", said, of.owing.overdue)


def _decide_plan(of: Standing, _rules: Rules) -> Advice | None:
    if of.plans.proposed is None:
        return None
    said = f"payment plan proposed on {of.plans.proposed}"
    if of.plans.offered:
        said += f": {of.plans.offered:.2f} in {count(of.plans.terms, 'term')}"
    return Advice("decide_plan", "decide_plan", said, of.owing.overdue)


def _missed_term(of: Standing, _rules: Rules) -> Advice | None:
    if not of.plans.missed:
        return None
    due, _ = min(of.plans.missed)
    amount = sum((amount for _, amount in of.plans.missed), Decimal("0.00"))
    said = f"{count(len(of.plans.missed), 'term')} of its payment plan missed, the first due {due}"
    return Advice("missed_term", "check_missed_term", said, amount)


def _task_due(of: Standing, _rules: Rules) -> Advice | None:
    if not of.work.due:
        return None
    due, subject = min(of.work.due, key=lambda task: (task[0] is None, task[0] or of.today, task[1]))
    said = f"task due {due}" if due else "task of no date"
    said += f": {outside(subject, _SUBJECT_LENGTH)}" if subject else ""
    return Advice("task_due", "do_task", said, of.owing.overdue)


def _hand_over_case(of: Standing, rules: Rules) -> Advice | None:
    """The letters of a credit case are all out: whether a bailiff or a court comes next is decided by a person."""
    step, on = of.owing.collecting or ("", None)
    since = of.days_since(on)
    if step not in _LAST_OF_A_CASE or since is None or since < rules.hand_over_after_days:
        return None
    if speaks_against((of.remark, *of.labels)):
        return None
    return Advice("hand_over_case", "hand_over", f"{words(step)}, last step {since} days ago", of.owing.overdue)


def _nothing_to_chase(of: Standing, _rules: Rules) -> Advice | None:
    """All that is overdue is set apart: the most weighty reason says why."""
    if of.chasing.invoices:
        return None
    why = next((part for part in _WEIGHT if part in of.owing.apart), "")
    return Advice("set_apart", "", _WHY.get(why, "nothing overdue"), of.owing.overdue)


def _never_mail(of: Standing, rules: Rules) -> Advice | None:
    return _wait("never_mail", "never to be mailed (rules file)", of) if of.number in rules.never_mail else None


def _in_dispute(of: Standing, _rules: Rules) -> Advice | None:
    return _wait("in_dispute", _DISPUTED, of) if speaks_against((of.remark, *of.labels)) else None


def _match_credit(of: Standing, _rules: Rules) -> Advice | None:
    if not of.owing.credit or of.owing.credit < of.chasing.amount or of.chasing.uncounted:
        return None
    return Advice("match_credit", "match_credit", f"open credit of {of.owing.credit:.2f} covers it", of.chasing.amount)


def _minimum_amount(of: Standing, rules: Rules) -> Advice | None:
    is_small = of.chasing.amount < rules.minimum_amount and not of.chasing.uncounted
    return _wait("minimum_amount", f"less than {rules.minimum_amount:.2f}", of) if is_small else None


def _direct_debit(of: Standing, rules: Rules) -> Advice | None:
    """Payt collects it. What came back it has tried already."""
    is_all = bool(of.chasing.direct) and of.chasing.direct == of.chasing.amount and of.taken_back is None
    said = f"direct debit, due {rules.direct_debit_days} days ago or less"
    return _wait("direct_debit", said, of) if is_all else None


def _grace(of: Standing, rules: Rules) -> Advice | None:
    is_new = of.chasing.oldest_days <= rules.grace_days
    return _wait("grace", f"overdue for {count(rules.grace_days, 'day')} or less", of) if is_new else None


def _paid_lately(of: Standing, rules: Rules) -> Advice | None:
    since = of.days_since(of.paid[0]) if of.paid else None
    is_late = since is not None and since <= rules.payment_days and _is_all_partly_paid(of)
    return _wait("paid_lately", f"paid in part within {count(rules.payment_days, 'day')}", of) if is_late else None


def _is_all_partly_paid(of: Standing) -> bool:
    return of.chasing.partly_paid == of.chasing.invoices


def _contact_lately(of: Standing, rules: Rules) -> Advice | None:
    days = rules.reminder_interval_days
    since = of.days_since(_last_told(of))
    if since is not None and 0 <= since < days:
        return _wait("contact_lately", f"reminded or written to within {count(days, 'day')}", of)
    if of.work.next is not None and (of.work.next[0] - of.today).days <= days:
        return _wait("contact_lately", f"a colleague's task is planned within {count(days, 'day')}", of)
    return None


def _last_told(of: Standing) -> dt.date | None:
    """The last reminder, or message of ours."""
    return max(filter(None, (of.chasing.contact_at, of.letters.ours)), default=None)


def _bad_address(of: Standing, _rules: Rules) -> Advice | None:
    told = _last_told(of)
    if of.letters.bounced and (told is None or told <= of.letters.bounced):
        return Advice("bad_address", "fix_address", f"mail came back on {of.letters.bounced}", of.chasing.amount)
    if of.has_address is False:
        return Advice("bad_address", "fix_address", NO_ADDRESS, of.chasing.amount)
    return None


def _promised(of: Standing, _rules: Rules) -> Advice | None:
    """It wrote, we answered, and nothing came of it: what it said then may have been a promise."""
    since = of.days_since(of.letters.incoming)
    is_old = since is not None and _CONVERSATION_DAYS <= since <= PROMISE_DAYS
    is_paid = of.paid is not None and of.letters.incoming is not None and of.paid[0] >= of.letters.incoming
    if not is_old or is_paid:
        return None
    said = f"wrote on {of.letters.incoming}, was answered, and has paid nothing since"
    return Advice("promised", "check_promise", said, of.chasing.amount)


def _hand_over(of: Standing, rules: Rules) -> Advice | None:
    since = of.days_since(of.chasing.step_at)
    if of.chasing.step not in _LAST_REMINDERS or since is None or since < rules.hand_over_after_days:
        return None
    return Advice("hand_over", "hand_over", f"{words(of.chasing.step)}, last step {since} days ago", of.chasing.amount)


def _propose_plan(of: Standing, rules: Rules) -> Advice | None:
    is_old = of.chasing.oldest_days >= rules.plan_from_days and bool(of.chasing.step)
    if not of.chasing.partly_paid or not is_old or of.chasing.amount < rules.plan_from:
        return None
    said = f"{count(of.chasing.partly_paid, 'invoice')} paid in part, the oldest overdue {of.chasing.oldest_days} days"
    return Advice("propose_plan", "propose_plan", said, of.chasing.amount)


def _call(of: Standing, rules: Rules) -> Advice | None:
    is_old = bool(of.chasing.step) and of.chasing.oldest_days >= rules.call_after_days
    is_reminded = is_old or of.chasing.step in _CALLED_FROM
    if not of.has_phone or not is_reminded or of.chasing.amount < rules.call_from:
        return None
    return Advice("call", "call", f"{_reminded(of)}, and {rules.call_from:.0f} or more is due", of.chasing.amount)


def _remind(of: Standing) -> Advice:
    return Advice("remind", "remind", _reminded(of), of.chasing.amount)


def _reminded(of: Standing) -> str:
    if not of.chasing.step:
        return f"overdue {count(of.chasing.oldest_days, 'day')}, not reminded yet"
    return f"overdue {count(of.chasing.oldest_days, 'day')}, {words(of.chasing.step)} on {of.chasing.step_at}"


def _wait(rule: str, reason: str, of: Standing) -> Advice:
    return Advice(rule, "", reason, of.chasing.amount or of.owing.overdue)


_WEIGHT = ("with_bailiff", "in_collection", "payment_plan", "debtor_paused", "case_paused", "paused", "disputed")
_DISPUTED = "disputed, or not to be chased, by label or remark"
_WHY = {**APART, "paused": "paused one by one", "disputed": _DISPUTED}
_ALWAYS = frozenset({"set_apart"})
_ALL: dict[str, Rule] = {
    "answer_message": _answer_message,
    "decide_plan": _decide_plan,
    "missed_term": _missed_term,
    "task_due": _task_due,
    "hand_over_case": _hand_over_case,
    "set_apart": _nothing_to_chase,
    "never_mail": _never_mail,
    "in_dispute": _in_dispute,
    "match_credit": _match_credit,
    "minimum_amount": _minimum_amount,
    "direct_debit": _direct_debit,
    "grace": _grace,
    "paid_lately": _paid_lately,
    "bad_address": _bad_address,
    "contact_lately": _contact_lately,
    "promised": _promised,
    "propose_plan": _propose_plan,
    "hand_over": _hand_over,
    "call": _call,
}
