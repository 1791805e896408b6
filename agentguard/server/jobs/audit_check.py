"""The endpoint audits itself: once a day, and at each start, its own audit log is verified.

What was found is an act in that log. One that does not hold is a sign of tampering and an incident
for the officer; one that could not be read is said to be unknown, and looked at again soon.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from agentguard.base import atomic_files
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import HEAD_FILE, Now, ServerSettings
from agentguard.server.store.engine import audit_chain, causes, job_failures, leadership
from agentguard.server.store.engine.database import Database
from agentguard.server.store.records import audit, audit_check, audit_standing
from agentguard.server.store.records.audit_check import Checked, Place, StoppedError
from agentguard.server.store.records.audit_standing import JOB, State
from agentguard.server.store.reports.incident_opening import Opening, open_incident
from agentguard.server.store.reports.incident_sources import Source
from agentguard.server.store.schema.identity_tables import endpoint_sign
from agentguard.server.store.schema.tables import audit_log
from agentguard.server.tamper import strangers
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import AUDIT_BROKEN
from agentguard.server.tamper.watch import Listener

LOG = logging.getLogger(__name__)

EVERY, AGAIN, AT_START = 86400.0, 600.0, 600.0
"""Seconds between two checks, after one that could not be made, and for which one of another
process counts at a start."""
ENDPOINT = audit_chain.ACTOR
VERIFIED, BROKEN, UNREAD = "audit.verified", "audit.broken", "audit.unread"
PLAYBOOK = "control-failed"
HEAD = "audit-head"
"""The cause, as an id under `server.cause`, where the last whole head cannot be read."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    hash: str
    signed: int = 0


@dataclass(slots=True, kw_only=True)
class AuditCheck:
    """One job; `listener` hears of a sign that is opened."""

    database: Database
    settings: ServerSettings
    keys: ServerKeys
    now: Now
    stopped: Event
    listener: Listener
    _begun: bool = field(default=False)

    def run(self) -> None:
        """Check, if that is due; what could not be read is tried again soon."""
        now, every = self.now(), EVERY if self._begun else AT_START
        if self.database.run(lambda c: leadership.due(c, JOB, every, now)) is None:
            self._begun = True
            return
        self._begun = True
        try:
            self.database.run(lambda c: audit_chain.sign(c, self.keys, now))
            kept = last_head(self.settings.data)
            found = self.database.snapshot(
                lambda c: audit_check.check(
                    c, self.keys.receipt_key, kept or Place(), self.stopped.is_set
                )
            )
        except (OSError, SQLAlchemyError, causes.Named):
            self._again(now, unread=True)
            raise
        except StoppedError:
            self._again(now, unread=False)
            return
        self._tell(found, now, known=kept is not None)
        if found.why is None:
            self._keep(found.place)

    def _tell(self, found: Checked, now: float, *, known: bool) -> None:
        """Write down what was found; one that does not hold is told to whoever must know."""

        def put(connection: Connection) -> None:
            if found.why is None:
                about = found.about if known else f"{found.about}:first"
                audit.note(connection, now, ENDPOINT, VERIFIED, about)
                audit_standing.note(connection, State.HELD, now)
            else:
                turns = broken(connection, found, now)
                if turns:
                    self.listener.turns(connection, turns)
            job_failures.done(connection, JOB)

        self.database.run(put)
        if found.why is None:
            LOG.info("the audit log holds up to entry %d", found.place.seq)
        else:
            LOG.error("the audit log does not hold: %s", found.about)

    def _again(self, now: float, *, unread: bool) -> None:
        """Have it looked at again soon, and say that nobody can tell how it stands."""

        def put(connection: Connection) -> None:
            leadership.note(connection, JOB, now - EVERY + AGAIN)
            if unread:
                audit.note(connection, now, ENDPOINT, UNREAD)
                audit_standing.note(connection, State.UNKNOWN, now)

        self.database.run(put)

    def _keep(self, place: Place) -> None:
        made = _Kept(seq=place.seq, hash=place.hash, signed=place.signed)
        atomic_files.write(self.settings.data / HEAD_FILE, msgspec.json.encode(made))


def last_head(folder: Path) -> Place | None:
    """Return the last whole head that is kept in the data folder; None where there is none yet.

    Raises:
        Named: it is damaged or cannot be read.

    """
    try:
        read = msgspec.json.decode(atomic_files.read(folder / HEAD_FILE), type=_Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise causes.Named(HEAD) from error
    return Place(seq=read.seq, hash=read.hash, signed=read.signed)


def broken(connection: Connection, found: Checked, now: float) -> Sequence[Turn]:
    """Write down that it does not hold, and give the sign that is opened for it.

    The same break is no new sign once somebody has signed it off.
    """
    same = _told_before(connection) == found.about and _signed_off(connection)
    audit.note(connection, now, ENDPOINT, BROKEN, found.about)
    audit_standing.note(connection, State.BROKEN, now)
    if same:
        return ()
    turns = strangers.note(connection, AUDIT_BROKEN, 1, now)
    if turns:
        about = f"tamper:{AUDIT_BROKEN.id}"
        opening = Opening(source=Source.TAMPER, about=about, playbook=PLAYBOOK, severity="critical")
        open_incident(connection, opening, now)
    return turns


def _told_before(connection: Connection) -> str:
    act = audit_log.c.act == BROKEN
    asked = select(audit_log.c.subject).where(act).order_by(audit_log.c.id.desc()).limit(1)
    return str(connection.scalar(asked) or "")


def _signed_off(connection: Connection) -> bool:
    mine = endpoint_sign.c.kind == AUDIT_BROKEN.id
    asked = select(endpoint_sign.c.signed_at).where(mine).order_by(endpoint_sign.c.id.desc())
    return connection.scalar(asked.limit(1)) is not None
