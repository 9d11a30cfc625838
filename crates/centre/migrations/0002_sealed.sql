-- Secrets of connected accounts are sealed. Sealing needs the key, so the rows of
-- connections_plain are sealed, moved and scrubbed by the program when it opens the file.

ALTER TABLE connections RENAME TO connections_plain;

-- One value sealed with the key, by which a wrong key is known before it does harm.
CREATE TABLE sealing (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    probe BLOB NOT NULL
) STRICT;

-- The CRM accounts a connector is started for.
CREATE TABLE connections (
    id           TEXT PRIMARY KEY NOT NULL,
    kind         TEXT NOT NULL,
    url          TEXT NOT NULL,
    secret       BLOB NOT NULL,               -- sealed, bound to kind and url
    connected_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    refused      INTEGER NOT NULL DEFAULT 0,  -- the CRM takes the secret no more
    revision     INTEGER NOT NULL DEFAULT 1,  -- grows when somebody connects it again
    created_at   INTEGER NOT NULL,
    UNIQUE (kind, url)
) STRICT, WITHOUT ROWID;

-- OAuth sign-ins that were begun. Each is good once.
CREATE TABLE sign_ins (
    state_hash   BLOB PRIMARY KEY NOT NULL,
    kind         TEXT NOT NULL,
    url          TEXT NOT NULL,
    secret       BLOB NOT NULL,               -- sealed, bound to kind and url
    connected_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
