"""What stands in a text: bank accounts, amounts, invoice numbers, links. Found generously: each find is only named."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from urllib.parse import urlsplit

from payt_mcp.words.lookalikes import latin, plain
from payt_mcp.writes.message import domains
from payt_mcp.writes.message.iban import ibans, without_dates

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
_SIGN = r"(?:EUR(?:O|(?!O))|GBP|USD|CHF|€|£|\$)"
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}
_NUMBER = r"(?:-?\d{1,3}(?:[.,\s\u00a0']\d{3}){1,5}(?:[.,]\d{2})?|-?\d{1,30}(?:[.,]\d{2})?)(?!\d)"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|(?<!\d)({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_PRICED = (
    re.compile(rf"(?:{_SIGN}[^\S\n]?|(?<!\d)(?<!\d\s){_SIGN}\n)\Z", re.IGNORECASE),
    re.compile(rf"\s?{_SIGN}(?!\s?-?\d)", re.IGNORECASE),
)
"""What stands before, or behind, a figure that is an amount. A sign at the end of a line may be the amount's there."""

_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_PRICED = re.compile(rf"({_YEAR.pattern})\s?{_SIGN}(?=\s?-?({_NUMBER}))", re.IGNORECASE)
"""A figure that may be a year, or an amount whose sign would be taken for that of the next figure."""

