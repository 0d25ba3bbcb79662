"""The hosts that start this server (Claude Desktop, Claude Code, Cursor, VS Code): their files, our entry in them."""
