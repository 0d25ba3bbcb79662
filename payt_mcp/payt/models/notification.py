"""What Payt tells its users: mail that bounced, and the like."""

from __future__ import annotations

from payt_mcp.payt.models.base import Entity, Id, Stamp, Text, User


class NotificationDetails(Entity):
    bounce_reason: Text = None


class Notification(Entity):
    """Something Payt tells its users; a `notification_type` of `mail_bounced` has a `bounce_reason`."""

    notification_type: Text = None
    resource_type: Text = None
    acknowledged_by_user: User | None = None
    details: NotificationDetails | None = None
    credit_case_id: Text = None
    debtor_id: Text = None
    administration_id: Text = None
    id: Id
    invoice_id: Text = None
    created_at: Stamp = None
    acknowledged_at: Stamp = None
    updated_at: Stamp = None
