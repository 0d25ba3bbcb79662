"""What the scripts of the pages say: the page hands it to them in its own language."""

from __future__ import annotations

import json

from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken

UNTAKEN = say("This click was not taken: what is here had just changed. Look again, move the pointer, and click.")
_WORDS = {
    "untaken": UNTAKEN,
    "closed": say("This page has closed. Nothing more happens here; new proposals open a new page."),
    "passed": say("{told}: passed on."),
    "refused": say("{told}: this page did not take it. Read it anew."),
}


def script_words(language: Language) -> str:
    """JSON; `{told}` stands where a script puts in what was clicked."""
    return json.dumps({name: spoken(text, language) for name, text in _WORDS.items()}, ensure_ascii=False)
