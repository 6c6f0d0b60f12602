-- Every batch of the inbox up to this one is in the segment's rows, as far as it is about its
-- tickets; 0 = not known, as of segments that an earlier version wrote.
ALTER TABLE segment ADD COLUMN through INTEGER NOT NULL DEFAULT 0;
