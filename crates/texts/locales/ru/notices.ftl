## What notices say: titles and texts of notifications
