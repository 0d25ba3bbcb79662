"""The yardstick: a server of the SDK with one trivial tool, over stdio, or over HTTP at the port that is named."""

from __future__ import annotations

import sys

from mcp.server import MCPServer

server = MCPServer("trivial")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]))
    else:
        server.run("stdio")
