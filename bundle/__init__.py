"""What is released beside the Python package: the bundle for Claude Desktop and the entry in the MCP registry."""
