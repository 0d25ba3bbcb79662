"""An MCP server for Payt, the accounts-receivable service."""

__version__ = "0.1.0"
