-- What the centre was able to deliver on when it was served last; without a row, list and screen.
CREATE TABLE deliverable (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    channels TEXT NOT NULL            -- as the wire has them
) STRICT;
