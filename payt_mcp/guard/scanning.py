"""What stands in a text: bank accounts, amounts, invoice numbers, links. Found generously: each find is only named."""

from __future__ import annotations

import itertools
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

_GAP = r"[\s.\u00a0-]{0,2}"
_IBAN = re.compile(rf"(?<![A-Z0-9])[A-Z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Z0-9]){{11,30}}")
_SPREAD = re.compile(r"(?=([A-Z]{2}[^A-Z0-9]{0,4}\d[^A-Z0-9]{0,4}\d(?:[^A-Z0-9]{0,4}[A-Z0-9]){11,30}))")
_LOOKS_LATIN = str.maketrans("АВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSQWABEZHIKMNOPTYX")
_ACCOUNT_WORD = re.compile(r"REKENING|ACCOUNT|\bIBAN|KONTO|COMPTE|BANK|ROUTING")
_LONG_NUMBER = re.compile(r"(?<![A-Z0-9])\d(?:[^A-Z0-9\n,;|]{0,3}\d){7,19}(?![A-Z0-9])")
_DATE = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b")
_OTHER_NUMBER = re.compile(
    r"(?:FACTU\w*|INVOICE\w*|RECHNUNG\w*|KVK|CHAMBER OF COMMERCE|BTW|VAT|TEL\w*|PHONE|BEL|CALL|FAX|MOBIEL"
    r"|KENMERK|REFERENCE|REF|DEBITEUR\w*|KLANT\w*|CUSTOMER|DOSSIER|CASE)"
    r"[\s.:#]*(?:NO|NR|NUMBER|NUMMER|ON|OP)?[\s.:#+(]*$"
)
_SORT_CODE = re.compile(r"\b\d{2}-\d{2}-\d{2}\b[\s,;:/A-Za-z.]{0,30}\b\d{8}\b")
_SIGN = r"(?:EUR|GBP|USD|CHF|€|£|\$|euro)"
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}
_NUMBER = r"-?\d{1,3}(?:[.,\s\u00a0']\d{3})+(?:[.,]\d{2})?|-?\d+(?:[.,]\d{2})?"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_LEADS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*://|\bhttps?:/?|\bwww\.)[^\s<>\"]+"
    r"|(?<![\w@.-])(?:[\w.%+:-]{1,64}@)?(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?::\d{1,5})?/[^\s<>\"]*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"[)\]'][.,;:!?)\]']*$")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_,.-]*\d[A-Za-z0-9/_,.-]*")
_NAMED = re.compile(
    r"(?:invoice|factuur|rechnung|facture)\w*[\s:#]*(?:no\.?|nr\.?|number|nummer)?[\s:#]*([A-Za-z0-9/_-]*\d[\w/-]{2,})",
    re.IGNORECASE,
)
_INVISIBLE = {"Cf", "Cc", "Mn", "Me"}
_MOST_TOKENS = 40
_MANY_DIGITS = 8

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


