"""Something to look at: pages that a host shows beside an answer (MCP Apps, `io.modelcontextprotocol/ui`).

Only clients that declare the extension are told of them. What they show is in the answer already, so that a host that
shows text alone loses nothing.
"""
