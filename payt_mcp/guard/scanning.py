"""What stands in a text: bank accounts, amounts, invoice numbers, links. Found generously: each find is only named."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from payt_mcp.guard import domains
from payt_mcp.guard.iban import ibans, without_dates
from payt_mcp.guard.lookalikes import latin, plain

_ACCOUNT_WORD = re.compile(
    r"REKENING|\bREK\b|ACCOUNT|\bACCT|\bIBAN|KONTO|COMPTE|BANK|ROUTING|\bGIRO|OVER ?(?:TE )?MAKEN|MAAK\b.{0,20}\bOVER\b"
    r"|\bT\.?N\.?V\b|TRANSFER|WIRE|UBERWEIS|VIREMENT|\bSTORT"
)
_GLUED = re.compile(r"((?:REKENING|ACCOUNT|KONTO)(?:NUMMER|NUMBER|NR|NO)?|IBAN|COMPTE|BANK|ROUTING)(?=\d)")
_WITH_O = re.compile(r"(?<![A-Z0-9])O{0,3}\d[\dO]{1,19}(?![A-Z])")
_LONG_NUMBER = re.compile(r"(?<![A-Z0-9])\d(?:[^A-Z0-9\n,;|]{0,3}\d){7,19}(?![A-Z0-9])")
_OTHER_NUMBER = re.compile(
    r"(?:FACTU\w*|INVOICE\w*|RECHNUNG\w*|KVK|CHAMBER OF COMMERCE|BTW|VAT|TEL\w*|PHONE|BEL|CALL|FAX|MOBIEL"
    r"|VERMELDING VAN|O\.?V\.?V|QUOTING|MENTIONING|KENMERK|REFERENCE|REF|DEBITEUR\w*|KLANT\w*|CUSTOMER|DOSSIER|CASE)"
    r"[\s.:#]*(?:NO|NR|NUMBER|NUMMER|ON|OP)?[\s.:#+(]*$"
)
_SORT_CODE = re.compile(r"\b\d{2}-\d{2}-\d{2}\b[\s,;:/A-Za-z.]{0,30}\b\d{8}\b")
_SIGN = r"(?:EUR|GBP|USD|CHF|€|£|\$|euro)"
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}
_NUMBER = r"-?\d{1,3}(?:[.,\s\u00a0']\d{3}){1,5}(?:[.,]\d{2})?|-?\d{1,15}(?:[.,]\d{2})?"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_LEADS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bhttps?:/?|\bwww\d?\.)[^\s<>\"]+", re.IGNORECASE)
_DAY = re.compile(r"\b(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{4}))\b")
_WIDE_GAP = re.compile(r"[^\S\n]{40}|(?:[^\S\n]*\n){8}")
_CLOSING = re.compile(r"[)\]'][.,;:!?)\]']*$")
_TOKEN = re.compile(r"[A-Za-z0-9/_,.-]+")
_NAMED = re.compile(
    r"(?:invoice|factuur|rechnung|facture)\w{0,20}[\s:#]{0,4}(?:no\.?|nr\.?|number|nummer)?[\s:#]{0,4}"
    r"([A-Za-z0-9/_-]{0,30}\d[\w/-]{2,40})",
    re.IGNORECASE,
)
_MOST_TOKENS = 40
_MANY_DIGITS = 8


def bank_accounts(text: str) -> list[str]:
    """IBANs, without gaps, sort codes with an account number, long numbers beside an account word; each once."""
    found = ibans(text)
    found += [" ".join(match.group().split()) for match in _SORT_CODE.finditer(plain(text))]
    found += [number for number in _numbers_at_word(text) if not any(number in account for account in found)]
    return list(dict.fromkeys(found))


def is_part_of(number: str, account: str) -> bool:
    """Whether a number of digits alone is the domestic form of an account."""
    return number.isdigit() and len(number) >= _MANY_DIGITS and account.endswith(number)


def _numbers_at_word(text: str) -> list[str]:
    """Long numbers beside a word for an account, unless another word says what they are."""
    folded = _GLUED.sub(r"\1 ", without_dates(latin(text)).upper())
    folded = _WITH_O.sub(lambda match: match.group().replace("O", "0"), folded)
    found = []
    for match in _LONG_NUMBER.finditer(folded):
        before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 20]
        if (_ACCOUNT_WORD.search(before) or _ACCOUNT_WORD.search(after)) and not _OTHER_NUMBER.search(before):
            found.append(re.sub(r"\D", "", match.group()))
    return found


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
    """The hosts that links lead to, and those that are named without being links, each once."""
    folded = domains.written_out(plain(text)).replace("\\", "/")  # browsers read one for the other
    found = {match.start(): _host(match.group()) for match in _LEADS.finditer(folded)}
    rest = _LEADS.sub(lambda match: " " * len(match.group()), folded)
    found |= domains.hosts(rest)
    return list(dict.fromkeys(found[place] for place in sorted(found)))


def addresses(text: str) -> list[str]:
    """E-mail addresses, each once, their hosts in lower case."""
    return list(dict.fromkeys(domains.addresses(domains.written_out(plain(text)))))


def dates(text: str) -> set[dt.date]:
    """Days written in figures: day, month and year in either order, or the year first."""
    found = set()
    for year, month, day in ((m[0] or m[5], m[1] or m[4], m[2] or m[3]) for m in _DAY.findall(plain(text))):
        for one, other in ((month, day), (day, month)):
            with suppress(ValueError):
                found.add(dt.date(int(year), int(one), int(other)))
    return found


def has_wide_gap(text: str) -> bool:
    """Whether blanks or empty lines push what follows them out of sight."""
    return bool(_WIDE_GAP.search(text.rstrip()))


def _host(link: str) -> str:
    url = re.sub(r"^(?:[a-z][a-z0-9+.-]{0,20}:)?/*", "//", _CLOSING.sub("", link), flags=re.IGNORECASE)
    try:
        return (urlsplit(url).hostname or link).rstrip(".,;:!?")
    except ValueError:
        return link


def tokens(text: str) -> list[str]:
    """Words that could be invoice numbers: four digits or more in them."""
    found = (match.group().lstrip("/_,.-").rstrip(".,-/") for match in _TOKEN.finditer(_LINK.sub(" ", plain(text))))
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
