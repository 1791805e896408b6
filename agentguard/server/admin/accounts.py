"""What an administrator does at the endpoint's own machine: users, codes, second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError, UsageError
from agentguard.base.translations import load
from agentguard.server import own_key
from agentguard.server.admin.record_keeping import Keeping
from agentguard.server.evidence.making import Maker
from agentguard.server.first_day import first_steps, places_file
from agentguard.server.first_day.first_steps import Step
from agentguard.server.first_day.places_file import Line
from agentguard.server.policies.catalogues import CatalogueShelf
from agentguard.server.policies.publication import Publisher
from agentguard.server.settings import Now, ServerSettings
from agentguard.server.signin import passwords, recovery_codes, weak_passwords
from agentguard.server.signin.recovery_codes import new_salt
from agentguard.server.store.accounts import people, setup
from agentguard.server.store.desks import devices, enrolment_codes
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.engine import audit_chain
from agentguard.server.store.factors import one_time_codes, recovery
from agentguard.server.store.floor import pages
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.records import audit, audit_export, lived_time
from agentguard.server.store.reports import findings, incidents
from agentguard.server.store.reports.findings import OpenFinding
from agentguard.server.store.reports.incidents import Incident
from agentguard.wire import v1

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
        self._database, self._keys = own_key.opened(settings, now)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def policies(self) -> Publisher:
        """Return who publishes signed policies."""
        return Publisher(self._database, self._now, self._settings.language)

    @property
    def catalogues(self) -> CatalogueShelf:
        """Return who adds signed catalogues of software."""
        return CatalogueShelf(self._database, self._now)

    @property
    def keeping(self) -> Keeping:
        """Return who keeps records, deletes them and brings them back."""
        return Keeping(self._database, self._settings, self._now)

    @property
    def packs(self) -> Maker:
        """Return who makes evidence packs."""
        return Maker(
            database=self._database,
            keys=self._keys,
            data=self._settings.data,
            words=load(self._settings.language),
            now=self._now(),
        )

    def lived(self) -> float:
        """Return the earliest time that it can be, seconds since 1970, whatever the clock shows."""
        now = self._now()
        return self._database.run(lambda c: lived_time.known(c, now)).edge(now, 0.0)

    @property
    def receipt_key(self) -> str:
        """Return the public key (base64) of the receipts, which an auditor of a journal names."""
        return self._keys.receipt_key

    def export_audit(self, file: Path) -> int:
        """Write the audit log, signed up to its end, to a new file; give its last entry's number.

        Raises:
            StoreError: the file is there already, or could not be written.

        """

        def sign(connection: Connection) -> int:
            audit.note(connection, self._now(), ACTOR, "audit.exported")
            return audit_chain.sign(connection, self._keys, self._now())

        last = self._database.run(sign)
        words = load(self._settings.language)
        try:
            with atomic_files.open_new(file) as out:
                self._database.snapshot(lambda c: out.writelines(audit_export.lines(c)))
        except OSError as error:
            said = words.say("server.admin.unwritten", file=str(file))
            raise StoreError(said, words.say("server.admin.unwritten-advice")) from error
        return last

    def first_code(self) -> str:
        """Make the code with which the first administrator is made; an earlier one ends."""

        def make(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "first.code-made")
            return setup.make(connection, setup.FIRST, self._now())

        return self._database.run(make)

    def first_code_until(self) -> float | None:
        """Return until when the code of the first administrator counts; None without one."""
        return self._database.run(lambda c: setup.until(c, setup.FIRST, self._now()))

    def first_steps(self) -> list[Step]:
        """Return how far the first day is."""
        return self._database.run(lambda c: first_steps.look(c, self._settings, self._now()))

    def put_places(self, lines: list[Line]) -> tuple[int, int, int]:
        """Add sites, shifts and teams of a sheet, all or none; give how many of each are new."""
        return self._database.run(lambda c: places_file.put(c, lines, ACTOR, self._now()))

    def users(self) -> int:
        """Count the console's users."""
        return self._database.run(people.count)

    def add_user(
        self, name: str, password: str, role: str = "supervisor", teams: Sequence[str] = ()
    ) -> None:
        """Add a console user, or give it a new password, role and teams.

        A viewer or a supervisor without a team sees no desk.

        Raises:
            UsageError: the password is too short or too common, or the role is unknown.

        """
        words = load(self._settings.language)
        wrong = weak_passwords.problem(password, [name])
        if wrong:
            raise UsageError(words.say(f"server.admin.{wrong}", count=weak_passwords.LEAST))
        if role not in people.ROLES or not name.strip():
            raise UsageError(words.say("server.admin.role", roles=", ".join(people.ROLES)))
        plain = name.strip().casefold()
        hashed = passwords.hash_password(password)

        def put(connection: Connection) -> None:
            people.put(connection, plain, hashed, role, self._now())
            people.put_teams(connection, plain, teams)
            audit.note(connection, self._now(), ACTOR, "user.put", plain)

        self._database.run(put)

    def recovery_codes(self, name: str) -> list[str]:
        """Return a console user new recovery codes, which end the old ones.

        Raises:
            UsageError: there is no such user.

        """
        plain = name.strip().casefold()
        made, salt = [recovery_codes.new_code() for _ in range(recovery_codes.COUNT)], new_salt()
        hashes = [recovery_codes.hash_code(one, salt) for one in made]

        def keep(connection: Connection) -> None:
            if people.account(connection, plain) is None:
                said = load(self._settings.language)
                raise UsageError(said.say("server.admin.nobody", name=plain))
            recovery.put(connection, plain, salt, hashes)
            audit.note(connection, self._now(), ACTOR, "recovery-codes.made", plain)

        self._database.run(keep)
        return [recovery_codes.show_code(one) for one in made]

    def enrol_code(self, team: str, hours: float = 24, *, keeper: bool = False) -> str:
        """Make a single-use enrolment code for a team: for an agent, or for a `keeper`."""
        role = devices.KEEPER if keeper else devices.AGENT

        def make(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "code.made", team)
            now = self._now()
            return enrolment_codes.make(connection, team, ACTOR, now=now, hours=hours, role=role)

        return self._database.run(make)

    def batch_code(self, team: str, wish: Wish) -> str:
        """Make an enrolment code for as many desks, and such desks, as `wish` says."""

        def make(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "code.made", f"{team} ({wish.most})")
            return enrolment_codes.make_for(connection, team, wish, ACTOR, self._now())

        return self._database.run(make)

    def desk_totp(self, user: str) -> tuple[str, str]:
        """Return a person at a desk a new TOTP secret: (base32 secret, otpauth address)."""

        def enrol(connection: Connection) -> str:
            audit.note(connection, self._now(), ACTOR, "totp.made", user)
            return one_time_codes.enrol(
                connection, self._keys, one_time_codes.DESK, user, sure=True
            )

        secret = self._database.run(enrol)
        return secret, one_time_codes.address(user, secret)

    def desks(self) -> Sequence[Desk]:
        """Return every desk as it was last heard of."""
        return self._database.run(pages.desks)

    def seen(self, device: str) -> Seen | None:
        """Return all that is held of one desk; None when it is unknown."""

        def look(connection: Connection) -> Seen | None:
            desk = pages.desk(connection, device)
            if desk is None:
                return None
            return Seen(
                desk=desk,
                findings=tuple(findings.still_open(connection, device)),
                events=tuple(pages.newest_events(connection, device)),
            )

        return self._database.run(look)

    def incidents(self) -> Sequence[Incident]:
        """Return the incidents that wait."""
        return self._database.run(incidents.waiting_ones)
