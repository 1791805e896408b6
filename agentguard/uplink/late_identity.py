"""The uplink of a computer whose key may come later: it asks for it in the background, and again.

The agent protects from its first second; a keyring that is locked, mute or wiped only keeps it from
reporting. As soon as the key can be read, the reports begin.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from agentguard.base.errors import (
    AgentGuardError,
    EnrolmentError,
    SecretError,
    StoreError,
    UplinkError,
)
from agentguard.model.events import SensorState, UplinkState, Watching
from agentguard.model.messages import say
from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.factors import AppRuling
from agentguard.ports.people import Ruling
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Outbox
from agentguard.uplink.asked_drills import AskedDrills
from agentguard.uplink.compose import Uplink
from agentguard.uplink.enrolment import LOST
from agentguard.uplink.exceptions import LateBook
from agentguard.uplink.inventory import Programs
from agentguard.uplink.lessons import Lessons
from agentguard.uplink.sender import Wake

LOG = logging.getLogger(__name__)

NAME = "uplink"
LOOK_AGAIN = 15.0
"""Seconds between two looks for a key that cannot be read; a person just unlocked the keyring."""

Picture = Callable[[], Snapshot]
"""Gives the engine's last picture."""


class LateUplink:
    """One actor: connects as soon as that is possible, and then reports."""

    def __init__(
        self,
        connect: Callable[[Picture], Uplink | None],
        outbox: Outbox,
        *,
        submit: Submit,
        clock: Clock,
    ) -> None:
        self.programs = Programs()
        """Where the newest list of programs is found; whoever has an engine says where."""
        self.lessons = Lessons()
        """Where the person's lessons are found; whoever has an agent says where."""
        self.drills = AskedDrills()
        """Who runs the drills that the endpoint asks for; whoever has an agent says who."""
        self.exceptions = LateBook()
        """Where exceptions are kept; whoever has an agent says where."""
        self._connect = connect
        self._outbox = outbox
        self._submit = submit
        self._clock = clock
        self._uplink: Uplink | None = None
        self._asked = threading.Event()
        self._told: str | None = None

    def run(self, picture: Picture, stop: Stop) -> None:
        """Connect and report the `picture` until `stop` is set."""
        while not stop.is_set():
            self._asked.clear()
            uplink = self._connected(picture)
            if uplink is not None:
                self._uplink = uplink
                uplink.sender.run(stop)  # ends before `stop` when the key or the enrolment changed
            else:
                self._clock.wait(Wake(stop, self._asked), LOOK_AGAIN)

    def poke(self) -> None:
        """Report now, if reports have begun."""
        if self._uplink is not None:
            self._uplink.sender.poke()

    def report_now(self) -> None:
        """Report now because a person asks for it, or look for the key again."""
        self._asked.set()
        if self._uplink is not None:
            self._uplink.sender.try_now()

    def sleep(self, asleep: bool) -> None:  # noqa: FBT001 - as ports.desktop.Sleep tells it
        """Say goodbye before the computer sleeps, and report again when it woke."""
        if self._uplink is None:
            return
        sender = self._uplink.sender
        if not asleep:
            sender.nap.end()
        else:
            sender.nap.begin()
        sender.try_now()
        if asleep and not sender.nap.told():
            LOG.info("the endpoint could not be told that this computer sleeps")

    def last_report(self) -> str:
        """Return the last report that was receipted; empty when none was."""
        return self._uplink.sender.last_report() if self._uplink is not None else ""

    def prove(self, factor: str, group: str, answer: str) -> Ruling:
        """Ask the endpoint about a one-time code.

        Raises:
            UplinkError: it was not reached, or the key cannot be read yet.

        """
        if self._uplink is None:
            raise UplinkError("key-locked", "This computer cannot sign what it asks yet.")
        return self._uplink.prover.prove(factor, group, answer)

    def app(self, code: str) -> AppRuling:
        """Ask the endpoint for the secret of a new authenticator app.

        Raises:
            UplinkError: it was not reached, or the key cannot be read yet.

        """
        if self._uplink is None:
            raise UplinkError("key-locked", "This computer cannot sign what it asks yet.")
        return self._uplink.prover.app(code)

    def forge(self) -> bool | None:
        """Send a forged report; tell whether the endpoint refused it, None before the first report.

        Raises:
            UplinkError: it was not reached.

        """
        return self._uplink.sender.forge() if self._uplink is not None else None

    def lose_answer(self) -> Callable[[], bool] | None:
        """Have the endpoint's next answer lost; give what tells whether it was, None before one."""
        return self._uplink.sender.answers.want() if self._uplink is not None else None

    def keep_answers(self) -> None:
        """Have no answer lost any more."""
        if self._uplink is not None:
            self._uplink.sender.answers.keep()

    def _connected(self, picture: Picture) -> Uplink | None:
        try:
            uplink = self._connect(picture)
        except AgentGuardError as error:
            self._tell(error)
            return None
        if self._told is not None:
            self._told = None
            self._sensor(Watching.WATCHING, "")
        return uplink

    def _tell(self, error: AgentGuardError) -> None:
        """Say it once for each cause."""
        kind = error.kind if isinstance(error, EnrolmentError) else type(error).__name__
        if kind == self._told:
            return None
        self._told = kind
        LOG.error("no reports are sent: %s", error)
        if kind.startswith("key-") and SecretError(kind.removeprefix("key-")).passing:
            self._sensor(Watching.WATCHING, "")
            return self._waits(kind)
        return self._sensor(Watching.FAILED, "uplink.key-lost" if kind == LOST else "uplink.broken")

    def _sensor(self, state: Watching, id_: str) -> None:
        message = say(id_) if id_ else None
        at = self._clock.now()
        self._submit(SensorState(at=at, sensor=NAME, state=state, message=message))

    def _waits(self, kind: str) -> None:
        try:
            waiting, receipted = self._outbox.waiting(), self._outbox.cursor()
        except StoreError:
            waiting, receipted = 0, 0
        self._submit(
            UplinkState(
                at=self._clock.now(),
                problem=kind,
                waiting=waiting,
                receipted=receipted,
                message=say("uplink.waits-for-key"),
            )
        )
