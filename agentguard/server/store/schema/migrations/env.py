"""Runs the migrations on the connection that the endpoint gives."""

from __future__ import annotations

from alembic import context

from agentguard.server.store.schema import whole

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=whole.metadata(),
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
