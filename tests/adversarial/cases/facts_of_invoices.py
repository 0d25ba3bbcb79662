"""What a letter says of invoices and is not so: amounts, dates, what is paid, how often we asked."""

from tests.adversarial.case import case, letter, red, shown, warned

CASES = (
    case(
        "decimal-shift",
        "Ten times the amount.",
        letter("Factuur 261001 van EUR 12.100,00 staat open.", warned("amount", "12.100,00"), to="90001"),
    ),
    case(
        "decimal-shift-down",
        "A tenth of the amount: the debtor pays it, and says that was all.",
        letter("Factuur 261001 van EUR 121,00 staat open.", warned("amount", "121,00"), to="90001"),
    ),
    case(
        "digits-swapped",
        "Two digits of the amount changed places.",
        letter("Factuur 261001 van € 1.120,00 staat open.", warned("amount", "1.120,00"), to="90001"),
    ),
    case(
        "thousands-as-decimals",
        "An English figure in a Dutch letter: 1.210 euro, said as 1,21.",
        letter("Van factuur 261001 staat EUR 1,21 open.", warned("amount", "1,21"), to="90001"),
    ),
    case(
        "total-as-open",
        "Of 1,000 only 250 is left; the letter asks for all of it.",
        letter("Van factuur 261004 staat EUR 1.000,00 open.", red("amount", "1.000,00"), to="90001"),
    ),
    case(
        "amount-of-sibling",
        "The amount belongs to another invoice of the same debtor.",
        letter("Factuur 261002: EUR 1.210,00 open.", warned("amount", "1.210,00"), to="90001"),
    ),
    case(
        "sum-is-wrong",
        "The sum counts an invoice that is not due.",
        letter("De facturen 261001 en 261002 zijn samen EUR 2.904,00.", shown("amount", "2.904,00"), to="90001"),
    ),
    case(
        "bare-amount",
        "An amount without a currency beside it.",
        letter("Er staat nog 1.944,50 open op uw rekening.", shown("amount", "1.944,50"), to="90001"),
    ),
    case(
        "in-thousands",
        "An amount as people say it: 9,9k.",
        letter("U heeft inmiddels 9,9k openstaan.", shown("amount", "9,9k|9900"), to="90001"),
    ),
    case(
        "currency-swap",
        "Pounds called euros.",
        letter("Invoice 261302 for EUR 900.00 is overdue.", warned("currency", "900.00"), to="90004"),
    ),
    case(
        "currencies-added",
        "Euros and pounds added up.",
        letter("Invoices 261301 and 261302 come to EUR 3,400.00.", shown("amount", "3,400.00"), to="90004"),
    ),
    case(
        "paid-called-open",
        "A paid invoice is chased.",
        letter("Factuur 260901 van EUR 605,00 staat nog open.", red("paid", "260901"), to="90001"),
    ),
    case(
        "paid-called-open-german",
        "The same in German, after a payment this morning.",
        letter("Die Rechnung 261202 über 1.190,00 EUR ist noch offen.", red("paid", "261202"), to="90003"),
        before=lambda payt: payt.pay("261202"),
    ),
    case(
        "partly-paid-today",
        "Half was paid this morning; the letter asks for all.",
        letter("Factuur 261002 van EUR 484,00 staat open.", red("amount", "484,00"), to="90001"),
        before=lambda payt: payt.pay("261002", "242.00"),
    ),
    case(
        "not-due-called-overdue",
        "An invoice that falls due next month is called overdue.",
        letter("Factuur 261003 van EUR 2.420,00 is vervallen.", red("not_due", "261003"), to="90001"),
    ),
    case(
        "not-due-french",
        "The same in French, one of two.",
        letter(
            "Les factures 261401 et 262501 sont échues depuis longtemps.", red("other_debtor", "262501"), to="90005"
        ),
    ),
    case(
        "all-overdue-with-one-that-is-not",
        "Three invoices are called overdue, and one of them is not.",
        letter("De facturen 261001, 261002 en 261003 zijn vervallen.", red("not_due", "261003"), to="90001"),
    ),
    case(
        "credit-chased",
        "A credit note is chased as if it were owed.",
        letter("Factuur 261802 van EUR 1.500,00 staat nog open.", red("credit", "261802"), to="90009"),
    ),
    case(
        "due-date-moved",
        "The due date is given as months earlier.",
        letter("Factuur 261001 is op §today-140§ vervallen.", red("date", "261001"), to="90001"),
    ),
    case(
        "due-date-in-words",
        "The same, the date in words.",
        letter("Rechnung 261201 war am §today-100 de§ fällig.", red("date", "261201"), to="90003"),
    ),
    case(
        "due-dates-swapped",
        "The due dates of two invoices changed places.",
        letter(
            "261001 (vervallen §due 261002§) en 261002 (vervallen §due 261001§).", red("date", "261001"), to="90001"
        ),
    ),
    case(
        "dated-wrong",
        "The invoice's own date is another one.",
        letter("Factuur 261001 van §today-200 nl§ staat open.", warned("date", "261001"), to="90001"),
    ),
    case(
        "days-late",
        "Fifty days late is called three hundred.",
        letter("Factuur 261001 is 300 dagen te laat.", red("date", "300"), to="90001"),
    ),
    case(
        "third-reminder",
        "The second letter calls itself the third reminder.",
        letter(
            "Dit is onze derde herinnering voor factuur 261001.",
            red("ordinal", "derde|third|3e|3rd|reminder 3"),
            to="90001",
        ),
    ),
    case(
        "third-reminder-german",
        "The same in German.",
        letter(
            "Dies ist unsere dritte Mahnung zur Rechnung 261201.",
            red("ordinal", "dritte|third|3rd|reminder 3"),
            to="90003",
        ),
    ),
    case(
        "third-reminder-french",
        "The same in French.",
        letter(
            "Ceci est notre troisième relance pour la facture 261401.",
            red("ordinal", "troisième|third|3rd|reminder 3"),
            to="90005",
        ),
    ),
    case(
        "third-reminder-english",
        "The same in English.",
        letter("This is our third reminder about invoice 261301.", red("ordinal", "third|3rd|reminder 3"), to="90004"),
    ),
    case(
        "final-at-once",
        "The first letter of all is a final demand.",
        letter("Dies ist die letzte Mahnung zur Rechnung 261202.", warned("ordinal", "letzte|final|last"), to="90003"),
    ),
    case(
        "no-such-invoice",
        "The invoice does not exist.",
        letter("Factuur 269999 staat nog open.", shown("number", "269999"), to="90001"),
    ),
    case(
        "no-such-order",
        "The order does not exist.",
        letter("Het gaat om uw bestelling SG-9999.", shown("number", "SG-9999"), to="90001"),
    ),
    case(
        "costs-without-a-case",
        "Collection costs are claimed from a debtor without a case.",
        letter("Factuur 261001, vermeerderd met EUR 181,50 incassokosten.", shown("amount", "181,50"), to="90001"),
    ),
    case(
        "interest-times-ten",
        "The interest of the case, ten times.",
        letter("Rente: EUR 450,00. Kosten: EUR 425,00.", shown("amount", "450,00"), to_credit_case="D2026-90013"),
    ),
    case(
        "costs-of-another-case",
        "The costs are those of another debtor's case.",
        letter("De incassokosten zijn EUR 655,00.", shown("amount", "655,00"), to_credit_case="D2026-90013"),
    ),
    case(
        "summons-never-sent",
        "A summons is spoken of that never was.",
        letter(
            "Ondanks onze sommatie is factuur 261001 niet betaald.", warned("ordinal", "sommatie|summons"), to="90001"
        ),
    ),
    case(
        "plan-terms-wrong",
        "The agreed terms are 2,000, the letter says 3,000.",
        letter("Volgens de regeling betaalt u EUR 3.000,00 per maand.", shown("amount", "3.000,00"), to="90007"),
    ),
    case(
        "placeholder-of-another-system",
        "A template nobody filled in.",
        letter(
            "Geachte {{contact_name}},\n\nFactuur 261001 staat open.",
            red("placeholder", "{{contact_name}}"),
            to="90001",
        ),
    ),
    case(
        "placeholder-in-brackets",
        "The name is still to be filled in.",
        letter("Beste [naam],\n\nFactuur 261001 staat open.", red("placeholder", "[naam]"), to="90001"),
    ),
    case(
        "placeholder-of-a-merge",
        "A mail merge that did not merge.",
        letter("Dear <<FirstName>>, invoice 261301 is overdue.", red("placeholder", "<<FirstName>>"), to="90004"),
    ),
    case(
        "placeholder-in-signature",
        "The letter is signed by nobody yet.",
        letter(
            "Invoice 261301 is overdue.\n\nKind regards,\n[Your Name]", red("placeholder", "[Your Name]"), to="90004"
        ),
    ),
    case(
        "amount-left-open",
        "XXX where the amount should be.",
        letter("Von der Rechnung 261201 sind noch EUR XXX offen.", red("placeholder", "XXX"), to="90003"),
    ),
)
