"""Tables, records and talks: each value behind the name of what it is."""
