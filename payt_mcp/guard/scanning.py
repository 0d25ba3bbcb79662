"""What stands in a text: bank accounts, amounts, invoice numbers, links. Found generously: each find is only named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
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
_NUMBER = r"(?:-?\d{1,3}(?:[.,\s\u00a0']\d{3}){1,5}(?:[.,]\d{2})?|-?\d{1,30}(?:[.,]\d{2})?)(?!\d)"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|(?<!\d)({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_PRICED = re.compile(rf"{_SIGN}[^\S\n]?\Z", re.IGNORECASE), re.compile(rf"\s?{_SIGN}(?!\s?-?\d)", re.IGNORECASE)
"""What stands before, or behind, a figure that is an amount."""

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_LEADS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bhttps?:/?|\bwww\d?\.)[^\s<>\"]+", re.IGNORECASE)
_DAY = re.compile(r"\b(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{4}))\b")
_WIDE_GAP = re.compile(r"[^\S\n]{40}|(?:[^\S\n]*\n){8}")
_CLOSING = re.compile(r"[)\]'][.,;:!?)\]']*$")
_TOKEN = re.compile(r"[A-Za-z0-9/_,.-]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NAMED = re.compile(
    r"(?:invoice|factuur|rechnung|facture)\w{0,20}[\s:#]{0,4}(?:no\.?|nr\.?|number|nummer)?[\s:#]{0,4}"
    r"([A-Za-z0-9/_-]{0,30}\d[\w/-]{2,40})",
    re.IGNORECASE,
)
_MOST_TOKENS = 40
_MANY_DIGITS = 8


class Amount(NamedTuple):
    """An amount as written, its value, the currency's code, and where it stands in the plain text."""

    written: str
    value: Decimal
    currency: str
    at: int


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


def amounts(text: str, numbers: Collection[str] = ()) -> list[Amount]:
    """Amounts with a currency beside them, in their order and as often as they stand there. `numbers` are known to be
    numbers of invoices: `2026002270 EUR 84.64` is one amount.
    """
    found = []
    for match in _AMOUNT.finditer(_without(without_dates(plain(text)), numbers)):
        value = _value(match.group(1) or match.group(2))
        sign = re.sub(r"[\d\s.,'-]", "", match.group()).upper()
        if value is not None:
            found.append(Amount(match.group().strip(), value, _CURRENCIES.get(sign, sign), match.start()))
    return found


def _without(text: str, numbers: Collection[str]) -> str:
    """A text in which no invoice number and no year passes for an amount, or for a part of one."""

    def put(match: re.Match[str]) -> str:
        before, after = text[max(0, match.start() - 5) : match.start()], text[match.end() : match.end() + 10]
        is_priced = _PRICED[0].search(before) or _PRICED[1].match(after)
        word = _word(match)
        is_number = word and (word in numbers or _YEAR.fullmatch(word))
        return "|" * len(match.group()) if is_number and not is_priced else match.group()

    return _TOKEN.sub(put, text)


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
    """Words that could be invoice numbers, as many as are looked up."""
    return list(words(text))[:_MOST_TOKENS]


def words(text: str) -> dict[str, list[int]]:
    """Words that could be invoice numbers, four digits or more in them, and where they stand in the plain text."""
    found: dict[str, list[int]] = {}
    for match in _TOKEN.finditer(_LINK.sub(lambda link: " " * len(link.group()), plain(text))):
        if word := _word(match):
            found.setdefault(word, []).append(match.start())
    return found


def numbers_among(text: str, known: Collection[str]) -> dict[str, list[int]]:
    """Known invoice numbers, and where they stand; a year only where the text calls it the number of an invoice."""
    called = {match.start(1) for match in _NAMED.finditer(plain(text))}
    found = {word: places for word, places in words(text).items() if word in known}
    found |= {word: [at for at in places if at in called] for word, places in found.items() if _YEAR.fullmatch(word)}
    return {word: places for word, places in found.items() if places}


def _word(match: re.Match[str]) -> str:
    """Without the punctuation around it; "" where it cannot be the number of an invoice."""
    word = match.group().lstrip("/_,.-").rstrip(".,-/")
    return word if sum(sign.isdigit() for sign in word) >= 4 else ""


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
