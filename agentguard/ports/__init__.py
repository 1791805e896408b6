"""The doors between the rooms: protocols without bodies."""
