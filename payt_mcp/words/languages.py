"""The languages that letters are written in."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["nl", "en", "de", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NAMES: dict[Language, str] = {"nl": "Dutch", "de": "German", "en": "English", "fr": "French"}

_OF_COUNTRIES: dict[str, Language] = {
    "NL": "nl", "BE": "nl", "SR": "nl", "DE": "de", "AT": "de", "CH": "de", "LI": "de", "FR": "fr", "LU": "fr",
}  # fmt: skip


def language_of(code: str | None) -> Language | None:
    """The language of a code such as `nl`, `de_AT` or `en-GB`; None where it is none of ours."""
    first = (code or "").strip().lower().replace("_", "-").partition("-")[0].partition(".")[0]
    return next((language for language in LANGUAGES if language == first), None)


def best_of(accepted: str) -> Language | None:
    """Which of ours a browser likes best, by its `Accept-Language`: `nl-BE,nl;q=0.9,en;q=0.8`."""
    found: list[tuple[float, Language]] = []
    for one in accepted.split(","):
        code, _, weight = one.partition(";q=")
        language = language_of(code)
        if language and weight.replace(".", "", 1).strip().isdigit() | (not weight):
            found.append((float(weight or 1), language))
    liked = [entry for entry in found if entry[0] > 0]
    return max(liked, key=lambda entry: entry[0])[1] if liked else None


def language_of_country(code: str | None) -> Language:
    """What a company of this country is most likely to write in."""
    return _OF_COUNTRIES.get((code or "").strip().upper(), "en")
