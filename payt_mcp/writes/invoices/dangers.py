"""What is dangerous about an upsert of invoices, row by row. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from payt_mcp.proposals.preview import Change
from payt_mcp.words.field_names import field_words
from payt_mcp.words.said import count, money, say, some
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean
from payt_mcp.writes import dangers
from payt_mcp.writes.dangers import Found, of_change
from payt_mcp.writes.invoices.steps import AMOUNTS, COMPARED, REMOVED, Step

_NAMES = {field_words(name): name for name in COMPARED}
_KEY_LENGTH = 40
_FEW = 4
_FAR = 50
"""So many times as large as the middle one of the batch stands apart."""


def found_in(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step]) -> list[list[Found]]:
    """What is dangerous about each row."""
    large = _apart([step for step in steps if step.action == "created"])
    pairs = zip(rows, steps, strict=True)
    return [[*_of_row(row, step), *large.get(step.number, ())] if step.is_posted else [] for row, step in pairs]


def _of_row(row: Mapping[str, Any], step: Step) -> Iterator[Found]:
    number, is_new = clean(step.number, _KEY_LENGTH), step.action == "created"
    if step.mail_to:
        danger = dangers.MAILED_ELSEWHERE if step.is_elsewhere else dangers.MAILED
        yield Found(danger, number, say("to {mail_to}", mail_to=step.mail_to), is_new=is_new)
    for file in step.destroyed:
        yield Found(dangers.DESTROYED, number, Field(field_words(file)), is_new=is_new)
    if is_new:
        return
    money_moves = list(_of_money(number, step))
    yield from money_moves
    for change in step.changes:
        name = _NAMES.get(change.field)
        if name == "due_date":
            yield _moved(number, change)
        elif name and not (money_moves and name in AMOUNTS):
            yield from of_change(number, name, change)
    if step.moved:
        yield Found(dangers.MOVED, number, step.moved)
    yield from _of_lists(row, number, step)


def _of_money(number: str, step: Step) -> Iterator[Found]:
    if step.lowered:
        yield Found(dangers.LESS, number, step.lowered)
    if step.recoined:
        yield Found(dangers.RECOINED, number, step.recoined)
    (was, old, _), (currency, new, _) = step.effects
    if was != currency:
        yield Found(dangers.CURRENCY, number, say("{was} becomes {currency}", was=was, currency=currency))
    elif step.lowered:
        return
    elif abs(new) < abs(old):
        yield Found(
            dangers.PAID, number, say("{old} becomes {new}", old=money(-old, currency), new=money(new, currency))
        )
    elif new > -old:
        times = new / -old if old else Decimal("Infinity")
        danger = dangers.REOPENED if not old else dangers.MORE
        yield Found(
            danger, number, say("{old} becomes {new}", old=money(-old, currency), new=money(new, currency)), odd=times
        )


def _moved(number: str, change: Change) -> Found:
    """A due date that is another, and how far it moves."""
    was, becomes = (dt.date.fromisoformat(text) for text in (change.old or change.new, change.new))
    days = (becomes - was).days
    way = say("later") if days > 0 else say("earlier")
    return Found(
        dangers.DUE,
        number,
        say("{was} becomes {becomes}, {days} {way}", was=was, becomes=becomes, days=count(abs(days), "day"), way=way),
        odd=Decimal(abs(days)),
    )


def _of_lists(row: Mapping[str, Any], number: str, step: Step) -> Iterator[Found]:
    """Lists that are replaced as a whole, where something that was there is there no more."""
    for name, said in step.lists.items():
        noun, changes = Field(field_words(name)), [one for one in step.changes if one.field == field_words(name)]
        if not row[name]:
            was = next((one.old for one in changes if one.old), said)
            yield Found(dangers.EMPTIED, number, was, noun)
        elif name == "labels":
            gone = sorted(set(step.labels_before) - set(row[name]))
            if gone:
                yield Found(dangers.DROPPED, number, some(gone), noun)
        elif any(one.new == REMOVED for one in step.changes):
            yield Found(dangers.DROPPED, number, said, noun)


def _apart(created: Sequence[Step]) -> dict[str, list[Found]]:
    """New invoices that are not like the others, by number: a credit among many, or one far larger than the most."""
    if len(created) < _FEW:
        return {}
    opened = {step.number: step.effects[-1][1] for step in created}
    middle = median(map(abs, opened.values()))
    negative = [number for number, amount in opened.items() if amount < 0]
    odd = set(negative) if len(negative) * 2 < len(opened) else set()
    odd |= {number for number, amount in opened.items() if middle and abs(amount) > _FAR * middle}
    return {
        step.number: [
            Found(
                dangers.APART,
                clean(step.number, _KEY_LENGTH),
                say("{opened} open", opened=money(opened[step.number], step.currency)),
                odd=abs(opened[step.number]),
                is_new=True,
            )
        ]
        for step in created
        if step.number in odd
    }
