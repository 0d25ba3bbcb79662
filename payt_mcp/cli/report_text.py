"""The overdue overview as people read it in a terminal: the same figures, in columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from payt_mcp.apps.overview_page import INVENTED
from payt_mcp.books.zones import named
from payt_mcp.cli.demo_screen import Column, Screen
from payt_mcp.receivables.phases import words
from payt_mcp.words.formats import number
from payt_mcp.words.languages import Language
from payt_mcp.words.said import count, joined, money, say, term
from payt_mcp.words.sentences import spoken

_BUCKETS = (
    Column("days", say("days late")),
    Column("invoices", say("invoices"), number=True),
    Column("amount", "", number=True),
)
_DEBTORS = (
    Column("debtor_number", say("debtor")), Column("name", say("name"), most=30),
    Column("overdue", say("overdue"), number=True),
    Column("oldest_days", say("oldest"), number=True), Column("invoices", say("invoices"), number=True),
    Column("phase", say("phase")), Column("attention", say("attention")),
)  # fmt: skip
_COMPANIES = (
    Column("administration_id", say("id")), Column("name", say("name"), most=30), Column("currency", say("currency")),
    Column("overdue_gross", say("overdue"), number=True), Column("overdue_credits", say("credits"), number=True),
    Column("overdue_net", say("net"), number=True), Column("invoice_count", say("invoices"), number=True),
    Column("debtor_count", say("debtors"), number=True),
)  # fmt: skip


def local(stamp: str, zone: str | None) -> str:
    """A moment where the administration is: `2026-11-21 13:00 CET`; in UTC where its zone is not known."""
    moment = dt.datetime.fromisoformat(stamp)
    return f"{moment.astimezone(named(zone) or dt.UTC):%Y-%m-%d %H:%M %Z}"


def show(
    screen: Screen, overviews: Sequence[Mapping[str, Any]], by_currency: Mapping[str, str], language: Language
) -> None:
    """One after the other, as `summarize_overdue` gives them, each with the `name` of its administration; of several
    first what they come to, and in all `by_currency`. Notes are the tool's own, in English.
    """
    several = len(overviews) > 1
    if several:
        _together(screen, overviews, by_currency, language)
    for found in overviews:
        _one(screen, found, f", {found['administration_id']}" if several else "", language)


def _together(
    screen: Screen, overviews: Sequence[Mapping[str, Any]], by_currency: Mapping[str, str], language: Language
) -> None:
    screen.heading(spoken(count(len(overviews), "administration"), language))
    screen.table([_company(found, language) for found in overviews], _in(_COMPANIES, language))
    sums = joined(money(Decimal(amount), code) for code, amount in by_currency.items())
    told = say("Overdue in all, by the currency of the invoices: {sums}.", sums=sums or say("nothing"))
    screen.paragraph(spoken(told, language))


def _company(found: Mapping[str, Any], language: Language) -> dict[str, Any]:
    amounts = {name: _amount(found[name], language) for name in ("overdue_gross", "overdue_credits", "overdue_net")}
    return _numbers(found, language) | amounts


def _one(screen: Screen, found: Mapping[str, Any], which: str, language: Language) -> None:
    def in_books(name: str) -> str:
        return money(Decimal(found[name]), found["currency"])

    screen.heading(f"{found['name']}{which}, {found['at']}")
    if found["invented"]:
        screen.paragraph(spoken(INVENTED, language))
    told = say(
        "{gross} overdue on {invoices} invoices of {debtors} debtors; credits past due {credits}; net {net}.",
        gross=in_books("overdue_gross"),
        invoices=found["invoice_count"],
        debtors=found["debtor_count"],
        credits=in_books("overdue_credits"),
        net=in_books("overdue_net"),
    )
    screen.paragraph(spoken(told, language))
    buckets = [
        _numbers(row, language) | {"amount": spoken(money(Decimal(row["amount"]), found["currency"]), language)}
        for row in found["buckets"]
    ]
    screen.table(buckets, _in(_BUCKETS, language))
    debtors = [_row(row, language) for row in found["debtors"]]
    if len(debtors) < found["debtor_count"]:
        told = say(
            "The {shown} largest of {all} debtors (--top N for more):",
            shown=str(len(debtors)),
            all=found["debtor_count"],
        )
        screen.paragraph(spoken(told, language))
    screen.table(debtors, _in(_DEBTORS, language))
    for note in found.get("notes", ()):
        screen.note(note)


def _row(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    said = {"overdue": _amount(row["overdue"], language), "phase": spoken(term(words(row.get("phase", ""))), language)}
    flags = {"attention": [_flag(flag, language) for flag in row["attention"]]} if "attention" in row else {}
    return _numbers(row, language) | said | flags


def _numbers(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The row with its whole numbers as the language writes them."""
    return {name: number(value, language) if isinstance(value, int) else value for name, value in row.items()}


def _flag(flag: str, language: Language) -> str:
    return flag if language == "en" else spoken(term(words(flag)), language)


def _in(columns: Sequence[Column], language: Language) -> Sequence[Column]:
    return [replace(column, heading=spoken(column.heading, language)) for column in columns]


def _amount(value: str, language: Language) -> str:
    return spoken(money(Decimal(value)), language)
