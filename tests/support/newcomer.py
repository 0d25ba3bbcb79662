"""The repository as a newcomer sees it, and the demo on a day that does not change."""

import datetime as dt
import io
import re
from pathlib import Path

from mcp.client import Client

from payt_mcp.cli.demo_screen import Screen
from payt_mcp.cli.demo_story import Story
from payt_mcp.server.server import build_server
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.unhurried import unhurried

ROOT = Path(__file__).parent.parent.parent
NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


async def told() -> str:
    """What the demo prints on the sandbox of 2026-11-21, beginning to end."""
    world = build_world(today=NOW.date())
    world.clock = lambda: NOW
    options = Options(rate=None)
    environ = {"PAYT_API_TOKEN": options.token, "PAYT_ADMINISTRATION_ID": "4711"}
    server = build_server(unhurried(environ), app=create_app(world, options=options))
    paper = io.StringIO()
    async with Client(server) as client:
        await Story(client, Screen(paper)).tell()
    return paper.getvalue()


def chapters(output: str) -> dict[str, str]:
    """The numbered parts of the demo, without their headings, by number."""
    parts = re.split(r"^── (?:(\d+)\. .*|What next) ─+$", output, flags=re.MULTILINE)
    return {number: text.strip("\n") for number, text in zip(parts[1::2], parts[2::2], strict=True) if number}
