-- The private calendar feed of a user: found by the hash of its secret, which is shown again to him alone.
CREATE TABLE calendars (
    user        TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret_hash BLOB NOT NULL UNIQUE,
    secret      BLOB NOT NULL,                -- sealed, bound to the user
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
