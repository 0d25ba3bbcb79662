"""Warnings about where a letter goes: its recipients, and what is on file beside them."""

from __future__ import annotations

from collections.abc import Iterator

from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.addresses import PLACES, Recipient, domain, resembled
from payt_mcp.receivables.mailboxes import mailbox, readable, shown
from payt_mcp.words.said import say, term
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.letter import Letter


def recipient_warnings(letter: Letter, facts: Facts) -> list[Warned]:
    known = {domain(entry.email) for entry in facts.on_file}
    found: list[Warned] = []
    outside = 0
    for recipient in letter.recipients:
        host = domain(recipient.email)
        outside += host not in known
        if recipient.source:
            found += _on_file(recipient, facts)
            continue
        like = resembled(host, known)
        hint = say(", and its domain looks like {like}, which is", like=like) if like else ""
        found.append(
            Warned(
                say(
                    "{email} ({field}) is not on file for this debtor{hint}.",
                    email=shown(recipient.email),
                    field=term(recipient.field),
                    hint=hint,
                ),
                True,
            )
        )
    if outside > 1:
        found.append(
            Warned(say("{outside} recipients are outside the domains on file for this debtor.", outside=outside), True)
        )
    return found + _left_out(letter, facts)


def _on_file(recipient: Recipient, facts: Facts) -> Iterator[Warned]:
    """What is to be said of an address that is on file. One that a proposal put there vouches for nobody."""
    by = facts.lately.get(mailbox(recipient.email))
    if by:
        yield Warned(
            say(
                "{email} ({field}) came on file lately, by {by}.",
                email=shown(recipient.email),
                field=term(recipient.field),
                by=by,
            ),
            True,
        )
    elif shown(recipient.email) != recipient.email:
        yield Warned(say("{email} reads {readable}.", email=recipient.email, readable=readable(recipient.email)))


def _left_out(letter: Letter, facts: Facts) -> list[Warned]:
    """What stands beside the address that the letter goes to and is not written to: unusable, or one of several."""
    written = {mailbox(recipient.email) for recipient in letter.recipients}
    sources = {place.source: place.named for place in PLACES.values() if not place.is_copy}
    used = {entry.source for entry in facts.on_file if mailbox(entry.email) in written}
    beside = [
        say(
            "On file, {place} has {email} too, which this letter does not go to.",
            place=sources[entry.source],
            email=entry.email,
        )
        for entry in facts.on_file
        if entry.source in used & sources.keys() and mailbox(entry.email) not in written
    ]
    return [Warned(text) for text in (*(say("On file, {one}.", one=one) for one in facts.unusable), *beside)]
