"""What the published policies say of programs: those that they teach, and plans for them.

A version is judged once for all desks, and desks may have several policies: those of teams, and
newer ones that are in the ring of a part. The newest that all teams have speaks for the fleet; what
it asks for less counts only where every other policy that a desk may have asks for no more.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from agentguard.base.errors import AgentGuardError
from agentguard.checks.software import CHECK, Settings
from agentguard.server.policies.publication import text_of
from agentguard.server.policy_reader import Reading
from agentguard.server.store.accounts.teams import team_names
from agentguard.server.store.desks.policies import EVERYONE, Bundle, bundles
from agentguard.server.store.software import packs
from agentguard.server.store.software.judging import Judges, Newest, Teaching

LOG = logging.getLogger(__name__)
T = TypeVar("T")


def judges(reading: Reading | None) -> Judges:
    """Return who judges programs by the catalogue in force and what the policies teach."""
    return Judges(teaching(reading), _newest_catalogue)


def _newest_catalogue(connection: Connection) -> Newest:
    now = packs.in_force(connection)
    return Newest(programs=now.matcher, systems=now.contents.systems, seq=now.seq)


def teaching(reading: Reading | None) -> Callable[[Connection, Teaching], Teaching]:
    """Return who reads what the policies teach, when they are others than those of a teaching.

    One that cannot be read teaches nothing and allows nothing, and neither does no policy.
    """

    def read(connection: Connection, before: Teaching) -> Teaching:
        published = bundles(connection)
        if not published or reading is None:
            return Teaching()
        present = _present(published, frozenset(team_names(connection)))
        told = " ".join(one.label.digest if one is not None else "-" for one in present)
        digest = hashlib.sha256(told.encode()).hexdigest()
        if digest == before.digest:
            return before
        first, *others = (_settings(connection, one, reading) for one in present)
        return Teaching(digest=digest, settings=_agreed(first, others))

    return read


def _present(published: Sequence[Bundle], teams: frozenset[str]) -> list[Bundle | None]:
    """Return the policies that desks may have, first the one that speaks for the fleet.

    None is among them where the desks of a team may have no policy.
    """
    of_all, whole = _until_everyone(published, "")
    own = {team: _until_everyone(published, team) for team in sorted(teams)}
    without = [team for team, (_, every) in own.items() if not every]
    others = [one for some, _ in own.values() for one in some]
    speaker = of_all[-1:] if whole else []
    found: list[Bundle | None] = [*speaker, *(one for one in of_all if one not in speaker), *others]
    return found if whole or not without else [*found, None]


def _until_everyone(published: Sequence[Bundle], team: str) -> tuple[list[Bundle], bool]:
    """Return the newest policies of a team down to one that everyone has, and if there is one."""
    found: list[Bundle] = []
    for one in published:
        if one.label.team == team:
            found.append(one)
            if one.percent >= EVERYONE:
                return found, True
    return found, False


def _agreed(first: Settings, others: Sequence[Settings]) -> Settings:
    """Return settings that ask for less only where all of them do."""
    return replace(
        first,
        ignore=_common(first.ignore, [one.ignore for one in others]),
        accepted=_common(first.accepted, [one.accepted for one in others]),
        plans=_common(first.plans, [one.plans for one in others]),
    )


def _common(first: Sequence[T], others: Sequence[Sequence[T]]) -> tuple[T, ...]:
    return tuple(one for one in first if all(one in some for some in others))


def _settings(connection: Connection, one: Bundle | None, reading: Reading) -> Settings:
    if one is None:
        return Settings()
    try:
        text = text_of(connection, one) or b""
        settings = reading.parse(text, one.label.name).controls[CHECK.id].settings
    except (AgentGuardError, KeyError) as error:
        LOG.warning("a published policy teaches no programs: %s", type(error).__name__)
        return Settings()
    return settings if isinstance(settings, Settings) else Settings()
