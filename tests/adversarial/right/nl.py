"""Letters a good credit controller sends, in Dutch."""

from typing import Any

from tests.adversarial.case import Call, case, letter, peace

_GREETING = "Geachte heer, mevrouw,\n\n"
_SIGNED = "\n\nMet vriendelijke groet,\nAnouk Verbeek\nNoorderlicht Techniek B.V.\ndebiteuren@noorderlicht.example"


def _letter(body: str, to: str = "90001", *, subject: str = "Herinnering", may: str = "", **more: Any) -> Call:
    return letter(f"{_GREETING}{body}{_SIGNED}", peace(may), to=to, subject=subject, **more)


CASES = (
    case(
        "nl-reminder",
        "A first reminder with number, date, amount and account.",
        _letter(
            "Volgens onze administratie staat factuur 261101 van §dated 261101 nl§ "
            "met een bedrag van € 3.630,00 nog open. "
            "De vervaldatum was §due 261101 nl§. Wilt u dit bedrag binnen 7 dagen overmaken op NL91 ABNA 0417 1643 00 "
            "t.n.v. Noorderlicht Techniek B.V., onder vermelding van 261101?",
            "90002",
        ),
    ),
    case(
        "nl-table",
        "A table of what is overdue, with its sum.",
        _letter(
            "De volgende facturen zijn vervallen:\n\n"
            "Factuur   Vervaldatum   Openstaand\n"
            "261001    §due 261001§    1.210,00\n"
            "261002    §due 261002§      484,00\n261004    §due 261004§      250,00\n"
            "Totaal                  1.944,00\n\nWij zien uw betaling graag tegemoet.",
        ),
    ),
    case(
        "nl-portal",
        "A payment link to the debtor's own invoice.",
        _letter("Factuur 261101 kunt u direct betalen via §portal:invoices:261101§", "90002"),
    ),
    case(
        "nl-second-reminder",
        "The second reminder calls itself so.",
        _letter(
            "Dit is onze tweede herinnering voor factuur 261001 (€ 1.210,00), "
            "nu §days 261001§ dagen over de vervaldatum.",
            subject="Tweede herinnering factuur 261001",
        ),
    ),
    case(
        "nl-partly-paid",
        "What was paid, what is left.",
        _letter(
            "Dank voor uw betaling van € 750,00 op factuur 261004. "
            "Van het totaal van € 1.000,00 resteert nog € 250,00. "
            "Wilt u dit restant ook voldoen?",
        ),
    ),
    case(
        "nl-order-number",
        "The debtor's own order number.",
        _letter("Factuur 261001, uw bestelling SG-7781, staat nog open voor EUR 1.210,00."),
    ),
    case(
        "nl-thanks",
        "Thanks for a payment.",
        _letter(
            "Hartelijk dank: factuur 260901 van € 605,00 is betaald. Er is niets meer nodig.",
            subject="Dank voor uw betaling",
        ),
    ),
    case(
        "nl-vat-split",
        "An invoice with its VAT: 1,000 and 21 %.",
        _letter("Factuur 261001 bestaat uit € 1.000,00 exclusief btw en € 210,00 btw (21%), samen € 1.210,00."),
    ),
    case(
        "nl-two-invoices",
        "Two invoices of one debtor, the sum of both.",
        _letter(
            "Van u staan de facturen 263101 (€ 812,50) en 263102 (€ 187,50) open, samen precies € 1.000,00.", "90022"
        ),
    ),
    case(
        "nl-courtesy",
        "A friendly word before an invoice falls due.",
        _letter(
            "Factuur 262501 van € 900,00 vervalt op §due 262501 nl§. "
            "Deze mail is alleen een vriendelijke vooraankondiging.",
            "90016",
            may="nothing_owed",
            subject="Aankondiging",
        ),
    ),
    case(
        "nl-short",
        "Two sentences, no figures.",
        _letter(
            "Er staan nog facturen van u open. Wilt u laten weten wanneer wij uw betaling mogen verwachten?", "90022"
        ),
    ),
    case(
        "nl-by-invoice",
        "Addressed by the invoice, with its number in the subject.",
        letter(
            f"{_GREETING}Factuur 263101 (EUR 812,50) is op §due 263101§ vervallen.{_SIGNED}",
            peace(),
            to_invoice="263101",
            subject="Factuur 263101",
        ),
    ),
    case(
        "nl-attachment",
        "A copy of the invoice is attached.",
        _letter(
            "Op uw verzoek een kopie van factuur 261001.", attachments=["261001.pdf"], subject="Kopie factuur 261001"
        ),
        before=lambda payt: payt.file("261001.pdf"),
    ),
    case(
        "nl-answer",
        "An answer to a question, with a phone number and office hours.",
        _letter(
            "U vroeg naar de specificatie van factuur 261002. "
            "Wij bellen u morgen tussen 9.00 en 12.30 uur; u bereikt ons op "
            "050-1234567.",
            subject="Uw vraag",
        ),
    ),
    case(
        "nl-placeholders",
        "Every figure is filled in by the server.",
        _letter(
            "De volgende facturen staan open:\n\n{invoices}\n\nWilt u het totaal van {total} voor {in "
            "14 days} overmaken op {iban} ten name van {account_holder}, of betalen via {payment_link}?"
            " Stand van {today}.",
            subject="Herinnering: {total}",
        ),
    ),
)
