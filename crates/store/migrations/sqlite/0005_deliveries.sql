-- Raw deliveries of webhooks that wait to be mapped; removed once they are.
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    source      TEXT NOT NULL,
    key         TEXT NOT NULL,       -- its own id or the digest of its content: sent again, kept once
    received_at INTEGER NOT NULL,
    headers     TEXT NOT NULL,       -- JSON: names and values that the mapping may read
    size        INTEGER NOT NULL,    -- bytes of the body
    body        BLOB NOT NULL,       -- zstd
    UNIQUE (source, key)
);
CREATE INDEX delivery_source ON delivery (source, id);

-- What came through each webhook so far.
CREATE TABLE hook (
    source           TEXT PRIMARY KEY,
    received         INTEGER NOT NULL DEFAULT 0,
    repeated         INTEGER NOT NULL DEFAULT 0,
    mapped           INTEGER NOT NULL DEFAULT 0,
    events           INTEGER NOT NULL DEFAULT 0,
    quarantined      INTEGER NOT NULL DEFAULT 0,
    waiting_bytes    INTEGER NOT NULL DEFAULT 0,
    last_received_at INTEGER,
    last_mapped_at   INTEGER
);
