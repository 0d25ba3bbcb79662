"""A payment booked on an invoice, and what is left of a deleted one."""

from __future__ import annotations

from payt_mcp.payt.models.base import Amount, Date, Entity, Id, Stamp, Text


class Payment(Entity):
    """A payment of an invoice; the transaction of the bank or the payment provider behind it is not read."""

    cost_type: Text = None
    description: Text = None
    reason: Text = None
    reversal_code: Text = None
    transaction_type: Text = None
    payment_method: Text = None
    administration_id: Text = None
    invoice_id: Text = None
    id: Id
    payment_date: Date = None
    total_amount: Amount = None
    total_book_amount: Amount = None
    updated_at: Stamp = None


class DeletedPayment(Entity):
    id: Id
    administration_id: Text = None
    origin_identifier: Text = None
    invoice_id: Text = None
    deleted_at: Stamp = None
