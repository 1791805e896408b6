"""What the endpoint remembers; every function takes a connection inside a transaction."""
