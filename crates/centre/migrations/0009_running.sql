-- The last entry of his log that was deleted for its age; an older cursor is answered with a reset.
ALTER TABLE users ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;

-- Proof that the disk takes commits, for whoever asks how the centre is.
CREATE TABLE pulse (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;

-- What retention looks for.
CREATE INDEX notifications_read ON notifications (read_at) WHERE read_at IS NOT NULL;
