"""What attention to a debtor or an invoice depends on, read from Payt now: the debtor, what it owes, the credit cases
that is in, and its payment plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from payt_mcp.books.by_id import cases_by_id, debtors_by_id, open_invoices_of, plans_by_id
from payt_mcp.books.case_book import CASES, PLANS, Kind, unseen
from payt_mcp.books.permitted import permitted
from payt_mcp.books.scope import Scope
from payt_mcp.errors import MissingError
from payt_mcp.payt.models import CreditCase, Debtor, Invoice, PaymentPlan
from payt_mcp.payt.resources import PaymentPlanFilters
from payt_mcp.payt.together import together
from payt_mcp.payt.wire import Fields
from payt_mcp.receivables import plans
from payt_mcp.receivables.entries import DEBTOR_FIELDS, DebtorEntry, OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.records import Records, case_entry, plan_entry
from payt_mcp.steps import Steps, in_turns, parted


@dataclass
class Surroundings:
    """The books of one debtor alone, and the records they were made of. `debtor` is None where it is gone; `plans` are
    its active ones, and those that its invoices and cases name; `pending` those that are proposed and not decided on.
    `unseen` says, by resource, what the token may not read.
    """

    books: OpenItems
    debtor: Debtor | None = None
    invoices: list[Invoice] = field(default_factory=list)
    cases: list[CreditCase] = field(default_factory=list)
    plans: list[PaymentPlan] = field(default_factory=list)
    pending: list[PaymentPlan] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)

    def refuse(self, kind: Kind[Any]) -> None:
        self.unseen[kind.resource] = unseen(kind)


async def surroundings_of(
    scope: Scope,
    debtor_id: str,
    *,
    debtor_fields: Fields = DEBTOR_FIELDS,
    cases: Iterable[str] = (),
    known: Debtor | None = None,
    held: OpenItems | None = None,
) -> Surroundings:
    """Of one debtor. `cases` are the ids of cases that are looked at too; `known` is its record where this call has
    read it. What the books `held` tell of its cases and plans is not read again, and then `cases` has no records.
    Raises UpstreamError.
    """
    around = Surroundings(OpenItems(scope.administration.currency_code or ""))
    look = scope.look()
    of_debtor: list[PaymentPlan] = []

    async def read_debtor() -> None:
        with suppress(MissingError):
            around.debtor = known or await scope.account.payt.debtor(scope.id, debtor_id, fields=debtor_fields)
            around.books.put_debtor(around.debtor)
            look.take("debtors", [around.debtor])

    async def read_invoices() -> None:
        around.invoices = await open_invoices_of(scope, debtor_id)
        for invoice in around.invoices:
            around.books.put_invoice(invoice)

    async def read_plans() -> None:
        async with permitted(partial(around.refuse, PLANS)):
            of_debtor.extend(await _plans_of(scope, around.debtor))

    await together(read_debtor, read_invoices)
    named = [item.case_id for item in around.books.invoices.values()]
    if held is not None and _is_told(held, around, named):
        around.books.cases = Records(case for key in set(named) if (case := held.cases.get(key)))
        async with permitted(partial(around.refuse, PLANS)):
            of_debtor += await plans_by_id(scope, [plan.id for plan in held.plans.of_debtor(debtor_id)])
        await _with_plans(scope, around, of_debtor)
        return around
    await together(partial(_with_cases, scope, around, [*named, *cases]), read_plans)
    if PLANS.resource not in around.unseen:
        await _with_plans(scope, around, of_debtor)
    return around


async def books_around(scope: Scope, item: OpenItem) -> Surroundings:
    """The same for one invoice, paid or not; its case is looked at too."""
    if item.debtor_id:
        return await surroundings_of(scope, item.debtor_id, cases=[item.case_id])
    around = Surroundings(OpenItems(scope.administration.currency_code or ""))
    await _with_cases(scope, around, [item.case_id])
    return around


async def books_beside(scope: Scope, items: Iterable[OpenItem]) -> Surroundings:
    """What the attention of paid invoices depends on: their debtors and cases, without what those owe."""
    items = list(items)
    around = Surroundings(OpenItems(scope.administration.currency_code or ""))
    around.books.debtors = await debtors_by_id(scope, (item.debtor_id for item in items))
    await _with_cases(scope, around, [item.case_id for item in items])
    return around


async def named_debtors(scope: Scope, items: Iterable[OpenItem]) -> Mapping[str, DebtorEntry]:
    """The debtors of these invoices, by id: those the books have, and of paid ones the others."""
    books = scope.account.books(scope.administration)
    missing = await in_turns(_debtors_of(items)) - (books.held.debtors.keys() if books.is_loaded else set())
    found = await debtors_by_id(scope, missing) if missing else {}
    if not books.is_loaded:
        return found
    return {**books.held.debtors, **found} if found else books.held.debtors


def _debtors_of(items: Iterable[OpenItem]) -> Steps[set[str]]:
    found: set[str] = set()
    for some in parted(items):
        found.update(item.debtor_id for item in some)
        yield
    return found


def _is_told(held: OpenItems, around: Surroundings, cases: Iterable[str]) -> bool:
    """Whether the books know each of these cases, and every plan that the invoices name."""
    plans_named = {item.plan_id for item in around.books.invoices.values() if item.plan_id}
    return all(held.cases.get(key) for key in cases if key) and all(held.plans.get(key) for key in plans_named)


async def _with_cases(scope: Scope, around: Surroundings, ids: Iterable[str]) -> None:
    async with permitted(partial(around.refuse, CASES)):
        around.cases = await cases_by_id(scope, ids)
        around.books.cases = Records(map(case_entry, around.cases))


async def _with_plans(scope: Scope, around: Surroundings, of_debtor: Sequence[PaymentPlan]) -> None:
    """The active and pending plans of the debtor, and those that its invoices and cases name: Payt lists the former by
    number.
    """
    async with permitted(partial(around.refuse, PLANS)):
        around.pending = [plan for plan in of_debtor if plans.status(plan) == "pending"]
        found = {plan.id: plan for plan in of_debtor if plan.active}
        named = {item.plan_id for item in around.books.invoices.values()}
        named |= {case.plan_id for case in around.books.cases}
        found |= {plan.id: plan for plan in await plans_by_id(scope, named - found.keys())}
        debtor_id = around.debtor.id if around.debtor else ""
        around.plans = list(found.values())
        around.books.plans = Records(plan_entry(plan) for plan in around.plans if plan.debtor_id == debtor_id)


async def _plans_of(scope: Scope, debtor: Debtor | None) -> list[PaymentPlan]:
    if debtor is None:
        return []
    filters: PaymentPlanFilters | None = None
    if debtor.debtor_number and "," not in debtor.debtor_number:
        filters = {"debtor_numbers": [debtor.debtor_number]}
    elif debtor.debtor_identifier and "," not in debtor.debtor_identifier:
        filters = {"debtor_identifiers": [debtor.debtor_identifier]}
    if filters is None:
        return []
    look = scope.look()
    listed = await scope.account.payt.payment_plans(scope.id, **filters)
    look.take("payment_plans", listed.records)
    return [plan for plan in listed.records if plan.debtor_id == debtor.id]
