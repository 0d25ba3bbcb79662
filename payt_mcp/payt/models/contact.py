"""A person at a debtor, whose addresses its debtors take over."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models.base import Entity, Id, Stamp, Text, listed


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
