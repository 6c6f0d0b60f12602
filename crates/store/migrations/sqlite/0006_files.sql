-- Size and checksum of every file of the segments that the manifest names. Rows of another version
-- than the manifest's count for nothing; segments that 0.1.0 wrote have none until they are checked.
CREATE TABLE segment_file (
    segment  INTEGER NOT NULL,
    name     TEXT NOT NULL,
    version  INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (segment, name)
) WITHOUT ROWID;

-- The backups that were made of this data, by their place: whoever erases a person must know where
-- copies are. Instants are UTC microseconds.
CREATE TABLE backup (
    place   TEXT PRIMARY KEY,
    made_at INTEGER NOT NULL,
    tickets INTEGER NOT NULL,
    bytes   INTEGER NOT NULL
) WITHOUT ROWID;
