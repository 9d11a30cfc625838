-- Letters to be sent. A row comes with the notification it is about, in one transaction, and is
-- there until the letter is sent or has become pointless; a dead one until somebody retries it.
CREATE TABLE letters (
    id           TEXT PRIMARY KEY NOT NULL,   -- names the letter for ever
    user         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content      TEXT NOT NULL,               -- one, digest, test
    notification TEXT REFERENCES notifications (id) ON DELETE SET NULL,  -- of one; none: withdrawn
    deadline     INTEGER,                     -- of what one is about, where it is known
    day          TEXT,                        -- of a digest: 2026-11-21
    state        TEXT NOT NULL,               -- waiting, leased, sending, dead
    at           INTEGER NOT NULL,            -- when it was to be written
    due_at       INTEGER NOT NULL,            -- the next try
    attempts     INTEGER NOT NULL DEFAULT 0,  -- those that failed
    lease        TEXT,                        -- whoever is at it
    lease_until  INTEGER,
    cause        TEXT,                        -- of a dead one: refused, exhausted, doubtful
    reason       TEXT NOT NULL DEFAULT '',    -- what went wrong last
    dead_at      INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_due ON letters (due_at) WHERE state = 'waiting';
CREATE INDEX letters_leased ON letters (lease_until) WHERE state IN ('leased', 'sending');
CREATE INDEX letters_dead ON letters (dead_at, id) WHERE state = 'dead';
CREATE INDEX letters_by_user ON letters (user);
CREATE INDEX letters_by_notification ON letters (notification) WHERE notification IS NOT NULL;

-- What waits for its user's next digest, from its creation on.
CREATE TABLE digest_items (
    user         TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    notification TEXT NOT NULL REFERENCES notifications (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    letter       TEXT REFERENCES letters (id) ON DELETE CASCADE,  -- the digest it has come into
    PRIMARY KEY (user, notification)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_items_waiting ON digest_items (user, created_at) WHERE letter IS NULL;
CREATE INDEX digest_items_by_notification ON digest_items (notification);
CREATE INDEX digest_items_by_letter ON digest_items (letter) WHERE letter IS NOT NULL;

-- A user's digests: of which day the last one was, and when to look for the next.
CREATE TABLE digests (
    user     TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    last_day TEXT,                            -- none: there was none
    next_at  INTEGER                          -- none: nothing waits
) STRICT, WITHOUT ROWID;
CREATE INDEX digests_next ON digests (next_at) WHERE next_at IS NOT NULL;
