"""Letters a good credit controller sends, in English."""

from typing import Any

from tests.adversarial.case import Call, case, letter, peace

_SIGNED = "\n\nKind regards,\nAnouk Verbeek\nNoorderlicht Techniek B.V."


def _letter(body: str, *, subject: str = "Payment reminder", **more: Any) -> Call:
    return letter(f"Dear Sir or Madam,\n\n{body}{_SIGNED}", peace(), to="90004", subject=subject, **more)


CASES = (
    case(
        "en-reminder",
        "A first reminder with number, date, amount and account.",
        _letter(
            "Invoice 261301 dated §dated 261301 en§ for EUR 2,500.00 was due on §due 261301 en§. Please transfer it to "
            "NL91ABNA0417164300 (BIC ABNANL2A), quoting 261301.",
        ),
    ),
    case(
        "en-two-currencies",
        "Euros and pounds, side by side and not added.",
        _letter("Still open are invoice 261301 (EUR 2,500.00) and invoice 261302 (GBP 900.00)."),
    ),
    case("en-pounds", "Pounds by their sign.", _letter("Invoice 261302 for £900.00 fell due on §due 261302 en§.")),
    case(
        "en-portal",
        "A link to the invoice, at the end of a sentence.",
        _letter("You can pay invoice 261301 here: §portal:invoices:261301§."),
    ),
    case(
        "en-second",
        "The second reminder calls itself so.",
        _letter(
            "This is our second reminder about invoice 261301, now §days 261301§ days overdue.",
            subject="Second reminder",
        ),
    ),
    case(
        "en-deadline",
        "A date to pay by.",
        _letter("Could you let us have EUR 2,500.00 for invoice 261301 by §today+7 en§?"),
    ),
    case("en-iso-dates", "Dates as 2026-11-21.", _letter("Invoice 261302, due §due 261302 iso§, GBP 900.00.")),
    case(
        "en-question",
        "A question about an order, no demand.",
        _letter("Could you tell us which purchase order invoice 261301 should carry?", subject="Purchase order"),
    ),
    case("en-short", "No figures.", _letter("Some invoices on your account are past due. When may we expect payment?")),
    case(
        "en-by-invoice",
        "Addressed by the invoice.",
        letter(
            f"Dear Sir or Madam,\n\nInvoice 261302 (GBP 900.00) is overdue.{_SIGNED}",
            peace(),
            to_invoice="261302",
            subject="Invoice 261302",
        ),
    ),
    case(
        "en-attachment",
        "A copy is attached.",
        _letter("A copy of invoice 261301 is attached.", attachments=["invoice_261301.pdf"]),
        before=lambda payt: payt.file("invoice_261301.pdf"),
    ),
    case(
        "en-placeholders",
        "Every figure is filled in by the server.",
        _letter(
            "these invoices are open:\n\n{invoices}\n\nPlease pay {total} before {in 14 days} to {iban}"
            " ({account_holder}), or at {payment_link}. As of {today}.",
            subject="Reminder: {total}",
        ),
    ),
)
