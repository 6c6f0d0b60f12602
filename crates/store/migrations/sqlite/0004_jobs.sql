-- What runs on its own, and who does it. Instants are UTC microseconds.

-- How each kind of job stands. `asked_at`: since when somebody waits for it to run;
-- `attempts`: how often in a row it failed; `run`: its newest run.
CREATE TABLE job (
    kind     TEXT PRIMARY KEY,
    state    TEXT NOT NULL CHECK (state IN ('idle', 'waiting', 'running', 'failed')),
    paused   INTEGER NOT NULL DEFAULT 0,
    asked_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    every_us INTEGER NOT NULL DEFAULT 0,
    next_at  INTEGER,
    run      INTEGER
) WITHOUT ROWID;

-- The runs of jobs that did something, the newest of each kind.
CREATE TABLE job_run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT NOT NULL,
    holder     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'stopped')),
    attempt    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    done       INTEGER NOT NULL DEFAULT 0,
    whole      INTEGER,
    message    TEXT
);
CREATE INDEX job_run_kind ON job_run (kind, id);

-- What only one process may do at a time. The token grows with each holder: who comes with an old
-- one was replaced meanwhile.
CREATE TABLE lease (
    name      TEXT PRIMARY KEY,
    holder    TEXT NOT NULL,
    token     INTEGER NOT NULL,
    until     INTEGER NOT NULL,
    length_us INTEGER NOT NULL
) WITHOUT ROWID;

-- When the process that carries out an import last said that it lives.
ALTER TABLE import ADD COLUMN beat_at INTEGER;
