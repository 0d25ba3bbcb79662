"""Warnings about what was written to the debtor before, and about invoices a text names that are not the debtor's."""

from __future__ import annotations

from payt_mcp.proposals.preview import Warned
from payt_mcp.words.text import clean
from payt_mcp.writes.message.facts import Facts

_MOST_NAMED = 5


def history_warnings(facts: Facts) -> list[Warned]:
    found = [Warned(f"The same text was already sent on {moment}.", True) for _, moment in facts.same_text[:1]]
    if facts.recent and not found:
        moment, subject = facts.recent[0]
        found.append(Warned(f"A message was sent to this debtor on {moment}: {clean(subject, 80)}."))
    if facts.bounced:
        found.append(Warned(f"Mail to this debtor bounced on {facts.bounced}."))
    return found


def rule_warnings(facts: Facts) -> list[Warned]:
    """By the rules file: whom never to mail is a danger, the rest is for a person to weigh."""
    return [Warned(f"{said} (rule: {name}).", name == "never_mail") for name, said in facts.against]


def invoice_warnings(facts: Facts) -> list[Warned]:
    found = [
        Warned(f"Invoice {clean(number, 40)} in the text belongs to another debtor ({clean(owner, 40)}).", True)
        for number, owner in list(facts.foreign_invoices.items())[:_MOST_NAMED]
    ]
    return found + [
        Warned(f"There is no invoice {clean(number, 40)}, which the text names.")
        for number in facts.unknown_invoices[:_MOST_NAMED]
    ]
