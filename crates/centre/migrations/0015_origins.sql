-- What came of which device: whoever loses one takes back what it has made.

ALTER TABLE devices ADD COLUMN made_by TEXT REFERENCES devices (id) ON DELETE SET NULL;  -- by a link of that one
ALTER TABLE devices ADD COLUMN knows_calendar INTEGER NOT NULL DEFAULT 0;   -- was told the present address
CREATE INDEX devices_by_maker ON devices (made_by) WHERE made_by IS NOT NULL;
-- Which ones were told until now is not known.
UPDATE devices SET knows_calendar = 1 WHERE user IN (SELECT user FROM calendars);

ALTER TABLE invitations ADD COLUMN made_by TEXT REFERENCES devices (id) ON DELETE SET NULL;
CREATE INDEX invitations_by_device ON invitations (made_by) WHERE made_by IS NOT NULL;
