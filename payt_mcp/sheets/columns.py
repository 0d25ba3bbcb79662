"""The columns of each sheet: names for programs, titles for people."""

from __future__ import annotations

from payt_mcp.receivables.aging import BUCKETS
from payt_mcp.sheets.sheet import WHOSE, Column

DEBTOR = (Column("debtor_number", "Debtor no.", "code"), Column("debtor", "Debtor"))

ITEM_COLUMNS = (
    *WHOSE,
    Column("invoice_number", "Invoice", "code"),
    *DEBTOR,
    Column("invoice_date", "Invoice date", "date"),
    Column("due_date", "Due date", "date"),
    Column("days_overdue", "Days overdue", "count"),
    Column("age", "Age", "words"),
    Column("currency", "Currency", "code"),
    Column("total_amount", "Total", "amount"),
    Column("open_amount", "Open", "amount"),
    Column("book_currency", "Book currency", "code"),
    Column("book_open_amount", "Open in books", "amount"),
    Column("phase", "Phase", "words"),
    Column("attention", "Attention", "words"),
    Column("labels", "Labels"),
    Column("relation_manager", "Relation manager"),
)

_AGES = tuple(
    Column(f"days_{days.replace('-', '_').replace('+', '_plus')}", f"{days} days", "amount") for days in BUCKETS
)

AGING_COLUMNS = (
    *WHOSE,
    *DEBTOR,
    Column("currency", "Currency", "code"),
    Column("open", "Open", "amount"),
    Column("not_due", "Not yet due", "amount"),
    *_AGES,
    Column("overdue", "Overdue", "amount"),
    Column("credits", "Open credits", "amount"),
    Column("net", "Net", "amount"),
    Column("invoices", "Invoices", "count"),
    Column("not_in_sums", "Not in sums", "count"),
    Column("oldest_days", "Oldest, days", "count"),
    Column("phase", "Phase", "words"),
    Column("attention", "Attention", "words"),
    Column("credit_limit", "Credit limit", "amount"),
    Column("relation_manager", "Relation manager"),
)

WORK_COLUMNS = (
    *WHOSE,
    Column("step", "Next step", "words"),
    *DEBTOR,
    Column("currency", "Currency", "code"),
    Column("amount", "Amount", "amount"),
    Column("reason", "Why", "prose"),
    Column("facts", "What it rests on", "prose"),
)

COMPANY_COLUMNS = (
    *WHOSE,
    Column("currency", "Currency", "code"),
    Column("open", "Open", "amount"),
    Column("not_due", "Not yet due", "amount"),
    *_AGES,
    Column("overdue", "Overdue", "amount"),
    Column("credits", "Open credits", "amount"),
    Column("net", "Net", "amount"),
    Column("invoices", "Invoices", "count"),
    Column("debtors", "Debtors", "count"),
    Column("as_of", "As of", "words"),
)

CURRENCY_COLUMNS = (
    Column("currency", "Currency", "code"),
    Column("items", "Open items in it", "words"),
    Column("open", "Open", "amount"),
    Column("credits", "Open credits", "amount"),
    Column("net", "Net", "amount"),
)

REST_COLUMNS = (
    WHOSE[0],
    Column("reason", "Reason", "words"),
    Column("currency", "Currency", "code"),
    Column("amount", "Amount", "amount"),
    Column("debtors", "Debtors", "count"),
)

NOTE_COLUMNS = (WHOSE[0], Column("note", "Note", "words"))
