-- What happened outside the tickets and is worth seeing beside their numbers. Instants are UTC
-- microseconds; without an end it is one instant.
CREATE TABLE annotation (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER NOT NULL,
    until INTEGER CHECK (until IS NULL OR until > at),
    title TEXT NOT NULL,
    text  TEXT,
    kind  TEXT NOT NULL CHECK (kind IN ('release', 'campaign', 'incident', 'holiday', 'other'))
);
CREATE INDEX annotation_at ON annotation (at);
