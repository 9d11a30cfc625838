-- What the addresses in letters are made with that switch letters off.
CREATE TABLE unsubscribe_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key  BLOB NOT NULL
) STRICT;
INSERT INTO unsubscribe_key (only, key) VALUES (1, randomblob(32));
