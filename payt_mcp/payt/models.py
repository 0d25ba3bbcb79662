"""What Payt says, read tolerantly and typed strictly.

Every field of the contract is here under Payt's own name. Nearly every one can be missing or null at any time and
new ones appear without notice: what is unknown is ignored, what is missing is None. A value that is present but
is not what its field holds (an amount that is no number, a date that is no date) is an error, never a None.

Units: amounts are Decimal in the currency the field's name says (`book_*` = the administration's currency),
timestamps are aware datetimes in UTC, dates are plain dates, ids are strings (Payt sends integers too).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

_MOST_DIGITS = 18


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _amount(value: Any) -> Any:
    if value is None:
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("an amount must be a decimal string")  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError("an amount must be a decimal string") from None
    if not amount.is_finite():
        raise ValueError("an amount must be finite")
    if abs(amount.adjusted()) > _MOST_DIGITS:  # 1E+9999999 would be written out in ten million digits
        raise ValueError("an amount must be one that money can have")
    return amount


def _in_range(moment: dt.datetime) -> dt.datetime:
    try:
        moment.astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("a moment must be one that exists in UTC") from None
    return moment


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def listed(value: Any) -> Any:
    """A list without its nulls; null is an empty one."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else value


Id = Annotated[str, BeforeValidator(_text)]
Text = Annotated[str | None, BeforeValidator(_text)]
Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
Date = Annotated[dt.date | None, BeforeValidator(_empty_is_none)]
Stamp = Annotated[Annotated[AwareDatetime, AfterValidator(_in_range)] | None, BeforeValidator(_empty_is_none)]


class Entity(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Label(Entity):
    name: Text = None


class User(Entity):
    id: Text = None
    name: Text = None
    email_address: Text = None


class Address(Entity):
    city: Text = None
    country_code: Text = None
    postal_code: Text = None
    region: Text = None
    street_1: Text = None
    street_2: Text = None


class Administration(Entity):
    id: Id
    name: Text = None
    status: Text = None
    email_address: Text = None
    contact_name: Text = None
    commercial_registration_number: Text = None
    country_code: Text = None
    city: Text = None
    house_number: Text = None
    internal_name: Text = None
    street_name: Text = None
    postal_code: Text = None
    bank_account_name: Text = None
    bank_account_number: Text = None
    bank_account_bic: Text = None
    vat_number: Text = None
    timezone: Text = None
    currency_code: Text = None
    administration_url: Text = None
    import_origin_identifier: Text = None
    last_successful_import_at: Stamp = None
    paused_at: Stamp = None
    reminding_paused_at: Stamp = None


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


class Invoice(Entity):
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


class Debtor(Entity):
    book_open_amount: Amount = None
    call_phone_number: Text = None
    coc_number: Text = None
    autogenerated_credit_limit_amount: Amount = None
    credit_limit_amount: Amount = None
    external_credit_limit_amount: Amount = None
    external_credit_limit_currency_code: Text = None
    debtor_provided_email_address: Text = None
    debtor_number: Text = None
    public_url: Text = None
    deeplink_url: Text = None
    primary_email_address: Text = None
    invoice_bcc_email_address: Text = None
    invoice_cc_email_address: Text = None
    invoice_email_address: Text = None
    internal_note_email_address: Text = None
    labels: Annotated[list[Label], BeforeValidator(listed)] = Field(default_factory=list)
    language_code: Text = None
    name: Text = None
    debtor_identifier: Text = None
    payment_behaviour: int | None = None
    peppol_identifier: Text = None
    postal_address: Address | None = None
    relation_manager: Text = None
    remark: Text = None
    reminder_bcc_email_address: Text = None
    reminder_cc_email_address: Text = None
    reminder_email_address: Text = None
    sms_phone_number: Text = None
    vat_number: Text = None
    peppol_enabled: bool | None = None
    administration_id: Text = None
    id: Id
    paused_at: Stamp = None
    reminding_paused_at: Stamp = None
    updated_at: Stamp = None


class Contact(Entity):
    id: Id
    contact_identifier: Text = None
    call_phone_number: Text = None
    debtor_numbers: Annotated[list[Id], BeforeValidator(listed)] = Field(default_factory=list)
    default_email_address: Text = None
    firstname: Text = None
    gender: Text = None
    infix: Text = None
    invoice_email_address: Text = None
    invoice_cc_email_address: Text = None
    invoice_bcc_email_address: Text = None
    lastname: Text = None
    middlename: Text = None
    postal_address_street_1: Text = None
    postal_address_street_2: Text = None
    postal_address_postal_code: Text = None
    postal_address_city: Text = None
    postal_address_country_code: Text = None
    postal_address_region: Text = None
    prefix: Text = None
    reminder_email_address: Text = None
    reminder_cc_email_address: Text = None
    reminder_bcc_email_address: Text = None
    sms_phone_number: Text = None
    validation_errors: dict[str, Any] | None = None
    updated_at: Stamp = None


class CreditCase(Entity):
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


class Message(Entity):
    sender_type: Text = None
    subject: Text = None
    read_by_user: User | None = None
    administration_id: Text = None
    credit_case_id: Text = None
    debtor_id: Text = None
    id: Id
    invoice_id: Text = None
    content: Text = None
    sent_at: Stamp = None
    received_at: Stamp = None
    read_at: Stamp = None
    updated_at: Stamp = None


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
