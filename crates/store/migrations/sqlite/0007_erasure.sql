-- Who was erased, and how long what is kept. Instants are UTC microseconds.

-- Every erasure that was asked for. It holds nothing that names a person.
CREATE TABLE erasure (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    asked_at    INTEGER NOT NULL,
    finished_at INTEGER,
    sources     TEXT NOT NULL,
    keep_fields TEXT NOT NULL,
    ids         INTEGER NOT NULL,
    accounts    INTEGER NOT NULL,
    touched     TEXT NOT NULL
);

-- What an erased id is known by: digest = HMAC-SHA-256 of kind and id, with the key in meta.
CREATE TABLE erased (
    digest    BLOB NOT NULL,
    erasure   INTEGER NOT NULL REFERENCES erasure (id),
    pseudonym TEXT NOT NULL,
    PRIMARY KEY (digest, erasure)
) WITHOUT ROWID;

-- Every set of rules for how long what is kept; the newest counts.
CREATE TABLE retention (
    version  INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    since    INTEGER NOT NULL
);

-- When the next field of a version of a segment falls due under a set of those rules.
CREATE TABLE segment_due (
    id      INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    rules   INTEGER NOT NULL,
    due_at  INTEGER
);
