"""Warnings that a label or a remark of colleagues speaks against chasing: a dispute, an insolvency, or a plain no."""

from __future__ import annotations

from collections.abc import Sequence

from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.objections import forbids
from payt_mcp.words.said import say, some
from payt_mcp.words.text import cited
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem, numbers_of

_LENGTH = 80


def objection_warnings(facts: Facts, chased: Sequence[OwedItem], *, is_listed: bool) -> list[Warned]:
    """`chased` are the invoices a letter is about, and `is_listed` whether we listed them as what is to be paid. A
    dispute is no danger where we did not: the letter may be about just that.
    """
    found = []
    if facts.objections:
        said = some(cited(text, _LENGTH) for text in facts.objections)
        what = say("This debtor is not to be chased just like that, by label or remark ({said}).", said=said)
        found.append(Warned(what, is_listed or any(map(forbids, facts.objections))))
    objected = [item for item in chased if item.objections and item.owed > 0]
    if objected:
        said = some(dict.fromkeys(cited(label, _LENGTH) for item in objected for label in item.objections))
        what = say(
            "Disputed, or not to be chased, by label: invoice {numbers} ({said}).",
            numbers=numbers_of(objected),
            said=said,
        )
        found.append(Warned(what, is_listed))
    return found
