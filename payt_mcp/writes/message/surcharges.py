"""Interest and costs that a letter claims, held against the law and against what Payt has booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payt_mcp.receivables.law.letters import gives_a_fortnight
from payt_mcp.scanning.surcharges import Claimed, claimed_in, claims_costs, is_conditional, percents_in
from payt_mcp.words.text import clean, money
from payt_mcp.writes.message.amounts_known import Amounts
from payt_mcp.writes.message.lawful import Lawful
from payt_mcp.writes.message.saying import Part
from payt_mcp.writes.message.source import Source, wrong

_LENGTH = 40
_NAMES = {"costs": "costs of recovery", "interest": "interest"}


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
                most = f"{lawful.percent.normalize():f} % a year"
                told = (
                    f"The text claims interest of {said}; by law it is at most {most} ({lawful.country}, "
                    f"{lawful.interest_law}), and more only if it was agreed."
                )
                yield wrong(said, "interest", f"by law at most {most}", told, danger=False)
    if lawful.waits and not is_booked and _claims_now(parts):
        told = (
            f"The text claims costs of recovery, which a consumer owes only {lawful.waits}. "
            "Payt does not say whether this debtor is a consumer."
        )
        yield wrong("costs of recovery", "costs", lawful.waits, told, danger=False)


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
        told = (
            f"The text claims {said} as {name}; on all that is late the law has at most {limit} ({lawful.country}, "
            f"{law}), and more only if it was agreed."
        )
        yield wrong(said, "amount", f"{name} by law at most {limit}", told, danger=False)
