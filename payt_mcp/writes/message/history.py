"""Warnings about what was written to the debtor before."""

from __future__ import annotations

from payt_mcp.proposals.preview import Warned
from payt_mcp.words.said import say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.facts import Facts


def history_warnings(facts: Facts) -> list[Warned]:
    found = [
        Warned(say("The same text was already sent on {moment}.", moment=moment), True)
        for _, moment in facts.same_text[:1]
    ]
    if facts.recent and not found:
        moment, subject = facts.recent[0]
        found.append(
            Warned(
                say(
                    "A message was sent to this debtor on {moment}: {subject}.",
                    moment=moment,
                    subject=clean(subject, 80),
                )
            )
        )
    if facts.bounced:
        found.append(Warned(say("Mail to this debtor bounced on {bounced}.", bounced=facts.bounced)))
    return found


def rule_warnings(facts: Facts) -> list[Warned]:
    """By the rules file: whom never to mail is a danger, the rest is for a person to weigh."""
    return [
        Warned(say("{said} (rule: {name}).", said=said, name=name), name == "never_mail")
        for name, said in facts.against
    ]
