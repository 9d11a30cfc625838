-- Who asks for what: devices tell of themselves, invitations sign them in, acts of administrators
-- are kept.
ALTER TABLE devices ADD COLUMN platform TEXT NOT NULL DEFAULT '';   -- linux, windows, macos, web
ALTER TABLE devices ADD COLUMN last_used_at INTEGER;                -- to ten minutes

-- Links that sign a device in. Each is good once.
CREATE TABLE invitations (
    id         TEXT PRIMARY KEY NOT NULL,
    code_hash  BLOB NOT NULL UNIQUE,
    user       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    invited_by TEXT REFERENCES users (id) ON DELETE SET NULL,       -- none: the command line
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    device     TEXT REFERENCES devices (id) ON DELETE SET NULL      -- the one it signed in
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_user ON invitations (user);
CREATE INDEX invitations_by_age ON invitations (expires_at);

-- What administrators did. People are named by id alone, so that removing one leaves his acts and
-- not his address.
CREATE TABLE audit (
    position   INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT,                          -- a user's id; none: the command line
    place      TEXT NOT NULL,                 -- where he asked from: an address of the network
    act        TEXT NOT NULL,                 -- user.add, invitation.revoke, …
    target     TEXT NOT NULL,                 -- user:ID, integration:NAME, …
    detail     TEXT NOT NULL                  -- what changed; neither secrets nor people
) STRICT;
CREATE INDEX audit_by_time ON audit (at);

-- There while traces of a removed person may still be in the file.
CREATE TABLE traces (
    one INTEGER PRIMARY KEY CHECK (one = 1)
) STRICT;
