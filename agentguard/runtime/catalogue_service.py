"""The software catalogue in force at a desk: told at the start, and when a newer one was taken.

Whoever takes one, the uplink or a command, only keeps it. The agent looks at what is kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base.errors import AgentGuardError, PackRejected
from agentguard.model.facts import LifecyclesKnown
from agentguard.policy import trust_record
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Member, Turns
from agentguard.software import classes
from agentguard.software.kept_pack import UNKEPT, KeptPack, Present
from agentguard.trust.refusal import pack_rejected

if TYPE_CHECKING:
    from agentguard.trust.roots import Root

LOG = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between two looks for a newer catalogue."""


def packs(folder: Path, clock: Clock) -> KeptPack:
    """Return what keeps the catalogue of a user's data folder, by the root that is pinned there."""

    def root() -> Root | None:
        return _root(folder)

    def today() -> date:
        known = trust_record.load(folder).time
        return datetime.fromtimestamp(max(clock.now().wall, known, BUILT), UTC).date()

    return KeptPack(folder, root, today)


def event(now: Present, clock: Clock) -> LifecyclesKnown:
    """Return a catalogue as the engine is told of it."""
    known = now.contents.systems
    return replace(known, at=clock.now(), programs=now.matcher, classes=classes.shipped())


class Catalogues:
    """Tells an engine of the catalogue in force."""

    def __init__(self, kept: KeptPack, clock: Clock) -> None:
        self._kept = kept
        self._clock = clock
        self._told = 0

    def first(self) -> LifecyclesKnown:
        """Return the catalogue to begin with.

        Raises:
            CannotError: there is none but the shipped one, and that is damaged.

        """
        now = self._kept.start()
        if now.message is not None:
            LOG.warning("the catalogue in force is not the last one: %s", now.message.id)
        self._told = now.seq
        return event(now, self._clock)

    def member(self, submit: Submit) -> Member:
        """Return who looks for a newer catalogue now and then."""
        return Member(name="catalogue", begin=lambda _stop: self.turns(submit))

    def turns(self, submit: Submit) -> Turns:
        """Tell of each newer catalogue."""
        while True:
            yield LOOK
            try:
                now = self._kept.start()
            except AgentGuardError:  # told at the start
                continue
            if now.seq != self._told:
                LOG.info("the catalogue %d is in force", now.seq)
                self._told = now.seq
                submit(event(now, self._clock))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Takes catalogues that the endpoint hands on; nothing of it raises."""

    kept: KeptPack
    clock: Clock

    def seq(self) -> int:
        """Return the number of the newest catalogue that is here."""
        return self.kept.seq

    def take(self, data: bytes) -> bool:
        """Judge a catalogue, and keep it or note why not; False where it could not be kept now."""
        try:
            self.kept.deliver(data, self.clock.now().wall)
        except PackRejected as error:
            LOG.warning("a catalogue is refused: %s", error.title)
            return error.kind != UNKEPT
        except AgentGuardError as error:
            LOG.error("a catalogue is not in force: %s", error.title)  # noqa: TRY400 - said in full
        return True


def _root(folder: Path) -> Root | None:
    """Return the root that is pinned, None where none is.

    Raises:
        PackRejected: it is lost or damaged.

    """
    trust = trust_record.load(folder)
    if trust.damaged:
        raise pack_rejected("trust-damaged")
    if not trust.root:
        return None
    from agentguard.trust import roots  # noqa: PLC0415 - only who has a root verifies

    return roots.first(roots.read(trust.root.encode()))
