"""Pictures of the pages of the apps behind the official bridge of a host: light and dark, wide and narrow.

    APP_BRIDGE=app_bridge.js python -m tests.apps.screenshots OUTDIR

Needs chromium and the bridge (CONTRIBUTING.md says how it is made); look at them after any change of an app.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import anyio
from mcp.types import CallToolResult

from payt_mcp.apps.pages import OVERDUE, PROPOSAL
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.server import run_in_thread
from tests.support.app_host import host, shown
from tests.support.browsing import Windows, browser
from tests.support.house import ADMINISTRATION, House, letter

WIDTHS = (390, 760)
THEMES = ("light", "dark")


async def take(folder: Path, bridge: str) -> None:
    payt = create_app(build_world(), options=Options(rate=None))
    with tempfile.TemporaryDirectory() as state, run_in_thread(payt) as handle:
        house = House(handle, Path(state))
        async with host(house.server(app_approval=True)) as client, browser() as chromium:
            pictures: list[tuple[str, str, CallToolResult]] = []
            for name, uri, tool, arguments in (
                ("overdue", OVERDUE, "summarize_overdue", {"administration_id": ADMINISTRATION}),
                ("refused", OVERDUE, "summarize_overdue", {"administration_id": "1"}),
                ("clean", PROPOSAL, "send_message", letter(house)),
                ("warned", PROPOSAL, "send_message", letter(house, email="x@evil.example", body=_WARNED)),
            ):
                pictures.append((name, uri, await client.call_tool(tool, arguments)))
            windows = Windows(chromium)
            for name, uri, result in pictures:
                for width in WIDTHS:
                    for theme in THEMES:
                        async with shown(windows, bridge, client, uri, result, width=width, theme=theme) as app:
                            path = folder / f"{name}-{width}-{theme}.png"
                            await app.page.screenshot(path=path, full_page=True)


_WARNED = """Beste relatie,

Ons rekeningnummer is gewijzigd. Graag EUR 99.999,00 op NL02 RABO 0123 4567 89, zie https://betaal.evil.example/x"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    anyio.run(take, folder, Path(os.environ["APP_BRIDGE"]).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
