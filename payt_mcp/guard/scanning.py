"""What stands in a text: bank accounts, amounts, invoice numbers, links. Found generously: each find is only named."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

_GAP = r"[\s.\u00a0-]{0,2}"
_IBAN = re.compile(rf"(?<![A-Z0-9])[A-Z]{{2}}{_GAP}\d{_GAP}\d(?:{_GAP}[A-Z0-9]){{11,30}}")
_SORT_CODE = re.compile(r"\b\d{2}-\d{2}-\d{2}\b[\s,;:/A-Za-z.]{0,30}\b\d{8}\b")
_SIGN = r"(?:EUR|GBP|USD|CHF|€|£|\$|euro)"
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}
_NUMBER = r"-?\d{1,3}(?:[.,\s\u00a0']\d{3})+(?:[.,]\d{2})?|-?\d+(?:[.,]\d{2})?"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
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
    """IBANs, without gaps, and sort codes with an account number; each once."""
    found = []
    for match in _IBAN.finditer(plain(text).upper()):
        joined = re.sub(r"[^A-Z0-9]", "", match.group())
        account = joined[: IBAN_LENGTHS.get(joined[:2], 0)]
        if account and len(account) == IBAN_LENGTHS[joined[:2]] and _is_account(account):
            found.append(account)
    found += [" ".join(match.group().split()) for match in _SORT_CODE.finditer(plain(text))]
    return list(dict.fromkeys(found))


def _is_account(account: str) -> bool:
    """Its check digits are right, or it has so many digits that it is one with a typing error, and no sentence."""
    number = int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4]))
    return number % 97 == 1 or sum(sign.isdigit() for sign in account[4:]) >= _MANY_DIGITS


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
    for match in _LINK.finditer(plain(text)):
        url = match.group() if "://" in match.group() else f"//{match.group()}"
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
