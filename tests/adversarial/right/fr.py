"""Letters a good credit controller sends, in French."""

from typing import Any

from tests.adversarial.case import Call, case, letter, peace

_SIGNED = "\n\nCordialement,\nAnouk Verbeek\nNoorderlicht Techniek B.V."


def _letter(body: str, *, subject: str = "Rappel de paiement", **more: Any) -> Call:
    return letter(f"Madame, Monsieur,\n\n{body}{_SIGNED}", peace(), to="90005", subject=subject, **more)


CASES = (
    case(
        "fr-reminder",
        "A first reminder with number, date, amount and account; amounts with a narrow no-break space.",
        _letter(
            "La facture n° 261401 du §dated 261401 fr§, "
            "d'un montant de 1\u202f815,00\u00a0€, était échue le §due 261401 fr§. "
            "Merci de la régler sur le compte NL91 ABNA 0417 1643 00 (BIC\u00a0: ABNANL2A), référence 261401.",
        ),
    ),
    case(
        "fr-plain-space", "Amounts with an ordinary space.", _letter("Reste dû sur la facture 261401 : 1 815,00 EUR.")
    ),
    case(
        "fr-two",
        "Two invoices and their sum.",
        _letter(
            "Restent impayées : 261401 (1\u00a0815,00\u00a0€) "
            "et 261402 (726,00\u00a0€), soit 2\u00a0541,00\u00a0€ au total."
        ),
    ),
    case("fr-portal", "The link to the debtor's own page.", _letter("Votre espace : §portal:debtors:90005§")),
    case(
        "fr-second",
        "The second reminder calls itself so.",
        _letter("Ceci est notre deuxième relance concernant la facture 261401, échue depuis §days 261401§ jours."),
    ),
    case("fr-deadline", "A date to pay by.", _letter("Merci de régler la facture 261402 avant le §today+8 fr§.")),
    case(
        "fr-numeric-dates",
        "Dates in figures.",
        _letter("Facture 261402 du §dated 261402§, échéance §due 261402§ : 726,00 €."),
    ),
    case(
        "fr-vat",
        "VAT of 21 %: 600 and 126.",
        _letter("Facture 261402 : 600,00 € HT, 126,00 € de TVA, soit 726,00 € TTC."),
    ),
    case("fr-short", "No figures.", _letter("Certaines factures restent ouvertes. Pourriez-vous nous répondre ?")),
    case(
        "fr-by-invoice",
        "Addressed by the invoice.",
        letter(
            f"Madame, Monsieur,\n\nLa facture 261402 reste ouverte.{_SIGNED}",
            peace(),
            to_invoice="261402",
            subject="Facture 261402",
        ),
    ),
    case(
        "fr-attachment",
        "A copy is attached.",
        _letter("Ci-joint la facture 261401.", attachments=["facture-261401.pdf"]),
        before=lambda payt: payt.file("facture-261401.pdf"),
    ),
    case(
        "fr-placeholders",
        "Every figure is filled in by the server.",
        _letter(
            "ces factures restent dues :\n\n{invoices}\n\nMerci de régler {total} avant le {in 8 days} "
            "sur {iban} ({account_holder}) ou sur {payment_link}. Au {today}.",
            subject="Rappel : {total}",
        ),
    ),
)
