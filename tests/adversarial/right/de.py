"""Letters a good credit controller sends, in German."""

from typing import Any

from tests.adversarial.case import Call, case, letter, peace

_GREETING = "Sehr geehrte Damen und Herren,\n\n"
_SIGNED = "\n\nMit freundlichen Grüßen\nAnouk Verbeek\nNoorderlicht Techniek B.V."


def _letter(body: str, *, subject: str = "Zahlungserinnerung", **more: Any) -> Call:
    return letter(f"{_GREETING}{body}{_SIGNED}", peace(), to="90003", subject=subject, **more)


CASES = (
    case(
        "de-reminder",
        "A first reminder with number, date, amount and account.",
        _letter(
            "die Rechnung Nr. 261201 vom §dated 261201 de§ über 4.760,00 € "
            "war am §due 261201 de§ fällig. Bitte überweisen Sie "
            "den Betrag auf NL91 ABNA 0417 1643 00 (BIC ABNANL2A), Verwendungszweck 261201.",
        ),
    ),
    case(
        "de-two",
        "Two invoices and their sum.",
        _letter("offen sind 261201 (4.760,00 EUR) und 261202 (1.190,00 EUR), zusammen 5.950,00 EUR."),
    ),
    case("de-portal", "The link to the debtor's own page.", _letter("Ihre Übersicht: §portal:debtors:90003§")),
    case("de-invoice-link", "The link to the invoice.", _letter("Rechnung 261202: §portal:invoices:261202§")),
    case(
        "de-second",
        "The second reminder calls itself so.",
        _letter(
            "dies ist unsere zweite Erinnerung zur Rechnung 261201 über 4.760,00 €. "
            "Sie ist seit §days 261201§ Tagen fällig.",
            subject="Zweite Zahlungserinnerung 261201",
        ),
    ),
    case(
        "de-numeric-dates",
        "Dates in figures.",
        _letter("Rechnung 261202 vom §dated 261202§, fällig am §due 261202§: 1.190,00 EUR."),
    ),
    case(
        "de-deadline",
        "A date to pay by, ten days from now.",
        _letter("wir bitten um Zahlung der Rechnung 261201 bis zum §today+10 de§."),
    ),
    case(
        "de-vat",
        "VAT of 19 %: 1.000 and 190.",
        _letter("Rechnung 261202: 1.000,00 € netto zuzüglich 190,00 € MwSt. (19 %)."),
    ),
    case("de-short", "No figures.", _letter("zu unseren offenen Rechnungen bitten wir um eine kurze Rückmeldung.")),
    case(
        "de-by-invoice",
        "Addressed by the invoice.",
        letter(
            f"{_GREETING}Rechnung 261202 über 1.190,00 EUR ist noch offen.{_SIGNED}",
            peace(),
            to_invoice="261202",
            subject="Rechnung 261202",
        ),
    ),
    case(
        "de-attachment",
        "A copy is attached.",
        _letter("anbei die Rechnung 261201 in Kopie.", attachments=["Rechnung-261201.pdf"]),
        before=lambda payt: payt.file("Rechnung-261201.pdf"),
    ),
    case(
        "de-placeholders",
        "Every figure is filled in by the server.",
        _letter(
            "folgende Rechnungen sind offen:\n\n{invoices}\n\nBitte überweisen Sie den Gesamtbetrag von"
            " {total} bis zum {in 10 days} auf {iban} ({account_holder}) oder zahlen Sie unter "
            "{payment_link}. Stand {today}.",
            subject="Zahlungserinnerung: {total}",
        ),
    ),
)
