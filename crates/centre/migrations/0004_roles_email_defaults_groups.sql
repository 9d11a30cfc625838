-- What a user may do, and when his letters are sent (as the wire has it).
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'member';   -- or administrator
ALTER TABLE users ADD COLUMN email_settings TEXT NOT NULL
    DEFAULT '{"mode":"at_once","at":540,"zone":""}';

-- What the administrator has decided of a provider (kind empty): the channels of whoever has not
-- chosen; and of a kind of its: the channels it may go on at all.
CREATE TABLE defaults (
    provider TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    kind     TEXT NOT NULL DEFAULT '',
    desktop  INTEGER NOT NULL,
    email    INTEGER NOT NULL,
    mobile   INTEGER NOT NULL,
    browser  INTEGER NOT NULL,
    PRIMARY KEY (provider, kind)
) STRICT, WITHOUT ROWID;

-- Letters about tasks: new and due only.
INSERT INTO defaults (provider, kind, desktop, email, mobile, browser) VALUES
    ('tasks', 'task_overdue', 1, 0, 1, 1), ('tasks', 'task_completed', 1, 0, 1, 1);

-- Users that an integration can name together.
CREATE TABLE groups (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,          -- as requests name it
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    of_group TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (of_group, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user);
