"""The columns of each sheet: names for programs, titles for people."""

from __future__ import annotations

from payt_mcp.receivables.aging import BUCKETS
from payt_mcp.sheets.sheet import WHOSE, Column
from payt_mcp.words.said import say

DEBTOR = (Column("debtor_number", say("Debtor no."), "code"), Column("debtor", say("Debtor")))

ITEM_COLUMNS = (
    *WHOSE,
    Column("invoice_number", say("Invoice"), "code"),
    *DEBTOR,
    Column("invoice_date", say("Invoice date"), "date"),
    Column("due_date", say("Due date"), "date"),
    Column("days_overdue", say("Days overdue"), "count"),
    Column("age", say("Age"), "words"),
    Column("currency", say("Currency"), "code"),
    Column("total_amount", say("Total"), "amount"),
    Column("open_amount", say("Open"), "amount"),
    Column("book_currency", say("Book currency"), "code"),
    Column("book_open_amount", say("Open in books"), "amount"),
    Column("phase", say("Phase"), "words"),
    Column("attention", say("Attention"), "words"),
    Column("labels", say("Labels")),
    Column("relation_manager", say("Relation manager")),
)

_AGES = tuple(
    Column(f"days_{days.replace('-', '_').replace('+', '_plus')}", say("{days} days", days=days), "amount")
    for days in BUCKETS
)

_SUMS = (
    Column("currency", say("Currency"), "code"),
    Column("open", say("Open"), "amount"),
    Column("not_due", say("Not yet due"), "amount"),
    *_AGES,
    Column("overdue", say("Overdue"), "amount"),
    Column("credits", say("Open credits"), "amount"),
    Column("net", say("Net"), "amount"),
    Column("invoices", say("Invoices"), "count"),
)
"""What a debtor or a company owes, by age."""

AGING_COLUMNS = (
    *WHOSE,
    *DEBTOR,
    *_SUMS,
    Column("not_in_sums", say("Not in sums"), "count"),
    Column("oldest_days", say("Oldest, days"), "count"),
    Column("phase", say("Phase"), "words"),
    Column("attention", say("Attention"), "words"),
    Column("credit_limit", say("Credit limit"), "amount"),
    Column("relation_manager", say("Relation manager")),
)

WORK_COLUMNS = (
    *WHOSE,
    Column("step", say("Next step"), "words"),
    *DEBTOR,
    Column("currency", say("Currency"), "code"),
    Column("amount", say("Amount"), "amount"),
    Column("reason", say("Why"), "prose"),
    Column("facts", say("What it rests on"), "prose"),
)

COMPANY_COLUMNS = (
    *WHOSE,
    *_SUMS,
    Column("debtors", say("Debtors"), "count"),
    Column("as_of", say("As of"), "words"),
)

CURRENCY_COLUMNS = (
    Column("currency", say("Currency"), "code"),
    Column("items", say("Open items in it"), "words"),
    Column("open", say("Open"), "amount"),
    Column("credits", say("Open credits"), "amount"),
    Column("net", say("Net"), "amount"),
)

REST_COLUMNS = (
    WHOSE[0],
    Column("reason", say("Reason"), "words"),
    Column("currency", say("Currency"), "code"),
    Column("amount", say("Amount"), "amount"),
    Column("debtors", say("Debtors"), "count"),
)

NOTE_COLUMNS = (WHOSE[0], Column("note", say("Note"), "words"))