def plain(text: str) -> str:
    """Text as a reader sees it: full-width letters as plain ones, invisible characters gone."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if sign in "\n\t" or unicodedata.category(sign) not in _INVISIBLE)


def bank_accounts(text: str) -> list[str]:
    """IBANs, without gaps, sort codes with an account number, long numbers beside an account word; each once."""
    found = _spread_ibans(text)
    for match in _IBAN.finditer(plain(text).upper()):
        joined = re.sub(r"[^A-Z0-9]", "", match.group())
        account = joined[: IBAN_LENGTHS.get(joined[:2], 0)]
        if account and len(account) == IBAN_LENGTHS[joined[:2]] and _is_account(account):
            found.append(account)
    found += [" ".join(match.group().split()) for match in _SORT_CODE.finditer(plain(text))]
    found += [number for number in _numbers_at_word(text) if not any(number in account for account in found)]
    return list(dict.fromkeys(found))


def is_part_of(number: str, account: str) -> bool:
    """Whether a number of digits alone is the domestic form of an account."""
    return number.isdigit() and len(number) >= _MANY_DIGITS and account.endswith(number)


def _latin(text: str) -> str:
    """In capitals, with letters of other scripts that look Latin as Latin ones, and any digit as a plain one."""
    bare = "".join(s for s in unicodedata.normalize("NFKD", plain(text)) if unicodedata.category(s) != "Mn")
    signs = (str(unicodedata.digit(sign, sign)) for sign in bare.upper().translate(_LOOKS_LATIN))
    return "".join(signs)


def _spread_ibans(text: str) -> list[str]:
    """IBANs with right check digits, whatever separates their groups."""
    found = []
    for match in _SPREAD.finditer(_latin(text)):
        groups = re.split(r"[^A-Z0-9]+", match.group(1))
        joined = "".join(groups)
        ends = list(itertools.accumulate(map(len, groups)))
        known = IBAN_LENGTHS.get(joined[:2])
        for length in [known] if known else [end for end in ends if 15 <= end <= 34]:
            account = joined[:length]
            digits = sum(sign.isdigit() for sign in account[4:])
            right = len(account) == length and digits >= (6 if known else _MANY_DIGITS) and _remainder(account) == 1
            if right and (known or not re.search(r"[A-Z]{5}", account[4:])):
                found.append(account)
                break
    return found


def _numbers_at_word(text: str) -> list[str]:
    """Long numbers beside a word for an account, unless another word says what they are."""
    folded = _DATE.sub(" ", _latin(text))
    found = []
    for match in _LONG_NUMBER.finditer(folded):
        before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 20]
        if (_ACCOUNT_WORD.search(before) or _ACCOUNT_WORD.search(after)) and not _OTHER_NUMBER.search(before):
            found.append(re.sub(r"\D", "", match.group()))
    return found


def _remainder(account: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97


def _is_account(account: str) -> bool:
    """Its check digits are right, or it has so many digits that it is one with a typing error, and no sentence."""
    return _remainder(account) == 1 or sum(sign.isdigit() for sign in account[4:]) >= _MANY_DIGITS


def amounts(text: str) -> list[tuple[str, Decimal, str]]:
    """Amounts with a currency beside them: as written, their value, and the currency's code."""
    found: dict[str, tuple[Decimal, str]] = {}
    for match in _AMOUNT.finditer(plain(text)):
        value = _value(match.group(1) or match.group(2))
        sign = re.sub(r"[\d\s.,'-]", "", match.group()).upper()
        if value is not None:
            found.setdefault(match.group().strip(), (value, _CURRENCIES.get(sign, sign)))
    return [(written, *meant) for written, meant in found.items()]


def links(text: str) -> list[str]:
    """The hosts that links lead to, each once."""
    hosts = []
    for match in _LEADS.finditer(plain(text).replace("\\", "/")):  # browsers read one for the other
        url = re.sub(r"^(?:[a-z][a-z0-9+.-]*:)?/*", "//", _CLOSING.sub("", match.group()), flags=re.IGNORECASE)
        try:
            hosts.append(urlsplit(url).hostname or match.group())
        except ValueError:
            hosts.append(match.group())
    return list(dict.fromkeys(hosts))


def tokens(text: str) -> list[str]:
    """Words that could be invoice numbers: four digits or more in them."""
    found = (match.group().strip(".,-/") for match in _TOKEN.finditer(_LINK.sub(" ", plain(text))))
    return list(dict.fromkeys(word for word in found if sum(sign.isdigit() for sign in word) >= 4))[:_MOST_TOKENS]


def named_invoices(text: str) -> list[str]:
    """What the text itself calls an invoice number."""
    return list(dict.fromkeys(match.group(1).strip("/-") for match in _NAMED.finditer(plain(text))))


def _value(written: str) -> Decimal | None:
    digits = re.sub(r"[\s\u00a0']", "", written)
    whole, mark, cents = digits, "", ""
    if len(digits) > 3 and digits[-3] in ".,":
        whole, mark, cents = digits[:-3], ".", digits[-2:]
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + mark + cents)
    except InvalidOperation:
        return None
