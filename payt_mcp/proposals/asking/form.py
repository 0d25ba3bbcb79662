"""The form a client shows its user."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, Field, create_model

from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken

_TITLE = say("Approve")
_WHAT = say("Tick to let exactly this happen. It cannot be undone.")


class Approval(BaseModel):
    """What a person answers."""

    approve: bool = Field(title=_TITLE, description=_WHAT)


@cache
def form_in(language: Language) -> type[Approval]:
    """The form in a language."""
    if language == "en":
        return Approval
    field = Field(title=spoken(_TITLE, language), description=spoken(_WHAT, language))
    return create_model("Approval", __base__=Approval, __doc__=Approval.__doc__, approve=(bool, field))
