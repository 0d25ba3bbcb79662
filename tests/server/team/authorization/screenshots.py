"""Pictures of the consent page: light and dark, wide and narrow.

    python -m tests.server.team.authorization.screenshots OUTDIR

Needs chromium; look at them after any change of the page.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

import anyio
from starlette.responses import Response

from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.authorization.asked import Asked
from payt_mcp.server.team.authorization.consent_page import Consent, choice_page, consent_page
from payt_mcp.server.team.authorization.trouble import trouble_page
from payt_mcp.server.team.people import Person, Tenant
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.words.hypertext import Html
from payt_mcp.words.said import say
from tests.support.browsing import browser

WIDTHS = (390, 900)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ANN = Person("u-1", "t-1", "ann@acme.example", "Ann Aal", "active")
ACME = Tenant("t-1", "Acme B.V.", TenantPolicy(read_only=False))


def _asked(name: str, vouched_by: str, redirect: str) -> Asked:
    return Asked("p-1", name, vouched_by, redirect, "s", "c", writes=True)


def _pages() -> dict[str, str]:
    claude = Consent(
        _asked("Claude", "claude.ai", "https://claude.ai/api/mcp/auth_callback"), "k", "c", ANN, ACME, True
    )
    cursor = Consent(_asked("Cursor", "", "cursor://anysphere.cursor-mcp/oauth/callback"), "k", "c", ANN, ACME, True)
    local = Consent(_asked("W" * 60, "", "http://127.0.0.1:33418/callback"), "k", "c", ANN, ACME, False)
    pages, html, nl = PlainPages(lambda _: "en"), Html("en"), Html("nl")
    over = say("This request has been answered, or is too old. Start again in the program that sent you here.")
    return {
        "page": _html(consent_page(pages, html, claude)),
        "program-nl": _html(consent_page(pages, nl, cursor)),
        "here-read-only": _html(consent_page(pages, html, local)),
        "choice": _html(choice_page(pages, html, "k", [ACME, Tenant("t-2", "Beta N.V.", TenantPolicy())])),
        "trouble": _html(trouble_page(pages, html, over)),
    }


def _html(answer: Response) -> str:
    return bytes(answer.body).decode()


async def take(folder: Path) -> None:
    async with browser() as chromium:
        for name, html in _pages().items():
            for width in WIDTHS:
                for theme in THEMES:
                    window = await chromium.new_context(viewport={"width": width, "height": 700}, color_scheme=theme)
                    page = await window.new_page()
                    await page.set_content(html)
                    await page.wait_for_timeout(1200)
                    await page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
                    await window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    anyio.run(take, folder)


if __name__ == "__main__":
    main()
