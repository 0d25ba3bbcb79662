"""A payment plan and its terms."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models.base import Amount, Date, Entity, Id, Stamp, Text, User, listed


class PlannedPayment(Entity):
    id: Text = None
    total_amount: Amount = None
    amount_due: Amount = None
    due_date: Date = None
    payment_date: Date = None


class PaymentPlan(Entity):
    payment_terms: Annotated[list[PlannedPayment], BeforeValidator(listed)] = Field(default_factory=list)
    active: bool | None = None
    auto_activated: bool | None = None
    reason: Text = None
    rejected_by_user: User | None = None
    administration_id: Text = None
    debtor_id: Text = None
    id: Id
    approved_at: Stamp = None
    created_at: Stamp = None
    deactivated_at: Stamp = None
    updated_at: Stamp = None
    proposed_at: Stamp = None
    rejected_at: Stamp = None
    public_url: Text = None


class DeletedPaymentPlan(Entity):
    administration_id: Text = None
    id: Id
    deleted_at: Stamp = None
    debtor_id: Text = None
