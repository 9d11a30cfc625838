-- What a user wishes of push: part of his channels.
ALTER TABLE users ADD COLUMN push_settings TEXT NOT NULL DEFAULT '{"hold_back":false}';
