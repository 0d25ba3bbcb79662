"""The records of one administration: a table for each kind of record."""

from typing import Final

from payt_sandbox.world.tables import Table

# The kinds of records there are, and the fields by which each is looked up.
LOOKED_UP_BY: Final[dict[str, tuple[str, ...]]] = {
    "invoices": (
        "invoice_number",
        "invoice_identifier",
        "debtor_id",
        "active_credit_case_id",
        "active_payment_plan_id",
    ),
    "debtors": ("debtor_number", "debtor_identifier"),
    "contacts": ("contact_identifier", "debtor_numbers"),
    "credit_cases": ("case_number", "credit_case_number", "debtor_id"),
    "messages": ("debtor_id", "invoice_id", "credit_case_id"),
    "notes": ("debtor_id", "invoice_id", "credit_case_id"),
    "notifications": ("debtor_id", "invoice_id", "credit_case_id"),
    "payments": ("invoice_id", "origin_identifier"),
    "payment_plans": ("debtor_id",),
    "tasks": (),
    "vat_rates": ("code",),
}


class Book:
    """A table per kind of record. `currency` is the book currency (ISO 4217) of the administration."""

    def __init__(self, administration_id: int, currency: str, timezone: str) -> None:
        self.administration_id = administration_id
        self.currency = currency
        self.timezone = timezone
        self.tables = {kind: Table(fields) for kind, fields in LOOKED_UP_BY.items()}

    def copy(self) -> "Book":
        """The same records in tables of their own."""
        twin = Book(self.administration_id, self.currency, self.timezone)
        twin.tables = {kind: table.copy() for kind, table in self.tables.items()}
        return twin
