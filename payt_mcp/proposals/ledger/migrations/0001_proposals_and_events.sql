CREATE TABLE proposals (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, administration_id TEXT NOT NULL,
  digest TEXT NOT NULL, letter TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
  content TEXT, preview TEXT, basis TEXT, approved_at TEXT, sending_at TEXT, owner TEXT NOT NULL DEFAULT '',
  baseline TEXT NOT NULL DEFAULT '[]', message_id TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '{}',
  code TEXT NOT NULL DEFAULT '', code_until TEXT
);
CREATE INDEX by_digest ON proposals (digest, status);
CREATE INDEX by_letter ON proposals (letter, status);
CREATE INDEX by_status ON proposals (status, scope);
CREATE UNIQUE INDEX one_message ON proposals (administration_id, letter, message_id) WHERE message_id <> '';
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, proposal_id TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL, who TEXT NOT NULL,
  digest TEXT NOT NULL, body TEXT NOT NULL, detail TEXT NOT NULL, mark TEXT NOT NULL
);
CREATE INDEX by_proposal ON events (proposal_id, seq);
