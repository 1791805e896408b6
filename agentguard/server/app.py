"""Puts the endpoint together: database, keys, the devices' door and the console behind it."""

from __future__ import annotations

from agentguard import texts
from agentguard.server import keys
from agentguard.server.console.pages import make_console
from agentguard.server.console.site import Site, environment
from agentguard.server.ingest.door import Door
from agentguard.server.ingest.http import App
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store.opening import open_database


def create(settings: ServerSettings, now: Now) -> App:
    """Give the endpoint as an ASGI application; `now` gives the wall time.

    Raises:
        StoreError: the database or the key file could not be opened.

    """
    words = texts.load(settings.language)
    server_keys = keys.load_or_make(settings.key_file)
    database = open_database(settings)
    site = Site(
        settings=settings,
        database=database,
        keys=server_keys,
        now=now,
        words=words,
        pages=environment(words),
    )
    return Door(settings, database, server_keys, now=now, words=words, inner=make_console(site))
