"""Pictures of the pages of a team, by day and by night, on a phone and on a screen.

    python -m tests.server.team.pages.screenshots OUTDIR [nl|en|de|fr]

Needs chromium and a PostgreSQL; look at them after any change of the pages.
"""

from __future__ import annotations

from pathlib import Path

from payt_mcp.proposals.preview import Warned
from payt_mcp.proposals.records import Record
from payt_mcp.words.languages import Language
from tests.server.team.pages.serving import Served, served
from tests.server.team.pages.stage import let_in
from tests.support.browsing import awake, browser
from tests.support.pictures import take_pictures

WIDTHS = (390, 1200)
SCHEMES = ("light", "dark")


async def take(folder: Path, language: Language) -> None:
    async with served() as pages, browser() as chromium:
        shown = await _filled(pages)
        page = await pages.window(chromium, "ann", locale=language)
        for name, path in shown.items():
            await page.goto(f"{pages.url}{path}")
            for scheme in SCHEMES:
                await page.emulate_media(color_scheme=scheme)
                for width in WIDTHS:
                    await page.set_viewport_size({"width": width, "height": 600})
                    height = await page.evaluate("document.documentElement.scrollHeight")
                    await page.set_viewport_size({"width": width, "height": height})
                    await awake(page)
                    await page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")


async def _filled(pages: Served) -> dict[str, str]:
    stage = pages.stage
    two = await stage.proposed("piet", amount="2500.00")
    own = await stage.proposed("ann", amount="4100.00")
    warned = await stage.proposed("piet", warnings=(Warned("The address is not on file at Payt.", danger=True),))
    await stage.proposed("ann@beta")
    for _ in range(27):
        await stage.ended(await stage.proposed("piet"), stage.acme)
    anns, brams = await stage.browser("ann"), await stage.browser("bram")
    await brams.press(_path(two), "approve")
    await anns.press(_path(own), "approve")
    altered = await stage.proposed("piet")
    query = "update proposals set content = replace(content, 'betalen', 'wachten') where id = %s"
    await stage.database.run(lambda c: c.execute(query, (altered.id,)))
    await let_in(stage, "ann", "Claude", "claude.ai", writes=True)
    await let_in(stage, "ann", "Cursor", "this computer", writes=False)
    return {
        "list": "/approvals",
        "two": _path(two),
        "own": _path(own),
        "warned": _path(warned),
        "connections": "/connections",
        "nothing": "/approvals/p-none",
    }


def _path(record: Record) -> str:
    return f"/approvals/{record.id}"


if __name__ == "__main__":
    take_pictures(take, __doc__)
