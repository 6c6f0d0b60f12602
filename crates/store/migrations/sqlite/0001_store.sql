-- What the store keeps in SQL. Instants are UTC microseconds.

-- Counters and facts about the folder itself: next ticket number, rows of a segment, schema.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Ticket numbers: key = 128-bit xxh3 of (source, external id), number = dense, from 0.
CREATE TABLE ticket (
    key    BLOB PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;

-- Accepted and not yet sealed: one row is one group commit.
CREATE TABLE inbox (
    batch       INTEGER PRIMARY KEY,
    accepted_at INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    body        BLOB NOT NULL
);

-- The manifest: which version of each segment counts.
CREATE TABLE segment (
    id               INTEGER PRIMARY KEY,
    version          INTEGER NOT NULL,
    rows             INTEGER NOT NULL,
    bytes            INTEGER NOT NULL,
    min_created_at   INTEGER NOT NULL,
    max_created_at   INTEGER NOT NULL,
    min_last_seen_at INTEGER NOT NULL,
    max_last_seen_at INTEGER NOT NULL,
    sealed_at        INTEGER NOT NULL
);

-- How far each source got.
CREATE TABLE freshness (
    source        TEXT PRIMARY KEY,
    last_event_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL
) WITHOUT ROWID;

-- Every set of policies that was ever in force; the newest counts.
CREATE TABLE policies (
    version  INTEGER PRIMARY KEY,
    digest   TEXT NOT NULL,
    document TEXT NOT NULL,
    since    INTEGER NOT NULL
);

-- One run of an import.
CREATE TABLE import (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    file        TEXT NOT NULL,
    mapping     TEXT,
    state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    rows        INTEGER NOT NULL DEFAULT 0,
    events      INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    message     TEXT
);

-- What could not be understood, with its raw text (zstd).
CREATE TABLE quarantine (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    source  TEXT NOT NULL,
    import  INTEGER,
    place   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    message TEXT NOT NULL,
    raw     BLOB NOT NULL
);
CREATE INDEX quarantine_reason ON quarantine (reason, id);

-- Small application state: name → JSON.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
