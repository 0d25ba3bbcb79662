"""What happens to invoices, debtors, cases and plans, for tests and for the write endpoints.

Values are given as in `records`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from payt_sandbox.world.book import Book
from payt_sandbox.world.records import Records, stored
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import share, to_cents


class Mutators(Records):
    """Changes by the noun they are about, with what follows from them for other records."""

    def add_invoice(self, administration_id: str | int, **fields: Any) -> str:
        """Adds an invoice and returns its id. What is not given: 100.00 in the book currency, all open, for the
        first debtor, dated and sent today and due in 30 days.
        """
        with self.lock:
            book = self.book(administration_id)
            given = stored("invoices", fields)
            row = {**self._invoice_defaults(book, given), **given}
            return self.add(administration_id, "invoices", **_of_stored(row, fields))

    def _invoice_defaults(self, book: Book, given: Row) -> Row:
        now = self.now()
        total = given.get("total_amount", 10000)
        new_id = given.get("id") or self.take_id("invoices")
        row: Row = {
            "id": new_id,
            "invoice_number": f"N{new_id}",
            "invoice_identifier": f"new-{new_id}",
            "currency_code": book.currency,
            "payment_method": "bank_transfer",
            "total_amount": total,
            "open_amount": total,
            "invoice_date": now[:10],
            "sent_at": now,
        }
        invoiced = dt.date.fromisoformat(given.get("invoice_date", now[:10]))
        row["due_date"] = (invoiced + dt.timedelta(days=30)).isoformat()
        debtors = book.tables["debtors"]
        debtor_id = given.get("debtor_id", debtors.ids[0] if debtors.ids else None)
        if debtor_id is not None:
            row["debtor_id"] = debtor_id
            row["debtor_number"] = debtors.rows.get(debtor_id, {}).get("debtor_number")
        if given.get("currency_code", book.currency) == book.currency:
            row["book_total_amount"] = total
            row["book_open_amount"] = given.get("open_amount", total)
        return row

    def change_invoice(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of an invoice (None clears one)."""
        self.change(administration_id, "invoices", record_id, **fields)

    def pay_invoice(self, administration_id: str | int, record_id: str | int, amount: Any = None) -> None:
        """Books a payment (all that is open unless an amount is given): the open and book open amounts go down,
        as does the open amount of its credit case, and `payment_date` is set when nothing stays open.
        """
        with self.lock:
            book = self.book(administration_id)
            row = book.tables["invoices"].rows[int(record_id)]
            paid = row["open_amount"] if amount is None else to_cents(amount)
            left = row["open_amount"] - paid
            today = self.now()[:10]
            changes: Row = {"open_amount": left, "payment_date": None if left else today}
            book_paid = paid
            if "book_open_amount" in row:
                book_paid = share(row["book_open_amount"], paid, row["open_amount"])
                changes["book_open_amount"] = row["book_open_amount"] - book_paid
            self.change(administration_id, "invoices", record_id, **changes)
            self.add(
                administration_id,
                "payments",
                invoice_id=row["id"],
                total_amount=paid,
                total_book_amount=book_paid,
                payment_date=today,
                transaction_type="payment",
                payment_method="bank_transfer",
            )
            case = book.tables["credit_cases"].rows.get(row.get("active_credit_case_id", 0))
            if case is not None:
                self.change(administration_id, "credit_cases", case["id"], open_amount=case["open_amount"] - paid)

    def delete_invoice(self, administration_id: str | int, record_id: str | int) -> None:
        """Deletes an invoice; it shows in `/v1/invoices/deleted`."""
        self.delete(administration_id, "invoices", record_id)

    def add_debtor(self, administration_id: str | int, **fields: Any) -> str:
        """Adds a debtor and returns its id; name, number and identifier are made up when not given.

        `postal_address` is a dict with the names of the contract.
        """
        with self.lock:
            new_id = fields.get("id") or self.take_id("debtors")
            made_up = {"name": f"Debtor {new_id}", "debtor_number": f"N{new_id}", "debtor_identifier": f"new-{new_id}"}
            return self.add(administration_id, "debtors", **{**made_up, **fields, "id": new_id})

    def change_debtor(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a debtor (None clears one)."""
        self.change(administration_id, "debtors", record_id, **fields)

    def delete_debtor(self, administration_id: str | int, record_id: str | int) -> None:
        """Takes a debtor away; its invoices stay. The API has no list of deleted debtors."""
        self.delete(administration_id, "debtors", record_id)

    def add_contact(self, administration_id: str | int, **fields: Any) -> str:
        """Adds a contact and returns its id; `debtor_numbers` is a list of texts."""
        return self.add(administration_id, "contacts", **fields)

    def change_contact(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a contact (None clears one)."""
        self.change(administration_id, "contacts", record_id, **fields)

    def add_credit_case(self, administration_id: str | int, **fields: Any) -> str:
        """Adds a credit case and returns its id; without numbers and amounts it is a new, empty one."""
        with self.lock:
            now = self.now()
            new_id = int(fields.get("id") or self.take_id("credit_cases"))
            defaults = {
                "case_number": str(new_id),
                "credit_case_number": f"D{now[:4]}-{new_id}",
                "currency_code": self.book(administration_id).currency,
                "started_at": now,
            }
            amounts = dict.fromkeys(("total_amount", "open_amount", "interest_costs", "debt_collection_costs"), 0)
            return self.add(administration_id, "credit_cases", **{**defaults, **amounts, **fields, "id": new_id})

    def change_credit_case(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a credit case (None clears one)."""
        self.change(administration_id, "credit_cases", record_id, **fields)

    def delete_credit_case(self, administration_id: str | int, record_id: str | int) -> None:
        """Deletes a credit case; its invoices are released from it."""
        self._release(administration_id, "active_credit_case_id", int(record_id))
        self.delete(administration_id, "credit_cases", record_id)

    def _release(self, administration_id: str | int, field: str, record_id: int) -> None:
        with self.lock:
            invoices = self.book(administration_id).tables["invoices"]
            for key in list(invoices.indexes[field].get(record_id)):
                self.change(administration_id, "invoices", key, **{field: None})

    def tie_plan(self, administration_id: str | int, plan_id: str | int, invoice_ids: Iterable[str | int]) -> None:
        """Sets an active plan on invoices and on the credit cases they are in; unknown invoices are passed over."""
        with self.lock:
            tables = self.book(administration_id).tables
            known = [row for key in invoice_ids if (row := tables["invoices"].rows.get(int(key))) is not None]
            for row in known:
                self.change(administration_id, "invoices", row["id"], active_payment_plan_id=plan_id)
            for key in {row["active_credit_case_id"] for row in known if "active_credit_case_id" in row}:
                if key in tables["credit_cases"].rows:
                    self.change(administration_id, "credit_cases", key, active_payment_plan_id=plan_id)

    def _untie_plan(self, administration_id: str | int, plan_id: int) -> None:
        with self.lock:
            self._release(administration_id, "active_payment_plan_id", plan_id)
            cases = self.book(administration_id).tables["credit_cases"].rows
            for key in [key for key, row in cases.items() if row.get("active_payment_plan_id") == plan_id]:
                self.change(administration_id, "credit_cases", key, active_payment_plan_id=None)

    def add_message(self, administration_id: str | int, **fields: Any) -> str:
        """Adds a message and returns its id; without a `sender_type` a debtor sent it, just now."""
        now = self.now()
        defaults = {
            "sender_type": "debtor",
            "subject": "Message",
            "content": "Text",
            "sent_at": now,
            "received_at": now,
        }
        return self.add(administration_id, "messages", **{**defaults, **fields})

    def change_message(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a message (None clears one)."""
        self.change(administration_id, "messages", record_id, **fields)

    def add_payment_plan(
        self, administration_id: str | int, invoice_ids: Iterable[str | int] = (), **fields: Any
    ) -> str:
        """Adds a payment plan and returns its id; an active one is set on the given invoices and their cases.

        `payment_terms` are (id, total cents, due cents, due date, payment date or None).
        """
        with self.lock:
            defaults = {"active": True, "auto_activated": False, "created_at": self.now()}
            plan_id = self.add(administration_id, "payment_plans", **{**defaults, **fields})
            if fields.get("active", True):
                self.tie_plan(administration_id, plan_id, invoice_ids)
            return plan_id

    def change_payment_plan(self, administration_id: str | int, record_id: str | int, **fields: Any) -> None:
        """Changes fields of a plan (None clears one); one that is no longer active releases invoices and cases."""
        self.change(administration_id, "payment_plans", record_id, **fields)
        if fields.get("active") is False:
            self._untie_plan(administration_id, int(record_id))

    def delete_payment_plan(self, administration_id: str | int, record_id: str | int) -> None:
        """Deletes a plan; its invoices and cases are released from it."""
        self._untie_plan(administration_id, int(record_id))
        self.delete(administration_id, "payment_plans", record_id)

    def add_payment(self, administration_id: str | int, **fields: Any) -> str:
        """Adds a payment record and returns its id; the invoice is not touched (see `pay_invoice`)."""
        return self.add(administration_id, "payments", **fields)

    def delete_payment(self, administration_id: str | int, record_id: str | int) -> None:
        """Deletes a payment record; the invoice is not touched."""
        self.delete(administration_id, "payments", record_id)


def _of_stored(row: Row, fields: dict[str, Any]) -> dict[str, Any]:
    """Stored values are valid input again; what was given as None stays away."""
    return {name: value for name, value in row.items() if fields.get(name, value) is not None}
