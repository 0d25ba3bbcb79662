"""A note of a colleague."""

from __future__ import annotations

from payt_mcp.payt.models.base import Entity, Id, Stamp, Text, User


class Note(Entity):
    administration_id: Text = None
    credit_case_id: Text = None
    debtor_id: Text = None
    from_email_address: Text = None
    id: Id
    invoice_id: Text = None
    content: Text = None
    user: User | None = None
    created_at: Stamp = None
    completed_at: Stamp = None
    updated_at: Stamp = None
