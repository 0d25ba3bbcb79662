"""An invoice, its lines, and what is left of a deleted one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models.base import Amount, Date, Entity, Id, Label, Stamp, Stepped, Text, listed


class InvoiceLine(Entity):
    description: Text = None
    product_unit: Text = None
    vat_percentage: Text = None
    vat_rate_code: Text = None
    product_quantity: Text = None
    line_order: int | None = None
    product_price: Amount = None
    total_excl_tax_amount: Amount = None
    total_incl_tax_amount: Amount = None
    vat_amount: Amount = None


class Invoice(Stepped):
    category: Text = None
    currency_code: Text = None
    description: Text = None
    public_url: Text = None
    deeplink_url: Text = None
    flow_code: Text = None
    document_url: Text = None
    ubl_document_url: Text = None
    internal_note_email_address: Text = None
    invoice_number: Text = None
    invoice_lines: Annotated[list[InvoiceLine], BeforeValidator(listed)] = Field(default_factory=list)
    purchase_order_number: Text = None
    labels: Annotated[list[Label], BeforeValidator(listed)] = Field(default_factory=list)
    order_number: Text = None
    invoice_identifier: Text = None
    payment_method: Text = None
    peppol_identifier: Text = None
    administration_id: Text = None
    credit_case_id: Text = None
    active_credit_case_id: Text = None
    debtor_id: Text = None
    debtor_number: Text = None
    id: Id
    payment_plan_id: Text = None
    active_payment_plan_id: Text = None
    payment_date: Date = None
    due_date: Date = None
    invoice_date: Date = None
    administration_costs_total: Amount = None
    administration_costs_open: Amount = None
    total_amount: Amount = None
    open_amount: Amount = None
    book_open_amount: Amount = None
    book_total_amount: Amount = None
    paused_by_user: bool | None = None
    bailiff_at: Stamp = None
    collectable_at: Stamp = None
    debt_collection_at: Stamp = None
    end_of_service_announcement_at: Stamp = None
    end_of_service_at: Stamp = None
    final_reminder_at: Stamp = None
    pre_reminder_at: Stamp = None
    first_reminder_at: Stamp = None
    reminder_1_at: Stamp = None
    reminder_2_at: Stamp = None
    reminder_3_at: Stamp = None
    reminder_4_at: Stamp = None
    latest_reminder_at: Stamp = None
    latest_summons_at: Stamp = None
    notice_of_default_at: Stamp = None
    paused_at: Stamp = None
    pre_judicial_at: Stamp = None
    pre_summons_at: Stamp = None
    sent_at: Stamp = None
    first_summons_at: Stamp = None
    summons_1_at: Stamp = None
    summons_2_at: Stamp = None
    summons_3_at: Stamp = None
    summons_4_at: Stamp = None
    updated_at: Stamp = None


class DeletedInvoice(Entity):
    invoice_number: Text = None
    origin_identifier: Text = None
    id: Id
    administration_id: Text = None
    debtor_id: Text = None
    deleted_at: Stamp = None
