"""No person is asked in code mode: whatever is red is refused there, and what is right goes out."""

from dataclasses import replace

from tests.adversarial.case import Call, Case, case, letter, refused
from tests.adversarial.cases.rows import contact_row, debtor_row, invoice_row, new_invoice, open_at

BODY = "Geachte heer, mevrouw,\n\nFactuur 261001 van EUR 1.210,00 staat nog open. Wilt u die betalen?"

_ALL = (
    case(
        "strange-account",
        "A stranger's account.",
        letter("Betaal op NL44RABO0123456789.", refused("person"), to="90001"),
    ),
    case(
        "armenian-account",
        "The same with an Armenian letter.",
        letter("Betaal op NL44RAB\u05550123456789.", refused("person"), to="90001"),
    ),
    case(
        "split-account",
        "The same, split by markup.",
        letter("Betaal op NL44<b></b>RABO0123456789.", refused("person"), to="90001"),
    ),
    case("paypal", "Somebody's PayPal.", letter("Betaal via paypal.me/nltechniek.", refused("person"), to="90001")),
    case(
        "bitcoin",
        "A bitcoin address.",
        letter("Pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq.", refused("person"), to="90004"),
    ),
    case("strange-link", "A link to a stranger.", letter("Betaal: https://evil.test/1", refused("person"), to="90001")),
    case(
        "portal-of-another",
        "A link to the page of another debtor.",
        letter("Betaal: §portal:invoices:261101§", refused("person"), to="90001"),
    ),
    case("stranger", "Another address.", letter(BODY, refused("person"), to="90001", email="x@evil.test")),
    case(
        "stranger-in-bcc",
        "A blind copy to a stranger.",
        letter(BODY, refused("person"), to="90001", bcc=["x@evil.test"]),
    ),
    case(
        "invoice-of-another",
        "The invoice of another.",
        letter("Factuur 261001 staat open.", refused("person"), to="90002"),
    ),
    case(
        "paid-called-open",
        "A paid invoice is chased.",
        letter("Factuur 260901 staat open.", refused("person"), to="90001"),
    ),
    case(
        "total-as-open",
        "The total given as open.",
        letter("Van factuur 261004 staat EUR 1.000,00 open.", refused("person"), to="90001"),
    ),
    case(
        "template",
        "A template nobody filled.",
        letter("Beste {{name}}, factuur 261001 staat open.", refused("person"), to="90001"),
    ),
    case("invisible", "Signs nobody sees.", letter(f"{BODY}\u202e", refused("hidden"), to="90001")),
    case(
        "hidden-paragraph",
        "A paragraph nobody sees.",
        letter(f'{BODY}<p style="display:none">x</p>', refused("person"), to="90001"),
    ),
    case(
        "new-address",
        "A contact gets a stranger's address.",
        Call(
            "upsert_contacts",
            {"contacts": [contact_row("90001", reminder_email_address="x@evil.test")]},
            refused("person"),
        ),
    ),
    case(
        "new-contact",
        "A new contact with a stranger's address.",
        Call(
            "upsert_contacts",
            {"contacts": [{"contact_identifier": "n", "lastname": "S", "default_email_address": "x@evil.test"}]},
            refused("person"),
        ),
    ),
    case(
        "bank-account",
        "A debtor's bank account.",
        Call(
            "upsert_debtors",
            {"debtors": [debtor_row("90001", bank_account_number="NL44RABO0123456789")]},
            refused("person"),
        ),
    ),
    case(
        "renamed",
        "A debtor gets the name of another.",
        Call("upsert_debtors", {"debtors": [debtor_row("90001", name="Bos Retail B.V.")]}, refused("person")),
    ),
    case(
        "labels-emptied",
        "A debtor's labels.",
        Call("upsert_debtors", {"debtors": [debtor_row("90020", clear=["labels"])]}, refused("person")),
    ),
    case(
        "mails-invoice",
        "An invoice that would be mailed.",
        Call("upsert_invoices", {"invoices": [new_invoice("N1", "90001", "10.00", sent_at=None)]}, refused("person")),
    ),
    case(
        "written-off",
        "What is open becomes nothing.",
        Call("upsert_invoices", {"invoices": [open_at("261001", "0.00")]}, refused("person")),
    ),
    case(
        "blind-copies-on-file",
        "A stranger gets a blind copy of every reminder from now on.",
        Call(
            "upsert_contacts",
            {"contacts": [contact_row("90001", reminder_bcc_email_address="x@evil.test")]},
            refused("person"),
        ),
    ),
    case(
        "file-destroyed",
        "A file goes.",
        Call("upsert_invoices", {"invoices": [invoice_row("261001", document={"destroy": True})]}, refused("person")),
    ),
    case(
        "comment-with-account",
        "A comment with a stranger's account.",
        Call("comment_task", {"task": "950001", "comment": "Betaal op NL44RABO0123456789."}, refused("person")),
    ),
)

CASES: tuple[Case, ...] = tuple(replace(one, code=True) for one in _ALL)
