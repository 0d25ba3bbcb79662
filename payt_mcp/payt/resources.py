"""Payt's resources as typed reads: one method a list, its keyword arguments the contract's query parameters.

Filters take Python values: bool, datetime (UTC), Decimal, and sequences for comma separated lists. `most` bounds how
many records are read; the answer says whether they are all. Every method raises UpstreamError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypedDict, Unpack

from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.models import (
    Administration,
    Contact,
    CreditCase,
    Debtor,
    Invoice,
    Message,
    Note,
    Notification,
    Payment,
    PaymentPlan,
    Task,
)
from payt_mcp.payt.wire import EntityT, Fields

InvoiceOrder = Literal["invoice_date_asc", "invoice_date_desc", "due_date_asc", "due_date_desc"]


class InvoiceFilters(TypedDict, total=False):
    paid: bool
    book_amount_total_lte: Decimal
    book_amount_total_gte: Decimal
    ids: Sequence[str]
    invoice_numbers: Sequence[str]
    invoice_identifiers: Sequence[str]
    debtor_ids: Sequence[str]
    debtor_numbers: Sequence[str]
    debtor_identifiers: Sequence[str]
    credit_case_ids: Sequence[str]
    order: InvoiceOrder
    updated_after: datetime


class DebtorFilters(TypedDict, total=False):
    ids: Sequence[str]
    debtor_numbers: Sequence[str]
    debtor_identifiers: Sequence[str]
    updated_after: datetime


class ContactFilters(TypedDict, total=False):
    ids: Sequence[str]
    contact_identifiers: Sequence[str]
    debtor_numbers: Sequence[str]
    updated_after: datetime


class CreditCaseFilters(TypedDict, total=False):
    ids: Sequence[str]
    updated_after: datetime


class MessageFilters(TypedDict, total=False):
    ids: Sequence[str]
    debtor_ids: Sequence[str]
    invoice_ids: Sequence[str]
    credit_case_ids: Sequence[str]
    updated_after: datetime


class PaymentFilters(TypedDict, total=False):
    ids: Sequence[str]
    invoice_numbers: Sequence[str]
    invoice_identifiers: Sequence[str]
    credit_case_ids: Sequence[str]
    credit_case_numbers: Sequence[str]
    updated_after: datetime


class PaymentPlanFilters(TypedDict, total=False):
    ids: Sequence[str]
    debtor_numbers: Sequence[str]
    debtor_identifiers: Sequence[str]
    updated_after: datetime


class TaskFilters(TypedDict, total=False):
    ids: Sequence[str]
    updated_after: datetime


class NoteFilters(TypedDict, total=False):
    ids: Sequence[str]
    debtor_ids: Sequence[str]
    invoice_ids: Sequence[str]
    credit_case_ids: Sequence[str]
    updated_after: datetime


class DeletedFilters(TypedDict, total=False):
    """Of what is gone, beside `deleted_after`; the books read those lists themselves, as they do the others."""

    deleted_before: datetime


@dataclass(frozen=True)
class Found(Generic[EntityT]):
    """Records of a list; `is_all` is False where `most` was reached before the list ended."""

    records: list[EntityT]
    is_all: bool


class Resources:
    """What can be read at Payt through one client."""

    def __init__(self, client: PaytClient) -> None:
        self.client = client

    async def administrations(self, *, fields: Fields = ()) -> list[Administration]:
        query = wire.listing("administrations", None, fields=fields)
        return (await self.client.entities(Administration, query, "administrations"))[0]

    async def administration(self, administration_id: str) -> Administration:
        query = wire.record("administrations", administration_id, None)
        return await self.client.entity(Administration, query, wire.named("administration", administration_id))

    async def invoices(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[InvoiceFilters],
    ) -> Found[Invoice]:
        return await self._list(Invoice, "invoices", administration_id, fields, most, filters)

    async def invoice(
        self,
        administration_id: str,
        key: str,
        *,
        key_type: Literal["", "invoice_number", "invoice_identifier"] = "",
        fields: Fields = (),
    ) -> Invoice:
        query = wire.record("invoices", key, administration_id, key_type=key_type, fields=fields)
        return await self.client.entity(Invoice, query, wire.named("invoice", key))

    async def debtors(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[DebtorFilters],
    ) -> Found[Debtor]:
        return await self._list(Debtor, "debtors", administration_id, fields, most, filters)

    async def debtor(
        self,
        administration_id: str,
        key: str,
        *,
        key_type: Literal["", "debtor_number", "debtor_identifier"] = "",
        fields: Fields = (),
    ) -> Debtor:
        query = wire.record("debtors", key, administration_id, key_type=key_type, fields=fields)
        return await self.client.entity(Debtor, query, wire.named("debtor", key))

    async def contacts(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[ContactFilters],
    ) -> Found[Contact]:
        return await self._list(Contact, "contacts", administration_id, fields, most, filters)

    async def credit_cases(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[CreditCaseFilters],
    ) -> Found[CreditCase]:
        return await self._list(CreditCase, "credit_cases", administration_id, fields, most, filters)

    async def credit_case(self, administration_id: str, key: str, *, fields: Fields = ()) -> CreditCase:
        query = wire.record("credit_cases", key, administration_id, fields=fields)
        return await self.client.entity(CreditCase, query, wire.named("credit case", key))

    async def messages(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[MessageFilters],
    ) -> Found[Message]:
        return await self._list(Message, "messages", administration_id, fields, most, filters)

    async def message(self, administration_id: str, key: str, *, fields: Fields = ()) -> Message:
        query = wire.record("messages", key, administration_id, fields=fields)
        return await self.client.entity(Message, query, wire.named("message", key))

    async def notifications(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[MessageFilters],
    ) -> Found[Notification]:
        return await self._list(Notification, "notifications", administration_id, fields, most, filters)

    async def payments(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[PaymentFilters],
    ) -> Found[Payment]:
        return await self._list(Payment, "payments", administration_id, fields, most, filters)

    async def payment_plans(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[PaymentPlanFilters],
    ) -> Found[PaymentPlan]:
        return await self._list(PaymentPlan, "payment_plans", administration_id, fields, most, filters)

    async def payment_plan(self, administration_id: str, key: str, *, fields: Fields = ()) -> PaymentPlan:
        query = wire.record("payment_plans", key, administration_id, fields=fields)
        return await self.client.entity(PaymentPlan, query, wire.named("payment plan", key))

    async def tasks(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[TaskFilters],
    ) -> Found[Task]:
        return await self._list(Task, "tasks", administration_id, fields, most, filters)

    async def task(self, administration_id: str, key: str, *, fields: Fields = ()) -> Task:
        query = wire.record("tasks", key, administration_id, fields=fields)
        return await self.client.entity(Task, query, wire.named("task", key))

    async def notes(
        self,
        administration_id: str,
        *,
        fields: Fields = (),
        most: int | None = None,
        **filters: Unpack[NoteFilters],
    ) -> Found[Note]:
        return await self._list(Note, "notes", administration_id, fields, most, filters)

    async def _list(
        self,
        model: type[EntityT],
        resource: str,
        administration_id: str,
        fields: Fields,
        most: int | None,
        filters: Mapping[str, Any],
    ) -> Found[EntityT]:
        query = wire.listing(resource, administration_id, fields=fields, **params(filters))
        records, is_all = await self.client.entities(model, query, resource.replace("_", " "), most=most)
        return Found(records, is_all)


def params(filters: Mapping[str, Any]) -> dict[str, str]:
    """Filters as query parameters.

    Raises:
        BadValueError: a value contains a comma, which Payt's lists cannot express.
    """
    return {name: _param(name, value) for name, value in filters.items()}


def _param(name: str, value: bool | datetime | Decimal | str | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return wire.stamp(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    return wire.joined(name, value)
