-- What several processes with one state need to know of each other.

-- Numbers that only grow: of changes of the manifest or the policies, and of versions of segments.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counter (name, value) VALUES ('manifest', 0);
INSERT INTO counter (name, value) SELECT 'version', COALESCE(MAX(version), 0) FROM segment;

-- The version with which a bulk import last changed the segment; its events were never in the inbox.
ALTER TABLE segment ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;

-- Replaced versions of segments, kept for a while because other processes may still read them.
CREATE TABLE retired_segment (
    id         INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) WITHOUT ROWID;
