"""PostgreSQL, where several people or processes share a server. Nothing of it is imported where none is set."""