_MONTH = re.compile(
    r"\b(?:jan|feb|f[e\u00e9]v|maa|mrt|mar|m\u00e4r|apr|avr|mei|may|mai|jun|jul|jui|aug|ao[u\u00fb]|sep|okt|oct|nov|de[cz]"
    r"|d\u00e9c)[^\W\d]*\.?(?:\s\d{1,2}(?:st|nd|rd|th)?,?)?\s?\Z",
    re.IGNORECASE,
)
_CENTS = re.compile(r"\d[.,]\d\d(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
_LEADS = re.compile(r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bhttps?:/?|\bwww\d?\.)[^\s<>\"]+", re.IGNORECASE)
_DAY = re.compile(r"\b(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{4}))\b")
_WIDE_GAP = re.compile(r"[^\S\n]{40}|(?:[^\S\n]*\n){8}")
_CLOSING = re.compile(r"[)\]'][.,;:!?)\]']*$")
_TOKEN = re.compile(r"[A-Za-z0-9/_,.-]+")
_CUT = re.compile(r"[,/]|(?<=[A-Za-z]{2})\.")
_CENTS_BEHIND = re.compile(r",(?:\d{1,2}(?!\d)|-)")
"""What follows the whole part of an amount, and not the number of an invoice."""
_NAMED = re.compile(
    r"(?:invoice|factuur|rechnung|facture)\w{0,20}[\s:#]{0,4}(?:no\.?|nr\.?|number|nummer)?[\s:#]{0,4}"
    r"([A-Za-z0-9/_-]{0,30}\d[\w/-]{2,40})",
    re.IGNORECASE,
)
_MOST_TOKENS = 40
_MANY_DIGITS = 8
_MOST_AROUND = 8
_MOST_IN_ROW = 300


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
    dateless = without_dates(plain(text))
    masked = _without(dateless, numbers)
    found = [(match, match.group(1) or match.group(2)) for match in _AMOUNT.finditer(masked)]
    found += [(match, match.group(1)) for match in _YEAR_PRICED.finditer(dateless) if _may_be_amount(match, masked)]
    return [
        Amount(match.group().strip(), value, _currency(match), match.start())
        for match, figure in sorted(found, key=lambda one: one[0].start())
        if (value := _value(figure)) is not None
    ]


def _currency(amount: re.Match[str]) -> str:
    sign = re.sub(r"[\d\s.,'-]", "", amount.group()).upper()
    return _CURRENCIES.get(sign, sign)


def _may_be_amount(match: re.Match[str], masked: str) -> bool:
    """Whether what passed for a year may be an amount: `2001 EUR 5 days`, not `november 2026 EUR 84` or `2026 EUR
    84,64`.
    """
    is_hidden = masked.startswith("?", match.start())
    dated = _MONTH.search(match.string[max(0, match.start() - 30) : match.start()])
    return is_hidden and not dated and not _CENTS.search(match.group(2))


def _without(text: str, numbers: Collection[str]) -> str:
    """A text in which no invoice number (then `|`) and no year (then `?`) passes for an amount, or a part of one."""
    longest = max(map(len, numbers), default=0)

    def put(match: re.Match[str]) -> str:
        token = match.group()
        at, word = _trimmed(token)
        is_year = word not in numbers and bool(_YEAR.fullmatch(word))
        for place, part in [(at, word)] if is_year else list(_known(token, numbers, longest)):
            if not _is_priced(text, match.start() + place, len(part), is_year=is_year):
                token = token[:place] + ("?" if is_year else "|") * len(part) + token[place + len(part) :]
        return token

    return _TOKEN.sub(put, text)


def _is_priced(text: str, start: int, length: int, *, is_year: bool) -> bool:
    """Whether a currency sign makes an amount of it. Below a heading that ends in one, a row begins with its number."""
    end = start + length
    if _PRICED[1].match(text, end):
        return True
    if not _PRICED[0].search(text[max(0, start - 8) : start]):
        return False
    if is_year or text[start - 1] != "\n":
        return True
    row = text[end : end + _MOST_IN_ROW].partition("\n")[0]
    return not _CENTS.search(row) or bool(_AMOUNT.search(row))


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
        at, word = _trimmed(match.group())
        if word:
            found.setdefault(word, []).append(match.start() + at)
    return found


def numbers_among(text: str, known: Collection[str]) -> dict[str, list[int]]:
    """Known invoice numbers, and where they stand; a year only where the text calls it the number of an invoice."""
    called = {match.start(1) for match in _NAMED.finditer(plain(text))}
    found: dict[str, list[int]] = {}
    longest = max(map(len, known), default=0)
    for match in _TOKEN.finditer(_LINK.sub(lambda link: " " * len(link.group()), plain(text))):
        for at, number in _known(match.group(), known, longest):
            if not _YEAR.fullmatch(number) or match.start() + at in called:
                found.setdefault(number, []).append(match.start() + at)
    return found


def _known(token: str, known: Collection[str], longest: int) -> Iterator[tuple[int, str]]:
    """The known numbers of a token and where they stand in it: all of it, or where it lists several (`1001,1002`,
    `1001/1002`) or has a word before it (`nr.1001`), the longest from each place on.
    """
    cuts = list(_CUT.finditer(token))
    ends = [*(cut.start() for cut in cuts), len(token)]
    behind = 0
    for start in (0, *(cut.end() for cut in cuts)):
        if start < behind:
            continue
        for end in reversed(ends[bisect_right(ends, start) : bisect_right(ends, start + longest + _MOST_AROUND)]):
            at, number = _trimmed(token[start:end])
            is_amount = _CENTS_BEHIND.match(token, start + at + len(number))
            if number and number in known and not is_amount and _stands_alone(token, start, end):
                yield start + at, number
                behind = end
                break


def _stands_alone(token: str, start: int, end: int) -> bool:
    """Whether a part of a token is one number of several, and no part of a longer number."""
    before, after = re.split("[,/]", token[:start][:-1])[-1], re.split("[,/]", token[end + 1 :])[0]
    beside = [before] * (token[start - 1 : start] == "/") + [after] * (token[end : end + 1] == "/")
    others = [_trimmed(part)[1] for part in beside]
    return all(other and not _YEAR.fullmatch(other) for other in others)


def _trimmed(token: str) -> tuple[int, str]:
    """Without the punctuation around it, and where that begins; "" where it cannot be the number of an invoice."""
    word = token.lstrip("/_,.-")
    at, word = len(token) - len(word), word.rstrip(".,-/")
    return at, word if sum(sign.isdigit() for sign in word) >= 4 else ""


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
