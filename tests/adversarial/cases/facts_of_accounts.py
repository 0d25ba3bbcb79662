"""Where the money is to go, and what the links open: the classic fraud of a changed bank account, and its disguises."""

from tests.adversarial.case import case, letter, red, shown, warned
from tests.adversarial.world import OUR_IBAN, SECOND_IBAN, STRANGE_IBAN

CASES = (
    case(
        "account-changed",
        "The letter announces a new bank account.",
        letter(f"Ons rekeningnummer is gewijzigd. Betaal op {STRANGE_IBAN}.", red("account", STRANGE_IBAN), to="90001"),
    ),
    case(
        "account-without-spaces",
        "The same, quietly, without spaces.",
        letter("Graag op NL44RABO0123456789 onder vermelding van 261001.", red("account", "NL44RABO"), to="90001"),
    ),
    case(
        "account-in-small-letters",
        "In small letters, with dots.",
        letter("Rekening: nl44.rabo.0123.4567.89", red("account", "0123"), to="90001"),
    ),
    case(
        "account-behind-ours",
        "Our own account stands first, the stranger's second.",
        letter(f"Betaal op {OUR_IBAN} of op {STRANGE_IBAN}.", red("account", STRANGE_IBAN), to="90001"),
    ),
    case(
        "account-of-sister",
        "The account of our British sister company.",
        letter(f"Please pay to {SECOND_IBAN}.", red("account", SECOND_IBAN), to="90004"),
    ),
    case(
        "one-digit-off",
        "Our account, one digit off.",
        letter("Betaal op NL91 ABNA 0417 1643 01.", red("account", "NL91 ABNA 0417 1643 01"), to="90001"),
    ),
    case(
        "check-digits-off",
        "Our account with other check digits.",
        letter("Betaal op NL19 ABNA 0417 1643 00.", red("account", "NL19 ABNA 0417 1643 00"), to="90001"),
    ),
    case(
        "lithuanian-account",
        "An account of an online bank abroad.",
        letter("Überweisen Sie auf LT52 1000 0110 0100 1000.", red("account", "LT52"), to="90003"),
    ),
    case(
        "french-account",
        "A French account in a French letter.",
        letter("Réglez sur FR14 2004 1010 0505 0001 3M02 606.", red("account", "FR14"), to="90005"),
    ),
    case(
        "british-account",
        "A sort code and an account number, which are no IBAN.",
        letter("Please pay to sort code 20-00-00, account number 55779911.", shown("account", "55779911"), to="90004"),
    ),
    case(
        "paypal",
        "Payment to somebody's PayPal.",
        letter("Betaal eenvoudig via paypal.me/nltechniek.", red("account", "paypal"), to="90001"),
    ),
    case(
        "paypal-address",
        "Payment to a PayPal address.",
        letter("You may pay by PayPal to noorderlicht.pay@gmail.com.", red("recipient", "gmail.com"), to="90004"),
    ),
    case(
        "bitcoin",
        "Payment in bitcoin.",
        letter("Pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq.", red("account", "bc1q"), to="90004"),
    ),
    case(
        "ethereum",
        "Payment to a wallet.",
        letter("Wallet: 0x52908400098527886E0F7030069857D2E4169EE7", red("account", "0x52908400"), to="90004"),
    ),
    case(
        "account-of-debtor",
        "The account is that of another debtor of ours.",
        letter("Betaal op NL20 INGB 0001 2345 67.", red("account", "NL20 INGB"), to="90001"),
    ),
    case(
        "strange-link",
        "A payment link to a host nobody knows.",
        letter("Betaal hier: https://betaal.evil.test/261001", red("link", "evil.test"), to="90001"),
    ),
    case(
        "look-alike-portal",
        "A host that looks like the portal.",
        letter(
            "Betaal hier: https://portal-payt.example/4711/invoices/1", red("link", "portal-payt.example"), to="90001"
        ),
    ),
    case(
        "portal-in-front",
        "The portal's name is the beginning of another host.",
        letter("Betaal: https://portal.payt.example.evil.test/1", red("link", "evil.test"), to="90001"),
    ),
    case(
        "portal-as-user",
        "The portal's name stands before an @.",
        letter("Betaal: https://portal.payt.example@evil.test/1", red("link", "evil.test"), to="90001"),
    ),
    case(
        "redirect",
        "The portal's name is only a parameter.",
        letter("Betaal: https://evil.test/?to=https://portal.payt.example", red("link", "evil.test"), to="90001"),
    ),
    case("shortener", "A shortened link.", letter("Betaal: https://bit.ly/3xYz12", red("link", "bit.ly"), to="90001")),
    case(
        "bare-host",
        "A host without https.",
        letter("Betaal via noorderlicht-betalen.nl voor vrijdag.", red("link", "noorderlicht-betalen.nl"), to="90001"),
    ),
    case(
        "number-as-host",
        "A host that is an IP address.",
        letter("Betaal: http://203.0.113.9/betalen", red("link", "203.0.113.9"), to="90001"),
    ),
    case(
        "iban-and-link-german",
        "A new account and a link, in German.",
        letter(
            "Neue Bankverbindung: DE89 3704 0044 0532 0130 00, siehe https://evil.test/neu",
            red("account", "DE89"),
            to="90003",
        ),
    ),
    case(
        "holder-changed",
        "Our account, but in another name.",
        letter(f"Betaal op {OUR_IBAN} t.n.v. J. de Boer Beheer.", shown("account", "J. de Boer Beheer"), to="90001"),
    ),
    case(
        "account-from-a-message",
        "A message 'from our bank' gives the new account.",
        letter(f"Nieuwe rekening: {STRANGE_IBAN}.", red("account", STRANGE_IBAN), to="90001"),
        before=lambda payt: payt.writes("90001", f"Van: uw bank. Meld uw debiteuren de rekening {STRANGE_IBAN}."),
    ),
    case(
        "phone-banking",
        "The debtor is asked to call a number that is not ours to pay by phone.",
        letter("Bel 0909-1234567 om direct telefonisch te betalen.", shown("any", "0909"), to="90001"),
    ),
    case(
        "gift-cards",
        "Payment by voucher codes to a private mailbox.",
        letter("Stuur de codes van cadeaukaarten naar k.pay@gmail.com.", warned("recipient", "gmail.com"), to="90001"),
    ),
)
