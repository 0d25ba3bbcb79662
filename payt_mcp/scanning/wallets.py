"""Where money can be sent that is no bank account: wallets, and the payment pages of persons."""

from __future__ import annotations

import re

from payt_mcp.words.lookalikes import plain

_WALLET = re.compile(
    r"(?<![\w/])(?:(?:bc|tb|ltc)1[ac-hj-np-z02-9]{11,71}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|0x[0-9a-fA-F]{40}"
    r"|T[1-9A-HJ-NP-Za-km-z]{33}|[48][1-9A-HJ-NP-Za-km-z]{94})(?!\w)"
)
_PAGE = re.compile(
    r"(?<![\w.-])(?:www\.)?(?:paypal\.me|paypal\.com/paypalme|revolut\.me|wise\.com/pay|cash\.app|venmo\.com|monzo\.me"
    r"|tikkie\.me|betaalverzoek\.[\w-]+\.nl|buymeacoffee\.com|ko-fi\.com)(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
_FEWEST_DIGITS = 2


def wallets_in(text: str) -> list[str]:
    """Each once. A word of a wallet's length without digits is none."""
    signs = plain(text)
    found = [match.group() for match in _WALLET.finditer(signs)]
    found = [one for one in found if sum(sign.isdigit() for sign in one[1:]) >= _FEWEST_DIGITS]
    found += [match.group().rstrip(".,;:!?") for match in _PAGE.finditer(signs)]
    return list(dict.fromkeys(found))
