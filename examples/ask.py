"""Ask one tool, and print what a model would read: `python examples/ask.py summarize_overdue '{"top": 3}'`.

Answers come from the invented books of the sandbox, or from what the PAYT_* variables name.
"""

from __future__ import annotations

import json
import os
import sys

import anyio
from mcp.client import Client
from mcp.types import TextContent

from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings


async def ask(tool: str, arguments: str) -> int:
    settings = Settings.from_env({"PAYT_API_URL": "sandbox", "PAYT_ADMINISTRATION_ID": "4711", **os.environ})
    async with Client(build_server(settings)) as client:
        result = await client.call_tool(tool, json.loads(arguments))
    print("\n".join(block.text for block in result.content if isinstance(block, TextContent)))
    return int(bool(result.is_error))


if __name__ == "__main__":
    sys.exit(anyio.run(ask, sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "{}"))
