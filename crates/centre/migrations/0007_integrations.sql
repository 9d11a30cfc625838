-- What lets integrations in: several at a time, so that one can follow another without a gap.
CREATE TABLE integration_keys (
    id           TEXT PRIMARY KEY NOT NULL,   -- ULID
    provider     TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    label        TEXT NOT NULL,
    hint         TEXT NOT NULL,               -- its first characters
    hash         BLOB UNIQUE,                 -- of one that is sent along
    secret       BLOB,                        -- of one that signs; sealed, bound to provider and id
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,                     -- to the minute
    revoked_at   INTEGER,
    CHECK ((hash IS NULL) <> (secret IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX integration_keys_by_provider ON integration_keys (provider);

ALTER TABLE providers ADD COLUMN integration INTEGER NOT NULL DEFAULT 0;
ALTER TABLE providers ADD COLUMN icon BLOB;          -- PNG
ALTER TABLE providers ADD COLUMN icon_tag TEXT;      -- changes with it
ALTER TABLE providers ADD COLUMN removed_at INTEGER; -- what it said stays, so its row does

-- A unique column cannot be dropped; it stays empty.
INSERT INTO integration_keys (id, provider, label, hint, hash, created_at)
    SELECT '0' || substr(hex(randomblob(13)), 2), id, '', 'dbi_', key_hash, created_at
    FROM providers WHERE key_hash NOT NULL;
UPDATE providers SET integration = 1, key_hash = NULL WHERE key_hash NOT NULL;
