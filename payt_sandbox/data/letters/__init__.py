"""The words of the invented correspondence in the languages of the debtors."""

from typing import Final

from payt_sandbox.data.letters.de import GERMAN
from payt_sandbox.data.letters.en import ENGLISH
from payt_sandbox.data.letters.fr import FRENCH
from payt_sandbox.data.letters.nl import DUTCH
from payt_sandbox.data.letters.shape import Letters

__all__ = ["ALSO", "LETTERS", "OURS", "Letters"]

LETTERS: Final = {"nl": DUTCH, "de": GERMAN, "fr": FRENCH, "en": ENGLISH}

# Who does not write in the language on file writes in this one.
ALSO: Final = {"nl": "en", "de": "en", "fr": "nl", "en": "de"}

# The kinds of letters that we write; all others are a debtor's.
OURS: Final = frozenset(ENGLISH.ours)
