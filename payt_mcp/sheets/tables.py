"""The sheets: open items, aging per debtor, worklist; and the summary that stands before them in a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payt_mcp.answers.worklist import step_words, worklist_row
from payt_mcp.receivables.aging import BUCKETS
from payt_mcp.receivables.attention import CREDIT_OPEN
from payt_mcp.receivables.debtor_aging import bucket_of
from payt_mcp.receivables.open_items import OpenItem
from payt_mcp.receivables.phases import words
from payt_mcp.sheets.companies import Company, DebtorPart, own_of, total
from payt_mcp.sheets.sheet import WHOSE, Cell, Column, Sheet

_DEBTOR = (Column("debtor_number", "Debtor no.", "code"), Column("debtor", "Debtor"))

_ITEM_COLUMNS = (
    *WHOSE, Column("invoice_number", "Invoice", "code"), *_DEBTOR,
    Column("invoice_date", "Invoice date", "date"), Column("due_date", "Due date", "date"),
    Column("days_overdue", "Days overdue", "count"), Column("age", "Age", "code"),
    Column("currency", "Currency", "code"), Column("total_amount", "Total", "amount"),
    Column("open_amount", "Open", "amount"), Column("book_currency", "Book currency", "code"),
    Column("book_open_amount", "Open in books", "amount"), Column("phase", "Phase"), Column("attention", "Attention"),
    Column("labels", "Labels"), Column("relation_manager", "Relation manager"),
)  # fmt: skip

_AGES = tuple(
    Column(f"days_{days.replace('-', '_').replace('+', '_plus')}", f"{days} days", "amount") for days in BUCKETS
)

_AGING_COLUMNS = (
    *WHOSE, *_DEBTOR, Column("currency", "Currency", "code"), Column("open", "Open", "amount"),
    Column("not_due", "Not yet due", "amount"), *_AGES, Column("overdue", "Overdue", "amount"),
    Column("credits", "Open credits", "amount"), Column("net", "Net", "amount"),
    Column("invoices", "Invoices", "count"), Column("not_in_sums", "Not in sums", "count"),
    Column("oldest_days", "Oldest, days", "count"), Column("phase", "Phase"), Column("attention", "Attention"),
    Column("credit_limit", "Credit limit", "amount"), Column("relation_manager", "Relation manager"),
)  # fmt: skip

_WORK_COLUMNS = (
    *WHOSE, Column("step", "Next step"), *_DEBTOR, Column("currency", "Currency", "code"),
    Column("amount", "Amount", "amount"), Column("reason", "Why", "prose"),
    Column("facts", "What it rests on", "prose"),
)  # fmt: skip

_COMPANY_COLUMNS = (
    *WHOSE, Column("currency", "Currency", "code"), Column("open", "Open", "amount"),
    Column("not_due", "Not yet due", "amount"), *_AGES, Column("overdue", "Overdue", "amount"),
    Column("credits", "Open credits", "amount"), Column("net", "Net", "amount"),
    Column("invoices", "Invoices", "count"), Column("debtors", "Debtors", "count"), Column("as_of", "As of"),
)  # fmt: skip

_CURRENCY_COLUMNS = (
    Column("currency", "Currency", "code"), Column("items", "Open items in it"), Column("open", "Open", "amount"),
    Column("credits", "Open credits", "amount"), Column("net", "Net", "amount"),
)  # fmt: skip

_REST_COLUMNS = (
    WHOSE[0], Column("reason", "Reason"), Column("currency", "Currency", "code"), Column("amount", "Amount", "amount"),
    Column("debtors", "Debtors", "count"),
)  # fmt: skip

_NOTE_COLUMNS = (WHOSE[0], Column("note", "Note"))


def open_items(companies: Sequence[Company]) -> Sheet:
    """Every unpaid invoice and open credit, company by company, debtor by debtor, the earliest due first."""
    rows = [_item_row(company, *one) for company in companies for one in company.items()]
    return Sheet("open-items", "Open items", _ITEM_COLUMNS, rows)


def _item_row(company: Company, part: DebtorPart, item: OpenItem, flags: Sequence[str]) -> Sequence[Cell]:
    today = company.today
    return (
        *company.whose, item.number, item.debtor_number or part.entry.number, part.entry.name,
        item.invoice_date, item.due_date, item.days_overdue(today) if item.is_overdue(today) else None,
        _age(bucket_of(item, today)), item.currency, item.total_amount, item.open_amount,
        company.currency, item.book_open, words(item.phase(today)), _item_flags(item, flags), ", ".join(item.labels),
        part.entry.manager,
    )  # fmt: skip


def aging(companies: Sequence[Company]) -> Sheet:
    """Every debtor with something open, the most overdue first."""
    rows = [_aging_row(company, part) for company in companies for part in company.debtors]
    return Sheet("aging", "Aging", _AGING_COLUMNS, rows)


def _aging_row(company: Company, part: DebtorPart) -> Sequence[Cell]:
    of, debtor = part.aging, part.entry
    number = debtor.number or next((item.debtor_number for item, _ in part.items if item.debtor_number), "")
    return (
        *company.whose, number, debtor.name, company.currency, of.open, of.not_due, *of.buckets, of.overdue, of.credits,
        of.net, of.invoices, of.unvalued or None, of.oldest_days or None, words(of.phase), _flags(part.flags),
        debtor.credit_limit, debtor.manager,
    )  # fmt: skip


def worklist(companies: Sequence[Company]) -> Sheet:
    """What to do today, first things first, as `get_worklist` says it."""
    rows = [row for company in companies for row in _work_rows(company)]
    return Sheet("worklist", "Worklist", _WORK_COLUMNS, rows)


def _work_rows(company: Company) -> Iterator[Sequence[Cell]]:
    for standing, advice in company.day.worklist.rows if company.day else ():
        said = worklist_row(standing, advice)
        yield (
            *company.whose, step_words(advice.step), standing.number, standing.name, company.currency, advice.amount,
            said["reason"], "; ".join(said.get("facts", ())),
        )  # fmt: skip


def summary(companies: Sequence[Company]) -> list[Sheet]:
    """What it comes to: by company, by currency where there are several, what is not for today, and the notes."""
    found = [Sheet("companies", "By company, in the currency of its books", _COMPANY_COLUMNS, _company_rows(companies))]
    own = own_of(companies)
    if len(own) > 1:
        rows = [
            (code or "none", f"{one.items:,}", one.gross, one.credits, one.gross + one.credits)
            for code, one in own.items()
        ]
        found.append(Sheet("currencies", "By currency of the items", _CURRENCY_COLUMNS, rows))
    rest = [
        (company.id, reason, company.currency, left.amount, left.debtors)
        for company in companies
        if company.day
        for reason, left in company.day.worklist.left_out.items()
    ]
    notes = [(company.id, note) for company in companies for note in company.notes]
    found += [Sheet("not-for-today", "Not for today", _REST_COLUMNS, rest)] if rest else []
    found += [Sheet("notes", "Notes", _NOTE_COLUMNS, notes)] if notes else []
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
    return f"{bucket} days" if bucket[0].isdigit() else bucket


def _item_flags(item: OpenItem, flags: Sequence[str]) -> str:
    """An invoice has no credit: its debtor has."""
    said = ["debtor's credit open" if flag == CREDIT_OPEN and not item.is_credit else words(flag) for flag in flags]
    return ", ".join(said)


def _flags(flags: Sequence[str]) -> str:
    return ", ".join(map(words, flags))
