-- The key that push services know this centre by.
CREATE TABLE push_key (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB NOT NULL                      -- sealed
) STRICT;

-- Browsers and phones that are pushed to. Whoever sends leases one, so that it gets its pushes one
-- after the other, and trouble of its push service is its own.
CREATE TABLE push_subscriptions (
    id            TEXT PRIMARY KEY NOT NULL,
    user          TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device        TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,  -- the one that registered it
    channel       TEXT NOT NULL,              -- browser, mobile
    name          TEXT NOT NULL,
    service       TEXT NOT NULL,              -- the host of its push service
    endpoint_hash BLOB NOT NULL UNIQUE,
    secret        BLOB NOT NULL,              -- endpoint and keys; sealed, bound to the id
    switched_on   INTEGER NOT NULL DEFAULT 1,
    created_at    INTEGER NOT NULL,
    last_sent_at  INTEGER,
    trouble       TEXT,                       -- unreachable, busy, refused; none: the last push was taken
    due_at        INTEGER,                    -- when something is to be done for it; none: nothing
    not_before    INTEGER NOT NULL DEFAULT 0, -- after a failure
    attempts      INTEGER NOT NULL DEFAULT 0, -- that failed, one after the other
    paced_until   INTEGER NOT NULL DEFAULT 0, -- what its pushes so far have used up
    cleared_at    INTEGER NOT NULL DEFAULT 0, -- the last push that shows nothing
    tested_at     INTEGER,                    -- when a test was asked for that is not sent yet
    short         INTEGER NOT NULL DEFAULT 0, -- its push service found the last one too long
    lease         TEXT,                       -- whoever is at it
    lease_until   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user);
CREATE INDEX push_subscriptions_by_device ON push_subscriptions (device);
CREATE INDEX push_subscriptions_due ON push_subscriptions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX push_subscriptions_leased ON push_subscriptions (lease_until) WHERE lease IS NOT NULL;

-- What is to be shown on one of them, or was and is not taken away yet. The notification may be gone.
CREATE TABLE push_items (
    subscription TEXT NOT NULL REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    notification TEXT NOT NULL,
    seq          INTEGER NOT NULL,            -- the entry that created it
    at           INTEGER NOT NULL,            -- when it was to be pushed; it grows old from here
    due_at       INTEGER NOT NULL,            -- when to look at it
    shown_at     INTEGER,                     -- none: it waits
    tag          TEXT NOT NULL,               -- under which it is shown
    PRIMARY KEY (subscription, notification)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_items_by_notification ON push_items (notification);
CREATE INDEX push_items_due ON push_items (subscription, due_at);
