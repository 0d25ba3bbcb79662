"""Bank accounts in a text. Found generously: each find is only named."""

from __future__ import annotations

import re
from collections.abc import Collection

from payt_mcp.scanning.iban import ibans, without_dates
from payt_mcp.scanning.numbers import numbers_among
from payt_mcp.words.lookalikes import latin, plain

_ACCOUNT_WORD = re.compile(
    r"REKENING|\bREK\b|ACCOUNT|\bACCT|\bIBAN|KONTO|COMPTE|BANK|ROUTING|\bGIRO|OVER ?(?:TE )?MAKEN|MAAK\b.{0,20}\bOVER\b"
    r"|\bT\.?N\.?V\b|TRANSFER|WIRE|UBERWEIS|VIREMENT|\bSTORT"
)
_GLUED = re.compile(r"((?:REKENING|ACCOUNT|KONTO)(?:NUMMER|NUMBER|NR|NO)?|IBAN|COMPTE|BANK|ROUTING)(?=\d)")
_WITH_O = re.compile(r"(?<![A-Z0-9])O{0,3}\d[\dO]{1,19}(?![A-Z])")
_LONG_NUMBER = re.compile(r"(?<![A-Z0-9])\d(?:[^A-Z0-9\n,;|]{0,3}\d){7,19}(?![A-Z0-9])")
_OTHER_NUMBER = re.compile(
    r"(?:FACTU\w*|INVOICE\w*|RECHNUNG\w*|KVK|CHAMBER OF COMMERCE|BTW|VAT|TEL\w*|PHONE|BEL|CALL|FAX|MOBIEL"
    r""
    r"|UUR|UHR|HEURES|P\.M\.?|BEREIK\w*|ERREICH\w*|REACH\w*|JOIGN\w*|JOINDRE|VERMELDING VAN|O\.?V\.?V"
    r"|QUOTING|MENTIONING|KENMERK|REFERENCE|REF|DEBITEUR\w*|KLANT\w*|CUSTOMER|DOSSIER|CASE)"
    r"[\s.:#]*(?:NO|NR|NUMBER|NUMMER|ON|OP|AT|UNTER|AU|VIA)?[\s.:#+(]*$"
)
_SORT_CODE = re.compile(r"\b\d{2}-\d{2}-\d{2}\b[\s,;:/A-Za-z.]{0,30}\b\d{8}\b")
_LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]{0,20}://|www\.)[^\s<>\"]+", re.IGNORECASE)
"""Nothing is read across one."""

_MANY_DIGITS = 8


def bank_accounts(text: str, numbers: Collection[str] = ()) -> list[str]:
    """IBANs, without gaps, sort codes with an account number, long numbers beside an account word; each once. `numbers`
    are known, and no part of a long one.
    """
    found = ibans(_LINK.sub(lambda link: "\n" * len(link.group()), text))
    found += [" ".join(match.group().split()) for match in _SORT_CODE.finditer(plain(text))]
    found += [number for number in _numbers_at_word(text, numbers) if not any(number in account for account in found)]
    return list(dict.fromkeys(found))


def is_part_of(number: str, account: str) -> bool:
    """Whether a number of digits alone is the domestic form of an account."""
    return number.isdigit() and len(number) >= _MANY_DIGITS and account.endswith(number)


def _numbers_at_word(text: str, numbers: Collection[str]) -> list[str]:
    """Long numbers beside a word for an account, unless another word says what they are."""
    for number in numbers_among(text, numbers):
        text = text.replace(number, "|")
    folded = _GLUED.sub(r"\1 ", without_dates(latin(text)).upper())
    folded = _WITH_O.sub(lambda match: match.group().replace("O", "0"), folded)
    found = []
    for match in _LONG_NUMBER.finditer(folded):
        before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.end() : match.end() + 20]
        if (_ACCOUNT_WORD.search(before) or _ACCOUNT_WORD.search(after)) and not _OTHER_NUMBER.search(before):
            found.append(re.sub(r"\D", "", match.group()))
    return found
