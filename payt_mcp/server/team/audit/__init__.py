"""The record of writes for auditors: as lines of JSON and as a table, signed, and checked by who has nothing else."""
