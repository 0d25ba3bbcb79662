"""Warnings about where a letter goes: its recipients, and what is on file beside them."""

from __future__ import annotations

from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.addresses import PLACES, domain, resembled
from payt_mcp.receivables.mailboxes import mailbox, readable, shown
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.letter import Letter


def recipient_warnings(letter: Letter, facts: Facts) -> list[Warned]:
    known = {domain(entry.email) for entry in facts.on_file}
    found, outside = [], 0
    for recipient in letter.recipients:
        host = domain(recipient.email)
        outside += host not in known
        if recipient.source:
            if shown(recipient.email) != recipient.email:
                found.append(Warned(f"{recipient.email} reads {readable(recipient.email)}."))
            continue
        like = resembled(host, known)
        hint = f", and its domain looks like {like}, which is" if like else ""
        found.append(
            Warned(f"{shown(recipient.email)} ({recipient.field}) is not on file for this debtor{hint}.", True)
        )
    if outside > 1:
        found.append(Warned(f"{outside} recipients are outside the domains on file for this debtor.", True))
    return found + _left_out(letter, facts)


def _left_out(letter: Letter, facts: Facts) -> list[Warned]:
    """What stands beside the address that the letter goes to and is not written to: unusable, or one of several."""
    written = {mailbox(recipient.email) for recipient in letter.recipients}
    sources = {place.source: place.named for place in PLACES.values() if not place.is_copy}
    used = {entry.source for entry in facts.on_file if mailbox(entry.email) in written}
    beside = [
        f"On file, {sources[entry.source]} has {entry.email} too, which this letter does not go to."
        for entry in facts.on_file
        if entry.source in used & sources.keys() and mailbox(entry.email) not in written
    ]
    return [Warned(text) for text in (*(f"On file, {one}." for one in facts.unusable), *beside)]
