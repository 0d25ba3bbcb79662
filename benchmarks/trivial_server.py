"""The yardstick of the start: a server of the SDK with one trivial tool, over stdio."""

from mcp.server import MCPServer

server = MCPServer("trivial")


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


if __name__ == "__main__":
    server.run("stdio")
