"""The agent's own database: the hash-chained journal, the agent's memory and the outbox."""
