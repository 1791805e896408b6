"""The way in: connections, TLS and its certificate, and clients that are too slow."""
