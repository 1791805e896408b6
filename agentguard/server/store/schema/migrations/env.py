"""Runs the migrations on the connection that the endpoint gives."""

from __future__ import annotations

from alembic import context

from agentguard.server.store.schema import (
    feed_tables,  # each one's tables join METADATA
    floor_tables,  # each one's tables join METADATA
    history_tables,  # each one's tables join METADATA
    identity_tables,  # each one's tables join METADATA
    keeper_tables,  # each one's tables join METADATA
    people_tables,  # each one's tables join METADATA
    phone_tables,  # each one's tables join METADATA
    sign_in_tables,  # each one's tables join METADATA
)
from agentguard.server.store.schema.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
