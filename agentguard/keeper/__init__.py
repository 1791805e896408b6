"""The small service that sees that an agent guards every session, and tells the endpoint of it."""
