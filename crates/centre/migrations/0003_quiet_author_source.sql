-- A user's quiet hours, as the wire has them.
ALTER TABLE users ADD COLUMN quiet TEXT NOT NULL DEFAULT '{"on":false,"zone":"","spans":[]}';

-- The person it comes from, and the connector that committed it: accounts number their own things.
-- None for an integration's, and for what is older than this column.
ALTER TABLE notifications ADD COLUMN author TEXT;
ALTER TABLE notifications ADD COLUMN source TEXT;
