-- Browsers: links that sign them in, and the search of a list that they keep no copy of.

-- Links to the pages, for a browser of the user's own. Each is good once.
CREATE TABLE sign_in_links (
    code_hash  BLOB PRIMARY KEY NOT NULL,
    user       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    made_by    TEXT REFERENCES devices (id) ON DELETE CASCADE,      -- none: the command line
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_by_user ON sign_in_links (user, created_at);
CREATE INDEX sign_in_links_by_device ON sign_in_links (made_by) WHERE made_by IS NOT NULL;
CREATE INDEX sign_in_links_by_age ON sign_in_links (expires_at);

-- A user's short name in the index of words.
ALTER TABLE users ADD COLUMN number INTEGER;
UPDATE users SET number = n.number FROM
    (SELECT id, row_number() OVER (ORDER BY id) AS number FROM users) n WHERE n.id = users.id;
CREATE UNIQUE INDEX users_by_number ON users (number);
CREATE TRIGGER users_number AFTER INSERT ON users BEGIN
    UPDATE users SET number = (SELECT coalesce(max(number), 0) + 1 FROM users) WHERE id = new.id;
END;

-- Which words are in which notification, and nothing else. A row is (number of the user << 40) |
-- created_seq, and every word begins with that number: whoever searches reads nobody else's.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

-- Rows that are older than the index. The program, which takes texts apart, puts them in when it
-- opens the file.
CREATE TABLE unindexed (
    row INTEGER PRIMARY KEY
) STRICT;
INSERT INTO unindexed (row)
    SELECT (u.number << 40) | n.created_seq FROM notifications n JOIN users u ON u.id = n.user;
