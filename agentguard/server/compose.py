"""Puts the endpoint together: database, keys, the devices' door and the console behind it."""

from __future__ import annotations

from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.server import own_key
from agentguard.server.console.badges import Badges
from agentguard.server.console.pages import make_console
from agentguard.server.console.site import Site, environment
from agentguard.server.console.streams import Streams
from agentguard.server.evidence.shelf import FOLDER, Shelf
from agentguard.server.feeds.runner import Feeding, digests, pumps
from agentguard.server.http_messages import App
from agentguard.server.ingest.switch import Door
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.playbooks.following import Following
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.signin.oidc import Provider
from agentguard.server.store.engine.database import Database
from agentguard.server.store.reports import playbook_shelf


def create(settings: ServerSettings, now: Now, outside: Outside | None = None) -> App:
    """Return the endpoint as an ASGI application; `now` gives the wall time.

    `outside` tells of its certificate and its connections; without one nothing is known of them.

    Raises:
        StoreError: the database or the key file could not be opened.
        UsageError: the feeds that are set cannot be used.

    """
    words, outside = translations.load(settings.language), outside or Outside()
    database, server_keys = own_key.opened(settings, now)
    playbooks = _playbooks(settings, database)
    site = Site(
        settings=settings,
        database=database,
        keys=server_keys,
        now=now,
        words=words,
        pages=environment(words),
        badges=Badges(),
        streams=_open_pages(settings, database, now, outside),
        outside=outside,
        playbooks=playbooks,
        provider=Provider(settings.company, now) if settings.company else None,
    )
    feeding = _feeding(settings, database, words, now)
    door = Door(
        settings,
        database,
        server_keys,
        now=now,
        words=words,
        inner=make_console(site, outside),
        outside=outside,
        playbooks=playbooks,
    )
    return feeding.around(door) if settings.jobs else door


def _playbooks(settings: ServerSettings, database: Database) -> Following:
    playbooks = Following(settings.data)
    playbooks.look(lambda own: database.run(lambda c: playbook_shelf.use(c, own)))
    return playbooks


def _feeding(settings: ServerSettings, database: Database, words: Texts, now: Now) -> Feeding:
    sent = pumps(settings, database, words, now)
    return Feeding([*sent, *digests(settings, database, words, now)])


def _open_pages(
    settings: ServerSettings, database: Database, now: Now, outside: Outside
) -> Streams:
    """Return what tells open pages of news; it lets them go when the endpoint stops."""
    packs = Shelf(settings.data / FOLDER, now)
    streams = Streams(database, settings.limits, now, {FOLDER: packs.stamp})
    outside.leaving.append(streams.leave)
    return streams
