"""The pages of the apps: each one document, with its style and script in it and nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from mcp.types import Resource

from payt_mcp.words.languages import Language

MIME_TYPE = "text/html;profile=mcp-app"
OVERDUE = "ui://payt/overdue.html"
PROPOSAL = "ui://payt/proposal.html"

BY_NAME = {"overdue": OVERDUE, "proposal": PROPOSAL}
_TITLES = {OVERDUE: "Overdue overview", PROPOSAL: "Proposal"}
_SCRIPTS = {OVERDUE: "overdue.js", PROPOSAL: "proposal.js"}
META = {"ui": {"csp": {}, "prefersBorder": False}}
"""No domain to load from or to connect to, and no permission."""

_HERE = Path(__file__).parent


def listed() -> list[Resource]:
    return [
        Resource(uri=uri, name=title.lower().replace(" ", "-"), title=title, mime_type=MIME_TYPE, _meta=META)
        for uri, title in _TITLES.items()
    ]


@cache
def page(uri: str, language: Language = "en") -> str:
    """The page at this address; "" where there is none."""
    if uri not in _TITLES:
        return ""
    from markupsafe import Markup  # noqa: PLC0415 - for the first page that a host asks for

    from payt_mcp.apps.app_words import app_words  # noqa: PLC0415
    from payt_mcp.words.hypertext import Html  # noqa: PLC0415
    from payt_mcp.words.said import say  # noqa: PLC0415

    style = _read("overview.css") + _read("app.css")
    script = "'use strict';\n" + _read("bridge.js") + _resting() + _read(_SCRIPTS[uri])
    whole = Html(language)(
        '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{style}</style></head>"
        '<body data-words="{words}"><main id="app"><p class="soft">{waiting}</p></main>'
        "<script>{script}</script></body></html>",
        language=language,
        title=say(_TITLES[uri]),
        style=Markup(style),  # noqa: S704 - files of ours
        words=app_words(_SCRIPTS[uri].removesuffix(".js"), language),
        waiting=say("Waiting for the answer."),
        script=Markup(script),  # noqa: S704 - files of ours
    )
    return str(whole)


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _resting() -> str:
    """What keeps a click from meaning another button than the one it was put on: as on the approval page."""
    assets = resources.files("payt_mcp.proposals.asking").joinpath("assets")
    return assets.joinpath("rest.js").read_text(encoding="utf-8")
