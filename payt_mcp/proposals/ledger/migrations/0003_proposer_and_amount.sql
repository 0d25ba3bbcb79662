-- What a column holds in the rows that are there is said again in vouching.py, which holds those rows to it.
ALTER TABLE proposals ADD COLUMN proposer TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN amount TEXT NOT NULL DEFAULT '';
