"""A letter with its placeholders filled from Payt, and what of that is another figure than before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payt_mcp.books.scope import Scope
from payt_mcp.errors import BadValueError
from payt_mcp.payt.models import Administration
from payt_mcp.proposals.preview import Warned
from payt_mcp.words.languages import NAMES, Language, language_of, language_of_country
from payt_mcp.words.said import say, some, term
from payt_mcp.words.text import code, cut
from payt_mcp.writes.message.about import Material, material_of
from payt_mcp.writes.message.placeholders import Filled, blanked, fill, placeholders_in
from payt_mcp.writes.message.target import Target
from payt_mcp.writes.message.values import Values

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
_SHOWN = 120
_MOST_LINES = 3
_UNWRITTEN = frozenset({"debtor", "contact", "sender", "iban", "account_holder", "payment_link", "case.number"})
"""What reads the same in every language."""


@dataclass(frozen=True)
class FilledLetter:
    """A letter as the debtor would read it. `filled` has its places in subject, line break and body."""

    subject: str
    body: str
    filled: Sequence[Filled]
    material: Material
    remark: str = ""
    """What is to be said of the language it is filled in."""

    @property
    def typed(self) -> str:
        """Subject, line break and body with blanks where something was filled in."""
        return blanked(f"{self.subject}\n{self.body}", self.filled)

    @property
    def basis(self) -> dict[str, str]:
        """What stands for each placeholder, to be held against the next filling."""
        return {one.placeholder: one.text for one in self.filled}


async def fill_letter(
    scope: Scope, target: Target, *, subject: str, body: str, about: Sequence[str], email: str
) -> FilledLetter:
    """Raises InputError where a placeholder cannot be filled, or the text gets too long with it; UpstreamError."""
    placeholders = [*placeholders_in(subject, "subject"), *placeholders_in(body, "body")]
    material = await material_of(scope, target, about, placeholders)
    language, remark = _language(scope.administration, target)
    values = Values(scope.administration, target, material, scope.actual_today, language, email)
    head, in_head = fill(subject, values.of, "subject")
    text, in_text = fill(body, values.of, "body")
    if len(head) > LONGEST_SUBJECT:
        raise BadValueError("subject", f"{len(head)} characters when filled", f"at most {LONGEST_SUBJECT}")
    if len(text) > LONGEST_BODY:
        allowed = f"at most {LONGEST_BODY}; name fewer invoices in about"
        raise BadValueError("body", f"{len(text)} characters when filled", allowed)
    is_written = any(one.name not in _UNWRITTEN for one in placeholders)
    filled = [*in_head, *(one.moved(len(head) + 1) for one in in_text)]
    return FilledLetter(head, text, filled, material, remark if is_written else "")


def language_warnings(letter: FilledLetter) -> list[Warned]:
    return [Warned(letter.remark)] if letter.remark else []


def refilled(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What another figure stands for now than was shown, in sentences."""
    return [_moved(name, was, now.get(name, "")) for name, was in before.items() if was != now.get(name, "")]


def _moved(placeholder: str, was: str, now: str) -> str:
    if "\n" not in was + now and not was.startswith("- "):
        before_, now_ = cut(was, _SHOWN), cut(now, _SHOWN)
        return say("{name} was {before} and is {after} now", name=placeholder, before=before_, after=now_)
    before, after = was.splitlines(), now.splitlines()
    new = [line for line in after if line not in before]
    moved = {line.rpartition(", ")[0] for line in new}
    gone = [line for line in before if line not in after and line.rpartition(", ")[0] not in moved]
    said = [say("without {line}", line=cut(line[2:], _SHOWN)) for line in gone]
    said += [say("with {line}", line=cut(line[2:], _SHOWN)) for line in new]
    return say("{name} is another list now, {lines}", name=placeholder, lines=some(said, most=_MOST_LINES))


def _language(administration: Administration, target: Target) -> tuple[Language, str]:
    """The debtor's; else that of our own country where Payt keeps none, and English where it is none of ours."""
    kept: Any = target.debtor.language_code
    known = language_of(kept)
    if known:
        return known, ""
    language: Language = "en" if kept else language_of_country(administration.country_code)
    written = term(NAMES[language])
    if not kept:
        return language, say(
            "Payt keeps no language of this debtor: dates and amounts that were filled in are written in {language}.",
            language=written,
        )
    return language, say(
        "The debtor's language is {kept}: dates and amounts that were filled in are written in {language}.",
        kept=code(kept),
        language=written,
    )
