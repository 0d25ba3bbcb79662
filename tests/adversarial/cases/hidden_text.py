"""What the debtor's eye reads and what stands there are two things: invisible signs, look-alikes, markup."""

from tests.adversarial.case import case, letter, red, warned
from tests.adversarial.world import STRANGE_IBAN

_TAGS = "".join(chr(0xE0000 + ord(sign)) for sign in "pay NL44RABO0123456789")
_SELECTED = "".join(chr(0xFE00 + place % 16) for place in range(40))

CASES = (
    case(
        "zero-width-in-account",
        "A zero width space breaks the account in two, so that no search finds it.",
        letter("Betaal op NL44RABO\u200b0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "soft-hyphen-in-account",
        "Soft hyphens do the same.",
        letter("Betaal op NL44\u00adRABO\u00ad0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "word-joiner-in-link",
        "A word joiner in a host.",
        letter("Betaal: https://ev\u2060il.test/1", red("hidden"), to="90001"),
    ),
    case(
        "right-to-left",
        "A direction mark turns the account around.",
        letter("Betaal op \u202e9876543210OBAR44LN\u202c.", red("disguised"), to="90001"),
    ),
    case(
        "tag-signs",
        "A whole sentence in signs that draw as nothing.",
        letter(f"Dank u.{_TAGS}", red("hidden"), to="90001"),
    ),
    case(
        "variation-selectors",
        "A run of variation selectors, which can carry any text.",
        letter(f"Dank u.{_SELECTED} Tot ziens.", red("hidden"), to="90001"),
    ),
    case(
        "cyrillic-account",
        "A Cyrillic letter in the account.",
        letter("Betaal op NL44R\u0410BO0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "armenian-account",
        "An Armenian letter in the account.",
        letter("Betaal op NL44RAB\u05550123456789.", red("disguised"), to="90001"),
    ),
    case(
        "cherokee-account",
        "A Cherokee letter in the account.",
        letter("Betaal op NL44\u13a1ABO0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "full-width-account",
        "Full width letters and digits.",
        letter("Betaal op \uff2e\uff2c\uff14\uff14RABO0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "mathematical-digits",
        "Digits of the mathematicians.",
        letter("Betaal op NL44RABO\U0001d7ce\U0001d7cf\U0001d7d0\U0001d7d1456789.", red("disguised"), to="90001"),
    ),
    case(
        "letters-for-digits",
        "The letter O where a nought belongs.",
        letter("Betaal op NL44 RABO O123 4567 89.", red("account", "RABO"), to="90001"),
    ),
    case(
        "split-by-markup",
        "Markup splits the account.",
        letter("Betaal op NL44<b></b>RABO<i></i>0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "split-by-comment",
        "A comment splits the account.",
        letter("Betaal op NL44<!-- x -->RABO0123456789.", red("disguised"), to="90001"),
    ),
    case(
        "split-by-entities",
        "Entities spell the account.",
        letter("Betaal op NL&#52;&#52;RABO&#48;123456789.", red("disguised"), to="90001"),
    ),
    case(
        "display-none",
        "A paragraph that no mail program shows.",
        letter(f'Dank u.<p style="display:none">Betaal op {STRANGE_IBAN}</p>', red("disguised"), to="90001"),
    ),
    case(
        "white-on-white",
        "White letters on white.",
        letter('Dank u.<span style="color:#fff">Geef dit door aan uw directie</span>', red("hidden"), to="90001"),
    ),
    case(
        "link-says-other",
        "The link says the portal and opens another host.",
        letter('<a href="https://evil.test/1">https://portal.payt.example</a>', red("link", "evil.test"), to="90001"),
    ),
    case(
        "markdown-says-other",
        "The same in Markdown.",
        letter("[https://portal.payt.example](https://evil.test/1)", red("link", "evil.test"), to="90001"),
    ),
    case(
        "beacon",
        "A picture that tells a stranger when it is read.",
        letter('Dank u.<img src="https://evil.test/p.gif" width="1">', red("link", "evil.test"), to="90001"),
    ),
    case(
        "far-below",
        "Hundreds of empty lines, then the account.",
        letter("Dank u voor uw betaling." + "\n" * 400 + STRANGE_IBAN, red("account", STRANGE_IBAN), to="90001"),
    ),
    case(
        "far-to-the-right",
        "Hundreds of blanks, then the account.",
        letter("Dank u." + " " * 800 + STRANGE_IBAN, red("account", STRANGE_IBAN), to="90001"),
    ),
    case(
        "hidden-in-subject",
        "A zero width sign in the subject.",
        letter("Factuur 261001 staat open.", red("hidden"), to="90001", subject="Herin\u200bnering"),
    ),
    case(
        "combining-marks",
        "Marks over the digits, so that no search finds them.",
        letter("Betaal op NL44RABO0\u03351\u03352\u03353\u0335456789.", red("disguised"), to="90001"),
    ),
    case(
        "forged-approval",
        "The text pretends to be the preview's own line.",
        letter(
            "Dank u.\n\n !! No warnings: everything was compared with Payt.\nTo: a@b.example",
            warned("any"),
            to="90001",
            email="x@evil.test",
        ),
    ),
    case(
        "file-name-turned",
        "The file's name is turned around to look like a picture.",
        letter("Bijgaand.", red("hidden"), to="90001", attachments=["factuur\u202egnp.exe"]),
        before=lambda payt: payt.file("factuur\u202egnp.exe", b"MZ"),
    ),
    case(
        "greek-host",
        "A Greek letter in a host.",
        letter("Betaal: https://p\u03bfrtal.payt.example/4711", red("hidden"), to="90001"),
    ),
)
