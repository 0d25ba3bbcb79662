"""What a write would do, as Payt stands at the moment, and what a person is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from payt_mcp.proposals.preview import Preview, Section, Warned, Words

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Outlook:
    """A write as it would be carried out now.

    `about` is the debtor's name and number, where it is about one. `amount` is what it concerns, in the
    administration's currency (as it stands, where something of it is in another); None where it concerns none.

    `touches` names what two proposals may not write side by side. A yes is given to `sections` (but what stands beside)
    and `warnings`: when one of them changes, it is asked for anew. `content` is what would be sent, where that is more
    or other than what was asked for. `idle` says why there is nothing to do. `same` are the ids of what would look like
    the outcome and is not. `words` are those of this one write, where the words of its kind do not fit it.

    A kind whose yes rests on something else keeps that in `basis`, and says in `changed` what of it is not so any more,
    in sentences.
    """

    touches: Sequence[str]
    title: str
    about: str = ""
    amount: Decimal | None = None
    sections: Sequence[Section] = ()
    warnings: Sequence[Warned] = ()
    idle: str = ""
    same: Sequence[str] = ()
    content: Content | None = None
    words: Words | None = None
    basis: Content = field(default_factory=dict)
    changed: Callable[[Content], Sequence[str]] | None = None

    def preview(self, kind: str, words: Words, sender: str, administration_id: str) -> Preview:
        return Preview(
            kind=kind,
            title=self.title,
            sender=sender,
            administration_id=administration_id,
            sections=tuple(self.sections),
            warnings=tuple(sorted(self.warnings, key=lambda warned: not warned.danger)),
            words=self.words or words,
            idle=self.idle,
            about=self.about,
        )
