-- The same tables as in migrations/sqlite.

-- Size and checksum of every file of the segments that the manifest names. Rows of another version
-- than the manifest's count for nothing; segments that 0.1.0 wrote have none until they are checked.
CREATE TABLE segment_file (
    segment  BIGINT NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    bytes    BIGINT NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (segment, name)
);

-- The backups that were made of this data, by their place: whoever erases a person must know where
-- copies are. Instants are UTC microseconds.
CREATE TABLE backup (
    place   TEXT COLLATE "C" PRIMARY KEY,
    made_at BIGINT NOT NULL,
    tickets BIGINT NOT NULL,
    bytes   BIGINT NOT NULL
);
