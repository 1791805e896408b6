"""What the newest published policy says of programs: those that it teaches, and plans for them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Connection

from agentguard.base.errors import AgentGuardError
from agentguard.checks.software import CHECK, Settings
from agentguard.server.policies.publication import text_of
from agentguard.server.policy_reader import Reading
from agentguard.server.store.desks.policies import Bundle, bundles
from agentguard.server.store.software import packs
from agentguard.server.store.software.judging import Judges, Newest, Teaching

LOG = logging.getLogger(__name__)


def judges(reading: Reading | None) -> Judges:
    """Return who judges programs by the catalogue in force and the newest policy."""
    return Judges(teaching(reading), _newest_catalogue)


def _newest_catalogue(connection: Connection) -> Newest:
    now = packs.in_force(connection)
    return Newest(programs=now.matcher, systems=now.contents.systems, seq=now.seq)


def teaching(reading: Reading | None) -> Callable[[Connection, Teaching], Teaching]:
    """Return who reads the newest policy, when it is another than the one that is given.

    A policy of all teams speaks for the fleet; without one, the newest of any team. One that cannot
    be read teaches nothing and allows nothing.
    """

    def read(connection: Connection, before: Teaching) -> Teaching:
        newest = _newest(bundles(connection))
        digest = newest.label.digest if newest is not None else ""
        if digest == before.digest or newest is None or reading is None:
            return before if digest == before.digest else Teaching()
        return Teaching(digest=digest, settings=_settings(connection, newest, reading))

    return read


def _newest(published: list[Bundle]) -> Bundle | None:
    of_all = (one for one in published if not one.label.team)
    return next(of_all, published[0] if published else None)


def _settings(connection: Connection, newest: Bundle, reading: Reading) -> Settings:
    try:
        text = text_of(connection, newest) or b""
        settings = reading.parse(text, newest.label.name).controls[CHECK.id].settings
    except (AgentGuardError, KeyError) as error:
        LOG.warning("the newest policy teaches no programs: %s", type(error).__name__)
        return Settings()
    return settings if isinstance(settings, Settings) else Settings()
