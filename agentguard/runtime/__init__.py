"""The agent put together: composing builds and touches nothing, starting does."""
