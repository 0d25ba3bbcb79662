"""The sheets: open items, aging per debtor, worklist; and the summary that stands before them in a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payt_mcp.answers.worklist import step_words, worklist_row
from payt_mcp.receivables.aging import BUCKETS
from payt_mcp.receivables.attention import CREDIT_OPEN
from payt_mcp.receivables.debtor_aging import bucket_of
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.phases import words
from payt_mcp.sheets.columns import (
    AGING_COLUMNS,
    COMPANY_COLUMNS,
    CURRENCY_COLUMNS,
    ITEM_COLUMNS,
    NOTE_COLUMNS,
    REST_COLUMNS,
    WORK_COLUMNS,
)
from payt_mcp.sheets.companies import Company, DebtorPart, own_of, total
from payt_mcp.sheets.sheet import Cell, Sheet
from payt_mcp.words.said import joined, say, term


def open_items(companies: Sequence[Company]) -> Sheet:
    """Every unpaid invoice and open credit, company by company, debtor by debtor, the earliest due first."""
    rows = [_item_row(company, *one) for company in companies for one in company.items()]
    return Sheet("open-items", say("Open items"), ITEM_COLUMNS, rows)


def _item_row(company: Company, part: DebtorPart, item: OpenItem, flags: Sequence[str]) -> Sequence[Cell]:
    today = company.today
    return (
        *company.whose, item.number, item.debtor_number or part.entry.number, part.entry.name,
        item.invoice_date, item.due_date, item.days_overdue(today) if item.is_overdue(today) else None,
        _age(bucket_of(item, today)), item.currency, item.total_amount, item.open_amount,
        company.currency, item.book_open, term(words(item.phase(today))), _item_flags(item, flags),
        ", ".join(item.labels), part.entry.manager,
    )  # fmt: skip


def aging(companies: Sequence[Company]) -> Sheet:
    """Every debtor with something open, the most overdue first."""
    rows = [_aging_row(company, part) for company in companies for part in company.debtors]
    return Sheet("aging", say("Aging"), AGING_COLUMNS, rows)


def _aging_row(company: Company, part: DebtorPart) -> Sequence[Cell]:
    of, debtor = part.aging, part.entry
    number = debtor.number or next((item.debtor_number for item, _ in part.items if item.debtor_number), "")
    return (
        *company.whose, number, debtor.name, company.currency, of.open, of.not_due, *of.buckets, of.overdue, of.credits,
        of.net, of.invoices, of.unvalued or None, of.oldest_days or None, term(words(of.phase)), _flags(part.flags),
        debtor.credit_limit, debtor.manager,
    )  # fmt: skip


def worklist(companies: Sequence[Company]) -> Sheet:
    """What to do today, first things first, as `get_worklist` says it."""
    rows = [row for company in companies for row in _work_rows(company)]
    return Sheet("worklist", say("Worklist"), WORK_COLUMNS, rows)


def _work_rows(company: Company) -> Iterator[Sequence[Cell]]:
    for standing, advice in company.day.worklist.rows if company.day else ():
        said = worklist_row(standing, advice)
        yield (
            *company.whose, term(step_words(advice.step)), standing.number, standing.name, company.currency,
            advice.amount, said["reason"], "; ".join(said.get("facts", ())),
        )  # fmt: skip


def summary(companies: Sequence[Company]) -> list[Sheet]:
    """What it comes to: by company, by currency where there are several, what is not for today, and the notes."""
    found = [
        Sheet("companies", say("By company, in the currency of its books"), COMPANY_COLUMNS, _company_rows(companies))
    ]
    own = own_of(companies)
    if len(own) > 1:
        rows = [
            (code or "none", f"{one.items:,}", one.gross, one.credits, one.gross + one.credits)
            for code, one in own.items()
        ]
        found.append(Sheet("currencies", say("By currency of the items"), CURRENCY_COLUMNS, rows))
    rest = [
        (company.id, reason, company.currency, left.amount, left.debtors)
        for company in companies
        if company.day
        for reason, left in company.day.worklist.left_out.items()
    ]
    notes = [(company.id, note) for company in companies for note in company.notes]
    found += [Sheet("not-for-today", say("Not for today"), REST_COLUMNS, rest)] if rest else []
    found += [Sheet("notes", say("Notes"), NOTE_COLUMNS, notes)] if notes else []
    return found


def _company_rows(companies: Sequence[Company]) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = []
    for company in companies:
        of = [part.aging for part in company.debtors]
        ages = (total(one.buckets[place] for one in of) for place in range(len(BUCKETS)))
        sums: tuple[Decimal, ...] = (
            total(one.open for one in of), total(one.not_due for one in of), *ages, total(one.overdue for one in of),
            total(one.credits for one in of), total(one.net for one in of),
        )  # fmt: skip
        at = f"{company.as_of:%Y-%m-%d %H:%M %Z}"
        rows.append((*company.whose, company.currency, *sums, sum(one.invoices for one in of), len(of), at))
    return rows


def _age(bucket: str) -> str:
    return say("{days} days", days=bucket) if bucket[0].isdigit() else term(bucket)


def _item_flags(item: OpenItem, flags: Sequence[str]) -> str:
    """An invoice has no credit: its debtor has."""
    theirs = say("debtor's credit open")
    return joined(theirs if flag == CREDIT_OPEN and not item.is_credit else term(words(flag)) for flag in flags)


def _flags(flags: Sequence[str]) -> str:
    return joined(term(words(flag)) for flag in flags)
