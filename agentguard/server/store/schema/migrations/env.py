"""Runs the migrations on the connection that the endpoint gives."""

from __future__ import annotations

from alembic import context

from agentguard.server.store.schema import (  # each one's tables join METADATA
    catalogue_tables,  # noqa: F401
    feed_tables,  # noqa: F401
    floor_tables,  # noqa: F401
    history_tables,  # noqa: F401
    identity_tables,  # noqa: F401
    keeper_tables,  # noqa: F401
    people_tables,  # noqa: F401
    phone_tables,  # noqa: F401
    plan_tables,  # noqa: F401
    sign_in_tables,  # noqa: F401
    software_tables,  # noqa: F401
    vendor_tables,  # noqa: F401
)
from agentguard.server.store.schema.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
