"""The tenant: one company's books at Payt."""

from __future__ import annotations

from payt_mcp.payt.models.base import Entity, Id, Stamp, Text


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
