"""How a program is let in: OAuth 2.1 as MCP has it, with this server's own consent page and its own tokens.

metadata       where everything is
registration   a program makes itself known, or documents: its id is the address of a document about it
requests       /authorize: what it asks, checked and noted
consent        the page where a person says yes
codes, tokens  /token: a code for the first pair, a refresh token for the next
revocation     /revoke
bearer         who makes a request at /mcp
connections    what a person has let in, and how they end it
"""
