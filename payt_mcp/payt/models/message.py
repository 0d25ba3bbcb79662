"""A message to or from a debtor."""

from __future__ import annotations

from payt_mcp.payt.models.base import Entity, Id, Stamp, Text, User


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
