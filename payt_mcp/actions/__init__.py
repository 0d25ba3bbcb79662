"""The guarded writes of the daily work: an `Action` each, carried out by one `ActionWriter`."""
