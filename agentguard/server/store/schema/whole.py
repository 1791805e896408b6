"""The whole schema: each module of this folder whose name ends in `_tables` adds its tables."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from sqlalchemy import MetaData

from agentguard.base import plugins
from agentguard.server.store import schema
from agentguard.server.store.schema.tables import METADATA


@cache
def metadata() -> MetaData:
    """Return what is known of all tables, whichever of their modules were imported before."""
    for name in plugins.modules(schema):
        if name.endswith("_tables"):
            import_module(f"{schema.__name__}.{name}")
    return METADATA
