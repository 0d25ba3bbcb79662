"""A task of a colleague, and the comments on it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from payt_mcp.payt.models.base import Date, Entity, Id, Stamp, Text, User, listed


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
