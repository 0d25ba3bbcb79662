"""Letters without case and accents, a sign for a sign, so that what is found in them stands where it stood."""

from __future__ import annotations

import unicodedata


def unaccented(text: str) -> str:
    """The same text in small letters without accents, exactly as long: `Échéance` is `echeance`."""
    return "".join(map(_sign, text)) if not text.isascii() else text.lower()


def _sign(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    return unicodedata.normalize("NFKD", sign)[0].lower()[0]
