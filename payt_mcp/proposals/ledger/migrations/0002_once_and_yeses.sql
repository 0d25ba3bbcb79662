-- What a column holds in the rows that are there is said again in vouching.py, which holds those rows to it.
ALTER TABLE proposals ADD COLUMN once INTEGER NOT NULL DEFAULT 1;
UPDATE proposals SET once = kind IN ('message', 'comment', 'completion');
ALTER TABLE proposals ADD COLUMN yeses TEXT NOT NULL DEFAULT '[]';
CREATE INDEX by_change ON proposals (changed_at);
