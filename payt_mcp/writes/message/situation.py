"""What somebody who knows the debtor would know before writing to it, in lines, the most important first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from payt_mcp.books.colleagues import NOTED_LATELY, Colleagues
from payt_mcp.books.debtor import DebtorFile
from payt_mcp.books.messages import unanswered
from payt_mcp.books.scope import Scope
from payt_mcp.payt.models import CreditCase, Message, Note, PaymentPlan, Task
from payt_mcp.proposals.preview import Circumstance
from payt_mcp.receivables import plans
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.messages import LATELY, is_automatic, message_moment
from payt_mcp.receivables.phases import case_phase, words
from payt_mcp.words.said import count, day_of, joined, money, say, some, term
from payt_mcp.words.text import NAME_LENGTH, cited, clean, code

_MOST_OF_A_KIND = 3
_MESSAGE_LENGTH = 240
_TEXT_LENGTH = 140


def situation_of(
    scope: Scope, file: DebtorFile, colleagues: Colleagues, proposed: Sequence[Circumstance]
) -> list[Circumstance]:
    """Of one debtor at the moment of `scope`; `proposed` is what the ledger knows of it. Of notes and tasks the first
    three come where they belong, and the others last.
    """
    notes = [_note(scope, note) for note in colleagues.notes]
    tasks = [_task(task) for task in colleagues.tasks]
    currency = _currency(file)
    return [
        *_written(scope, file),
        *chain.from_iterable(_pending(scope, plan, currency) for plan in file.pending),
        *(_active(plan, currency) for plan in file.plans),
        *proposed,
        *_kept(file),
        *notes[:_MOST_OF_A_KIND],
        *tasks[:_MOST_OF_A_KIND],
        *_by_payt(scope, file),
        *_owed_otherwise(scope, file),
        *map(_case, file.cases),
        *notes[_MOST_OF_A_KIND:],
        *tasks[_MOST_OF_A_KIND:],
        *_not_read(file, colleagues),
    ]


def _written(scope: Scope, file: DebtorFile) -> Iterator[Circumstance]:
    """What came in from a person and nothing of ours followed; else the last that did, if that is not long ago; and an
    automatic reply that came later: whoever would read the letter may be away.
    """
    waiting = unanswered(file.messages, file.debtor.id).get(file.debtor.id, [])
    theirs = [one for one in file.messages if one.sender_type == "debtor"]
    away = [one for one in theirs[:1] if is_automatic(one)]
    last = [one for one in theirs if not is_automatic(one)][:1]
    for message in (*(waiting[:_MOST_OF_A_KIND] or _lately(scope, last)), *_lately(scope, away)):
        yield _message(scope, message, is_answered=not waiting)


def _lately(scope: Scope, messages: Sequence[Message]) -> list[Message]:
    return [one for one in messages if message_moment(one) > scope.now() - NOTED_LATELY]


def _message(scope: Scope, message: Message, *, is_answered: bool) -> Circumstance:
    text = cited(message.content or message.subject, _MESSAGE_LENGTH)
    answered = say("before our last message") if is_answered else say("unanswered")
    states = [
        say("read") if message.read_at else say("unread"),
        say("automatic reply") if is_automatic(message) else answered,
    ]
    return Circumstance(
        f"message {message.id}",
        say("The debtor wrote"),
        say("{message_moment} {text}", message_moment=day_of(scope.day(message_moment(message))), text=text),
        joined(states),
    )


def _pending(scope: Scope, plan: PaymentPlan, currency: str) -> Iterator[Circumstance]:
    asked = scope.day(plan.proposed_at or plan.created_at)
    reason = say(", {reason}", reason=cited(plan.reason, _TEXT_LENGTH)) if plan.reason else ""
    said = say(
        "{id} of {asked}, which nobody has decided on: {terms}{reason}",
        id=code(plan.id),
        asked=day_of(asked) or say("an unknown day"),
        terms=_terms(plan, currency),
        reason=reason,
    )
    yield Circumstance(f"pending plan {plan.id}", say("Payment plan proposed"), said)


def _active(plan: PaymentPlan, currency: str) -> Circumstance:
    said = say(
        "{id}: {terms}, {open_total} of it still due",
        id=code(plan.id),
        terms=_terms(plan, currency),
        open_total=money(plans.open_total(plan), currency),
    )
    return Circumstance(f"active plan {plan.id}", say("Payment plan agreed"), said)


def _terms(plan: PaymentPlan, currency: str) -> str:
    terms, total = count(len(plan.payment_terms), "term"), money(plans.total(plan), currency)
    return say("{terms}, {total} in all", terms=terms, total=total)


def _currency(file: DebtorFile) -> str:
    """A plan does not say its currency; that of what the debtor owes, where it is one."""
    found = {item.currency for item in file.open_items}
    return found.pop() if len(found) == 1 else ""


def _kept(file: DebtorFile) -> Iterator[Circumstance]:
    """Labels and the remark: what is to be known of the debtor whatever it owes."""
    labels = [clean(label.name, NAME_LENGTH) for label in file.debtor.labels]
    of_invoices = (
        say("{name} ({number})", name=clean(name, NAME_LENGTH), number=clean(item.number, 40))
        for item in file.open_items
        for name in item.labels
    )
    of_cases = (
        say("{name} ({case})", name=clean(label.name, NAME_LENGTH), case=_number(case))
        for case in file.cases
        for label in case.labels
    )
    told = [*sorted(labels), *sorted(of_invoices), *sorted(of_cases)]
    if told:
        yield Circumstance("labels", say("Labels"), some(told, most=2 * _MOST_OF_A_KIND))
    if file.debtor.remark:
        yield Circumstance("remark", say("Remark on the debtor"), cited(file.debtor.remark, _TEXT_LENGTH))


def _note(scope: Scope, note: Note) -> Circumstance:
    by = clean(note.user.name, NAME_LENGTH) if note.user else ""
    on = day_of(scope.day(note.created_at or note.updated_at))
    said = joined(filter(None, (on, by, cited(note.content, _TEXT_LENGTH))), " ")
    return Circumstance(f"note {note.id}", say("Note of a colleague"), said)


def _task(task: Task) -> Circumstance:
    due = say(", due {expiry_date}", expiry_date=task.expiry_date) if task.expiry_date else ""
    more = say(": {description}", description=cited(task.description, _TEXT_LENGTH)) if task.description else ""
    return Circumstance(
        f"task {task.id}",
        say("Open task"),
        say("{subject}{due}{more}", subject=cited(task.subject, _TEXT_LENGTH), due=due, more=more),
    )


def _by_payt(scope: Scope, file: DebtorFile) -> Iterator[Circumstance]:
    """The reminders and steps of a week: no message tells of them."""
    since = scope.now() - LATELY
    steps = {
        (scope.day(moment) or "", words(item.step) if moment == item.step_at else "reminded", clean(item.number, 40))
        for item in file.open_items
        for moment in {file.reminded.get(item.id), item.step_at if item.step != "collectable" else None}
        if moment and moment > since
    }
    if steps:
        said = some(
            (
                say("{step} on {on} ({number})", step=term(step), on=day_of(on), number=number)
                for on, step, number in sorted(steps, reverse=True)
            ),
            most=3,
        )
        yield Circumstance("by payt", say("Reminders and steps within 7 days"), said)


def _owed_otherwise(scope: Scope, file: DebtorFile) -> Iterator[Circumstance]:
    """Credits that stand beside what is owed, and what is collected without a letter."""
    credits_ = [item for item in file.open_items if item.is_credit]
    if credits_:
        yield Circumstance("credits", say("Open credits"), some(map(_credit, credits_)))
    debited = [
        clean(item.number, 40) for item in file.open_items if item.is_overdue(scope.today) and item.is_direct_debit
    ]
    if debited:
        yield Circumstance("debit", say("Collected by direct debit"), say("invoice {debited}", debited=some(debited)))


def _credit(item: OpenItem) -> str:
    number = clean(item.number, 40)
    if item.open_amount is None:
        return number
    return say("{number} ({amount})", number=number, amount=money(item.open_amount, item.currency))


def _case(case: CreditCase) -> Circumstance:
    said = say(
        "{case}: {case_phase}{what}",
        case=_number(case),
        case_phase=term(words(case_phase(case))),
        what=say(", paused") if case.paused_at else "",
    )
    return Circumstance(f"case {case.id}", say("Credit case"), said)


def _number(case: CreditCase) -> str:
    return code(case.credit_case_number or case.case_number or case.id)


def _not_read(file: DebtorFile, colleagues: Colleagues) -> Iterator[Circumstance]:
    unseen = [*colleagues.unseen, *([say("mail that bounced")] if file.bounced is None else [])]
    if unseen:
        yield Circumstance("unseen", say("Could not be read"), some(unseen), stops=False)
