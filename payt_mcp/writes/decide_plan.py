"""Deciding about a payment plan: approving or rejecting a proposed one, ending an active one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from payt_mcp.books.payment_plans import covered_by
from payt_mcp.books.scope import Scope
from payt_mcp.books.shelf import Key
from payt_mcp.errors import InputError
from payt_mcp.payt import writes
from payt_mcp.payt.models import Invoice, PaymentPlan
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Fact, Preview, Warned, beside, facts
from payt_mcp.proposals.states import Status
from payt_mcp.receivables import plans
from payt_mcp.words.said import count, day_of, money, say, some, term
from payt_mcp.words.sentences import template
from payt_mcp.words.text import LINE_LENGTH, clean, code
from payt_mcp.writes.kind import Kind, Place, one_done
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.subject import fact_of, own_id

_FIELDS = ("id", "invoice_number", "open_amount", "currency_code", "active_payment_plan_id")
_FROM = {"approve": "pending", "reject": "pending", "deactivate": "active"}
_TO = {"approve": "active", "reject": "rejected", "deactivate": "ended"}
_WHAT = {
    "approve": say("Approve: the plan becomes active, and Payt stops reminding about its invoices"),
    "reject": say("Reject: nothing is agreed, and Payt goes on with the invoices"),
    "deactivate": say("Deactivate: the plan ends, and Payt goes on with its invoices"),
}
_TITLES = {
    "approve": template("Approve payment plan {id}{whose}, in {short_name}"),
    "reject": template("Reject payment plan {id}{whose}, in {short_name}"),
    "deactivate": template("Deactivate payment plan {id}{whose}, in {short_name}"),
}
_STATES = {"pending": say("proposed, and nobody has decided"), "ended": say("ended")}
_MOST_NAMED = 50


class DecidePlan(Kind):
    """`wish` has `payment_plan` (an id) and `decision`."""

    name = "payment_plan"
    records = "such payment plan"

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        return {"payment_plan": (await _read(place, wish["payment_plan"])).id, "decision": wish["decision"]}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        plan, decision = await _read(place, asked["payment_plan"]), asked["decision"]
        status = plans.status(plan)
        said = _STATES.get(status) or term(status)
        if status not in {_FROM[decision], _TO[decision]}:
            raise InputError(f"Payment plan {plan.id} is {said}: {decision} is not possible.")
        covered = (await covered_by(place, [plan])).by_plan.get(plan.id, [])
        opened = await _open(place, plan)
        currency = _currency(covered or opened)
        debtor = await fact_of(place, debtor_id=plan.debtor_id)
        whose = say(" of {debtor}", debtor=debtor[0][1]) if debtor else ""
        about = [
            (say("Decision"), _WHAT[decision]),
            *debtor,
            *_history(place, plan, said),
            *_terms(place, plan, currency),
            _invoices(covered, opened, currency),
        ]
        reason = [(say("The debtor's reason"), clean(plan.reason, 2 * LINE_LENGTH))] if plan.reason else []
        return Outlook(
            touches=(self.name, plan.id),
            title=say(
                _TITLES[decision],
                id=code(plan.id),
                whose=whose,
                short_name=place.short_name,
            ),
            sections=[*facts(about), *beside(reason)],
            warnings=_warnings(place, plan, decision, opened, currency) if status == _FROM[decision] else [],
            idle=say("Payment plan {id} is {said} already", id=plan.id, said=said) if status == _TO[decision] else "",
            basis={"debtors": [plan.debtor_id]},
            amount=plans.total(plan),
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        return writes.plan_decision(place.id, content["payment_plan"], content["decision"])

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:  # noqa: ARG002 - Kind
        return one_done(answer)

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:
        """The plan, and what it is for, which it does not say: what its debtor owes, and the cases of that."""
        plan = await _read(place, content["payment_plan"])
        lists = ("invoices", "credit_cases") if plan.debtor_id else ()
        return [
            Key("payment_plans", "ids", plan.id),
            *(Key(name, "debtor_ids", plan.debtor_id or "") for name in lists),
        ]

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        status = plans.status(await _read(place, attempt.content["payment_plan"]))
        is_so = status == _TO[attempt.content["decision"]]
        return Done(Status.APPLIED, {"found": say("it is {status}", status=status)}) if is_so else None


KIND = DecidePlan()


async def _read(scope: Scope, key: str) -> PaymentPlan:
    return own_id(await scope.account.payt.payment_plan(scope.id, key), key, "payment plan")


async def _open(scope: Scope, plan: PaymentPlan) -> list[Invoice]:
    """The open invoices of the debtor."""
    if not plan.debtor_id:
        return []
    listed = await scope.account.payt.invoices(scope.id, fields=_FIELDS, paid=False, debtor_ids=[plan.debtor_id])
    return [invoice for invoice in listed.records if invoice.open_amount]


def _currency(invoices: Sequence[Invoice]) -> str:
    """A plan does not say its currency; that of its invoices, where it is one."""
    found = {invoice.currency_code or "" for invoice in invoices}
    return found.pop() if len(found) == 1 else ""


def _history(scope: Scope, plan: PaymentPlan, said: str) -> list[Fact]:
    by = say("the debtor") if plan.proposed_at or plan.reason else say("the creditor")
    proposed = scope.day(plan.proposed_at or plan.created_at)
    facts = [(say("State"), said), (say("Asked by"), by), (say("Proposed on"), day_of(proposed))]
    facts.append((say("Approved on"), day_of(scope.day(plan.approved_at))))
    return [fact for fact in facts if fact[1]]


def _terms(scope: Scope, plan: PaymentPlan, currency: str) -> list[Fact]:
    total, due = money(plans.total(plan), currency), money(plans.open_total(plan), currency)
    facts = [
        (
            say("Terms"),
            say(
                "{terms}, {total} in all, {due} still due",
                terms=count(len(plan.payment_terms), "term"),
                total=total,
                due=due,
            ),
        )
    ]
    for place, one in enumerate(plan.payment_terms, 1):
        missed = say(", MISSED") if plans.is_missed(plan, one, scope.today) else ""
        amount, rest = money(one.total_amount or Decimal(0), currency), money(plans.still_due(one), currency)
        facts.append(
            (
                say("Term {place}", place=place),
                say(
                    "{due_date}: {amount}, {rest} still due{missed}",
                    due_date=one.due_date or say("undated"),
                    amount=amount,
                    rest=rest,
                    missed=missed,
                ),
            )
        )
    missed_terms = plans.missed(plan, scope.today)
    if missed_terms:
        sum_missed = money(sum(map(plans.still_due, missed_terms), Decimal(0)), currency)
        facts.append(
            (
                say("Missed"),
                say("{sum_missed} since {due_date}", sum_missed=sum_missed, due_date=missed_terms[0].due_date),
            )
        )
    return facts


def _invoices(covered: Sequence[Invoice], opened: Sequence[Invoice], currency: str) -> Fact:
    if covered:
        return say("Invoices covered"), some(
            sorted(code(one.invoice_number or one.id) for one in covered), most=_MOST_NAMED
        )
    numbers = some(sorted(code(one.invoice_number or one.id) for one in opened), most=_MOST_NAMED) or say("none")
    total = say(", {total} in all", total=money(_sum(opened), currency)) if currency else ""
    return say("Invoices covered"), say(
        "Payt shows them of active plans only; open invoices of the debtor: {numbers}{total}",
        numbers=numbers,
        total=total,
    )


def _sum(invoices: Sequence[Invoice]) -> Decimal:
    return sum((invoice.open_amount or Decimal(0) for invoice in invoices), Decimal(0))


def _warnings(scope: Scope, plan: PaymentPlan, decision: str, opened: Sequence[Invoice], currency: str) -> list[Warned]:
    found = [Warned(text) for text in scope.caveats]
    if decision == "deactivate" and not plans.missed(plan, scope.today):
        found.append(Warned(say("No term of this plan is missed.")))
    if decision != "approve":
        return found
    others = {one.active_payment_plan_id for one in opened if one.active_payment_plan_id not in {None, plan.id}}
    if others:
        found.append(
            Warned(
                say(
                    "The debtor is in another active plan already: {others}.", others=some(sorted(filter(None, others)))
                )
            )
        )
    total = plans.total(plan)
    if currency and total < _sum(opened):
        terms, owed = money(total, currency), money(_sum(opened), currency)
        found.append(
            Warned(say("The terms come to {terms}; the open invoices of the debtor to {owed}.", terms=terms, owed=owed))
        )
    late = [
        term
        for term in plan.payment_terms
        if term.due_date and term.due_date < scope.today and plans.still_due(term) > 0
    ]
    if late:
        found.append(Warned(say("{terms} due before today and not paid.", terms=count(len(late), "term"))))
    return found
