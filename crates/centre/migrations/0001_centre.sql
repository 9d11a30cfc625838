-- Ids are ULIDs as text, times are Unix milliseconds, secrets are SHA-256 hashes.

CREATE TABLE users (
    id         TEXT PRIMARY KEY NOT NULL,
    email      TEXT NOT NULL UNIQUE,          -- lower case
    name       TEXT NOT NULL,
    language   TEXT NOT NULL,
    epoch      TEXT NOT NULL,                 -- names the history of his log
    seq        INTEGER NOT NULL DEFAULT 0,    -- the newest entry of his log
    unread     INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
    receive    INTEGER NOT NULL DEFAULT 1,    -- the master switch
    revision   INTEGER NOT NULL DEFAULT 1,    -- grows with every save of his channels
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE providers (
    position   INTEGER PRIMARY KEY AUTOINCREMENT, -- order of the settings
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,                 -- empty for the CRM's own
    key_hash   BLOB UNIQUE,                   -- an integration's key; none for the CRM's own
    created_at INTEGER NOT NULL
) STRICT;

INSERT INTO providers (id, name, created_at) VALUES
    ('tasks', '', 0), ('chats', '', 0), ('calls', '', 0),
    ('requests', '', 0), ('deals', '', 0), ('system', '', 0);

-- What a user chose; a provider without a row has the default channels.
CREATE TABLE channels (
    user     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    desktop  INTEGER NOT NULL,
    email    INTEGER NOT NULL,
    mobile   INTEGER NOT NULL,
    browser  INTEGER NOT NULL,
    PRIMARY KEY (user, provider)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    id         TEXT PRIMARY KEY NOT NULL,
    user       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    embedded   INTEGER NOT NULL,              -- replaced at every start of the app
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (user);

CREATE TABLE notifications (
    id          TEXT NOT NULL UNIQUE,
    user        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider    TEXT NOT NULL REFERENCES providers (id),
    kind        TEXT NOT NULL,
    priority    TEXT NOT NULL,
    subject     TEXT,
    dedup_key   TEXT,
    title       TEXT NOT NULL,
    text        TEXT NOT NULL,
    context     TEXT,
    link        TEXT,
    at          INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    created_seq INTEGER NOT NULL,
    read_at     INTEGER,
    silent      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX notifications_by_seq ON notifications (user, created_seq);
CREATE INDEX notifications_unread ON notifications (user, created_seq) WHERE read_at IS NULL;
CREATE INDEX notifications_by_key ON notifications (user, provider, dedup_key, created_seq)
    WHERE dedup_key IS NOT NULL;
CREATE INDEX notifications_by_subject ON notifications (provider, subject, user)
    WHERE subject IS NOT NULL;

-- One append-only log a user. Trimming, when it comes, deletes the oldest entries here and
-- remembers the last one deleted; an older cursor is then answered with a reset.
CREATE TABLE log (
    user   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    change TEXT NOT NULL,                     -- {"kind":…,"data":…}
    unread INTEGER NOT NULL,                  -- the counter after it
    UNIQUE (user, seq)
) STRICT;

-- Requests of the last 24 hours that carried an Idempotency-Key.
CREATE TABLE idempotency (
    provider  TEXT NOT NULL,
    key       TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    answer    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at);

-- What connectors know of their CRM, committed with the notices drawn from it.
CREATE TABLE memory (
    source TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- The CRM accounts a connector is started for. Tokens are plain text here: the file is of mode 600.
CREATE TABLE connections (
    kind       TEXT NOT NULL,
    url        TEXT NOT NULL,
    token      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, url)
) STRICT, WITHOUT ROWID;
