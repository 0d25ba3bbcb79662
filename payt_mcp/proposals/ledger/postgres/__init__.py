"""The ledger of a company in PostgreSQL, shared by all replicas. Nothing of it is imported where none is set."""
