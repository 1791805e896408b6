"""What the endpoint remembers; every function takes a connection and runs inside a transaction."""
