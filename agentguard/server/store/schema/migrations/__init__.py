"""The schema's history; `upgrade` runs when the endpoint starts."""
