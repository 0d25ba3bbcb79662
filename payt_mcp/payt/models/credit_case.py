"""A credit case: the collection of what stays unpaid."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models.base import Amount, Entity, Id, Label, Stamp, Stepped, Text, listed


class CreditCase(Stepped):
    labels: Annotated[list[Label], BeforeValidator(listed)] = Field(default_factory=list)
    case_number: Text = None
    public_url: Text = None
    deeplink_url: Text = None
    credit_case_number: Text = None
    currency_code: Text = None
    administration_id: Text = None
    debt_collection_costs: Amount = None
    open_interest_and_collection_costs: Amount = None
    total_amount: Amount = None
    open_amount: Amount = None
    id: Id
    interest_costs: Amount = None
    internal_note_email_address: Text = None
    debtor_id: Text = None
    payment_plan_id: Text = None
    active_payment_plan_id: Text = None
    forwarded_to_bailiff_at: Stamp = None
    latest_summons_at: Stamp = None
    notice_of_default_at: Stamp = None
    pre_judicial_at: Stamp = None
    pre_summons_at: Stamp = None
    paused_at: Stamp = None
    deactivated_at: Stamp = None
    first_summons_at: Stamp = None
    summons_1_at: Stamp = None
    summons_2_at: Stamp = None
    summons_3_at: Stamp = None
    summons_4_at: Stamp = None
    started_at: Stamp = None
    updated_at: Stamp = None


class DeletedCreditCase(Entity):
    id: Id
    administration_id: Text = None
    debtor_id: Text = None
    deleted_at: Stamp = None
