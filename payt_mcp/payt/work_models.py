"""What colleagues keep beside the money, and what Payt tells them: tasks, notes, notifications."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models import Date, Entity, Id, Stamp, Text, User, listed


class Comment(Entity):
    id: Text = None
    content: Text = None
    created_at: Stamp = None


class Task(Entity):
    assigned_to_user: User | None = None
    administration_id: Text = None
    credit_case_id: Text = None
    debtor_id: Text = None
    id: Id
    invoice_id: Text = None
    description: Text = None
    subject: Text = None
    expiry_date: Date = None
    comments: Annotated[list[Comment], BeforeValidator(listed)] = Field(default_factory=list)
    completed_at: Stamp = None
    updated_at: Stamp = None
    created_at: Stamp = None


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
