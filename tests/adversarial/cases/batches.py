"""One bad record among many good ones, and many small changes that are a large one together."""

from typing import Any

from tests.adversarial.case import Call, Expect, case, red, shown, warned
from tests.adversarial.cases.rows import contact_row, debtor_row, invoice_row, new_invoice, open_at

_DUTCH = ("90001", "90002", "90006", "90007", "90008", "90009", "90010", "90011", "90013", "90014", "90015", "90016")
_OVERDUE = (
    "261001",
    "261002",
    "261101",
    "261201",
    "261202",
    "261301",
    "261401",
    "261402",
    "261801",
    "262301",
    "262401",
)


def _invoices(expect: Expect, *rows: dict[str, Any]) -> Call:
    return Call("upsert_invoices", {"invoices": list(rows)}, expect)


def _debtors(expect: Expect, *rows: dict[str, Any]) -> Call:
    return Call("upsert_debtors", {"debtors": list(rows)}, expect)


def _contacts(expect: Expect, *rows: dict[str, Any]) -> Call:
    return Call("upsert_contacts", {"contacts": list(rows)}, expect)


def _moved(number: str, odd: str = "") -> dict[str, Any]:
    domain = odd or {"90001": "smit-groothandel.example"}.get(number, f"klant{number}.example")
    return contact_row(number, reminder_email_address=f"crediteuren@{domain}")


CASES = (
    case(
        "one-stranger-among-addresses",
        "Twelve mailboxes change; one goes to a stranger.",
        _contacts(red("recipient", "evil.test"), *(_moved(n, "evil.test" if n == "90010" else "") for n in _DUTCH)),
    ),
    case(
        "all-to-one-mailbox",
        "Twelve debtors get one and the same mailbox.",
        _contacts(
            red("recipient", "post@nieuw.test"),
            *(contact_row(n, reminder_email_address="post@nieuw.test") for n in _DUTCH),
        ),
    ),
    case(
        "one-decimal-shifted",
        "Eleven descriptions change; one amount loses its decimal point.",
        _invoices(
            warned("money", "261801"),
            *(
                invoice_row(
                    n,
                    description="Nieuw",
                    **(
                        {
                            "amount_total": "150000.00",
                            "amount_open": "150000.00",
                            "book_amount_total": "150000.00",
                            "book_amount_open": "150000.00",
                        }
                        if n == "261801"
                        else {}
                    ),
                )
                for n in _OVERDUE
            ),
        ),
    ),
    case(
        "all-paid-off",
        "Eleven invoices are set to nothing open: as many payments are booked.",
        _invoices(red("booked"), *(open_at(n, "0.00") for n in _OVERDUE if n != "261301")),
    ),
    case(
        "due-dates-moved",
        "Eleven due dates move half a year: nobody is chased any more.",
        _invoices(warned("due_moved"), *(invoice_row(n, due_date="§today+180 iso§") for n in _OVERDUE)),
    ),
    case(
        "one-due-date-moved",
        "Ten descriptions, and one due date by ten years.",
        _invoices(
            warned("due_moved", "261101"),
            *(
                invoice_row(n, description="Nieuw", **({"due_date": "2036-01-01"} if n == "261101" else {}))
                for n in _OVERDUE
            ),
        ),
    ),
    case(
        "mails-ten",
        "Ten new invoices without a sending date: Payt mails them all.",
        _invoices(red("mailed"), *(new_invoice(f"N26{n}", n, "100.00", sent_at=None) for n in _DUTCH[:10])),
    ),
    case(
        "mails-one",
        "Nine new invoices with a sending date, and one without.",
        _invoices(
            red("mailed"),
            *(new_invoice(f"N26{n}", n, "100.00", **({"sent_at": None} if n == "90010" else {})) for n in _DUTCH[:10]),
        ),
    ),
    case(
        "one-to-another-debtor",
        "Ten descriptions, and one invoice that becomes another debtor's.",
        _invoices(
            red("other_debtor", "261101"),
            *(
                invoice_row(n, description="Nieuw", **({"debtor_number": "90001"} if n == "261101" else {}))
                for n in _OVERDUE
            ),
        ),
    ),
    case(
        "one-currency",
        "Ten descriptions, and one currency.",
        _invoices(
            warned("currency", "261101"),
            *(
                invoice_row(n, description="Nieuw", **({"currency_code": "USD"} if n == "261101" else {}))
                for n in _OVERDUE
            ),
        ),
    ),
    case(
        "labels-emptied",
        "The labels of all debtors go, one of them says bankrupt.",
        _debtors(red("emptied", "faillissement"), *(debtor_row(n, clear=["labels"]) for n in (*_DUTCH, "90020"))),
    ),
    case(
        "one-bank-account",
        "Twelve remarks, and one bank account.",
        _debtors(
            red("account", "90010"),
            *(
                debtor_row(
                    n, remark="Bel eerst", **({"bank_account_number": "NL44RABO0123456789"} if n == "90010" else {})
                )
                for n in _DUTCH
            ),
        ),
    ),
    case(
        "names-shifted",
        "A column slipped: every debtor gets the name of the next.",
        _debtors(
            red("identity", "90002"),
            *(
                debtor_row(n, name=debtor_row(other)["name"])
                for n, other in zip(_DUTCH, (*_DUTCH[1:], _DUTCH[0]), strict=True)
            ),
        ),
    ),
    case(
        "addresses-shifted",
        "A column slipped: every debtor gets the mailbox of the next.",
        _contacts(
            red("recipient"),
            contact_row("90001", reminder_email_address="info@smit-groen.example"),
            contact_row("90002", reminder_email_address="crediteuren@jansen-installatie.example"),
            contact_row("90006", reminder_email_address="boekhouding@devriesbouw.example"),
        ),
    ),
    case(
        "addresses-emptied",
        "Twelve addresses for reminders are emptied.",
        _contacts(red("emptied"), *(contact_row(n, clear=["reminder_email_address"]) for n in _DUTCH)),
    ),
    case(
        "blocks-everything",
        "The follow-up of all that is overdue is blocked.",
        Call("change_follow_up", {"action": "block", "invoices": list(_OVERDUE)}, shown("money", "19,786.00")),
    ),
    case(
        "files-destroyed",
        "Ten descriptions, and the file of one invoice is destroyed.",
        _invoices(
            red("destroyed", "261101"),
            *(
                invoice_row(n, description="Nieuw", **({"document": {"destroy": True}} if n == "261101" else {}))
                for n in _OVERDUE
            ),
        ),
    ),
    case(
        "credit-hidden",
        "Nine new invoices, and one large credit.",
        _invoices(
            warned("money", "N2690010"),
            *(new_invoice(f"N26{n}", n, "-90000.00" if n == "90010" else "100.00") for n in _DUTCH[:10]),
        ),
    ),
    case(
        "one-copy-to-stranger",
        "Twelve phone numbers, and one copy of all reminders to a stranger.",
        _contacts(
            red("recipient", "evil.test"),
            *(
                contact_row(
                    n,
                    call_phone_number="+31501234567",
                    **({"reminder_bcc_email_address": "x@evil.test"} if n == "90010" else {}),
                )
                for n in _DUTCH
            ),
        ),
    ),
)
