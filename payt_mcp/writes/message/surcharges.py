"""Interest and costs that a letter claims, held against the law and against what Payt has booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payt_mcp.receivables.law.letters import gives_a_fortnight
from payt_mcp.scanning.surcharges import Claimed, claimed_in, claims_costs, is_conditional, percents_in
from payt_mcp.words.said import money, say
from payt_mcp.words.text import clean
from payt_mcp.writes.message.amounts_known import Amounts
from payt_mcp.writes.message.lawful import Lawful
from payt_mcp.writes.message.saying import Part
from payt_mcp.writes.message.source import Source, wrong

_LENGTH = 40
_NAMES = {"costs": say("costs of recovery"), "interest": say("interest")}


def surcharges(parts: Sequence[Part], lawful: Lawful | None, amounts: Amounts, *, is_booked: bool) -> Iterator[Source]:
    """`is_booked`: Payt itself has costs on a credit case of the debtor."""
    if lawful is None:
        return
    for part in parts:
        text = part.clause.text
        for one in claimed_in(text, part.clause.at, part.amounts):
            yield from _amount(one, lawful, amounts)
        for percent in percents_in(text):
            if percent.yearly > lawful.percent:
                said = clean(percent.written, _LENGTH)
                most = say("{percent} % a year", percent=f"{lawful.percent.normalize():f}")
                told = say(
                    "The text claims interest of {said}; by law it is at most {most} ({country}, {law}), and more only "
                    "if it was agreed.",
                    said=said,
                    most=most,
                    country=lawful.country,
                    law=lawful.interest_law,
                )
                yield wrong(said, "interest", say("by law at most {most}", most=most), told, danger=False)
    if lawful.waits and not is_booked and _claims_now(parts):
        told = say(
            "The text claims costs of recovery, which a consumer owes only {waits}. Payt does not say whether this "
            "debtor is a consumer.",
            waits=lawful.waits,
        )
        yield wrong(_NAMES["costs"], "costs", lawful.waits, told, danger=False)


def _claims_now(parts: Sequence[Part]) -> bool:
    """Costs are claimed with an amount, and not said to follow."""
    whole = " ".join(part.clause.text for part in parts)
    is_announced = is_conditional(whole) or gives_a_fortnight(whole)
    return not is_announced and any(part.amounts and claims_costs(part.clause.text) for part in parts)


def _amount(one: Claimed, lawful: Lawful, amounts: Amounts) -> Iterator[Source]:
    value = abs(one.amount.value)
    if amounts.where(one.amount) or one.amount.currency not in ("", lawful.currency):
        return
    said, exact = clean(one.amount.written, _LENGTH), lawful.exact.get(value, "")
    most: Decimal = lawful.most[one.kind]
    if exact.startswith(one.kind):
        yield Source(said, "amount", "unknown", exact)
    elif value > most:
        law = lawful.costs_law if one.kind == "costs" else lawful.interest_law
        name, limit = _NAMES[one.kind], money(most, lawful.currency)
        told = say(
            "The text claims {said} as {name}; on all that is late the law has at most {limit} ({country}, {law}), and "
            "more only if it was agreed.",
            said=said,
            name=name,
            limit=limit,
            country=lawful.country,
            law=law,
        )
        yield wrong(said, "amount", say("{name} by law at most {limit}", name=name, limit=limit), told, danger=False)
