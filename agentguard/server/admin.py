"""What an administrator does at the endpoint's own machine: users, codes, second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection

from agentguard.errors import UsageError
from agentguard.server import keys, passwords
from agentguard.server.publishing import Publisher
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.store import audit, codes, factors, findings, floor, incidents, people
from agentguard.server.store.findings import OpenFinding
from agentguard.server.store.floor import Desk
from agentguard.server.store.incidents import Incident
from agentguard.server.store.opening import open_database
from agentguard.texts import load
from agentguard.wire import v1

LEAST_PASSWORD = 12  # PCI DSS 4.0.1, 8.3.6
ACTOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the endpoint holds of one desk now."""

    desk: Desk
    findings: tuple[OpenFinding, ...]
    events: tuple[v1.Event, ...]


class Admin:
    """Works on the database beside a running endpoint, or before its first start."""

    def __init__(self, settings: ServerSettings, now: Now) -> None:
        self._settings = settings
        self._now = now
        self._database = open_database(settings)
        self._keys = keys.load_or_make(settings.key_file)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def policies(self) -> Publisher:
        """Give who publishes signed policies."""
        return Publisher(self._database, self._now, self._settings.language)

    def users(self) -> int:
        """Count the console's users."""
        return self._database.run(people.count)

    def add_user(
        self, name: str, password: str, role: str = "supervisor", teams: Sequence[str] = ()
    ) -> None:
        """Add a console user, or give it a new password, role and teams; no team means all.

        Raises:
            UsageError: the password is too short, or the role is unknown.

        """
        words = load(self._settings.language)
        if len(password) < LEAST_PASSWORD:
            raise UsageError(words.say("server.admin.short", count=LEAST_PASSWORD))
        if role not in people.ROLES or not name.strip():
            raise UsageError(words.say("server.admin.role", roles=", ".join(people.ROLES)))
        plain = name.strip().casefold()
        hashed = passwords.hashed(password)

        def put(connection: Connection) -> None:
            people.put(connection, plain, hashed, role, self._now())
            people.put_teams(connection, plain, teams)
            audit.note(connection, self._now(), ACTOR, "user.put", plain)

        self._database.run(put)

    def enrol_code(self, team: str, hours: float = 24) -> str:
        """Make a single-use enrolment code for a team."""

        def make(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "code.made", team)
            return codes.make(connection, team, ACTOR, self._now(), hours)

        return self._database.run(make)

    def desk_totp(self, user: str) -> tuple[str, str]:
        """Give a person at a desk a new TOTP secret: (base32 secret, otpauth address)."""

        def enrol(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "totp.made", user)
            return factors.enrol(connection, self._keys, factors.DESK, user, sure=True)

        secret = self._database.run(enrol)
        return secret, factors.address(user, secret)

    def desks(self) -> Sequence[Desk]:
        """Give every desk as it was last heard of."""
        return self._database.run(floor.desks)

    def seen(self, device: str) -> Seen | None:
        """Give all that is held of one desk; None when it is unknown."""

        def look(connection: Connection) -> Seen | None:
            desk = floor.desk(connection, device)
            if desk is None:
                return None
            return Seen(
                desk=desk,
                findings=tuple(findings.still_open(connection, device)),
                events=tuple(floor.newest_events(connection, device)),
            )

        return self._database.run(look)

    def incidents(self) -> Sequence[Incident]:
        """Give the incidents that wait."""
        return self._database.run(lambda c: incidents.queue(c, closed=False))
