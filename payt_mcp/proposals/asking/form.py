"""The form a client shows its user."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Approval(BaseModel):
    """What a person answers."""

    approve: bool = Field(title="Approve", description="Tick to let exactly this happen. It cannot be undone.")
