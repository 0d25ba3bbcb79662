"""The hosts that start this server (Claude Desktop, Claude Code, Cursor, VS Code): their files, and our entry in them."""
