"""Facts of the machine to events: every probe at its own interval, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from agentguard.base.errors import StoreError
from agentguard.model.events import Event, SensorState, Watching
from agentguard.model.facts import Fact
from agentguard.model.machine import PatchesSeen
from agentguard.model.messages import say
from agentguard.model.moments import Moment, Wall, compared
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.desktop import Probe, StillAsking
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.update_waits import Waits

LOG = logging.getLogger(__name__)

NAME = "host"


def asked(probe: Probe, fact: Event, now: Moment) -> Event:
    """Return the fact of a probe with the time since which the system owes it an answer."""
    seconds = probe.open()
    if seconds is None or not isinstance(fact, Fact):
        return fact
    today, since = (
        datetime.fromtimestamp(max(0.0, now.wall - ago), UTC).astimezone() for ago in (0.0, seconds)
    )
    shown = "%H:%M" if since.date() == today.date() else "%Y-%m-%d %H:%M"
    return replace(fact, asked=since.strftime(shown))


class HostSensor:
    """Reads every probe at once, the frequent ones first, and then each at its interval.

    A probe that fails is told as the sensor `host.<probe>`, and tried again at its next turn; the
    others go on. Programs that probes run have their own time limits. A probe is given the wall
    time that is trusted: a clock that was just set makes nothing old. `before` tells
    of one that was set before the start. While a probe's question is still open, what it told
    before stands.
    """

    name = NAME

    def __init__(
        self,
        probes: Iterable[Probe],
        policy: PolicySource,
        clock: Clock,
        before: Wall | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._probes = sorted(probes, key=lambda probe: probe.every)
        self._policy = policy
        self._clock = clock
        self._waits = waits
        self.bell = Bell()
        self._due: dict[str, float] = {}
        self._failed: set[str] = set()
        self._wall = before

    def poke(self) -> None:
        """Read everything again now."""
        self._due.clear()
        self.bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Read what is due until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop, self.bell)

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Read one probe after the other as they are due, a turn each."""
        self._due.clear()
        submit(SensorState(at=self._clock.now(), sensor=NAME, state=Watching.WATCHING))
        while True:
            self.bell.hush()
            for probe in self._probes:
                if self._due.get(probe.name, 0.0) <= self._clock.now().boot:
                    self._read(probe, submit)
                    yield 0.0
                if stop.is_set():
                    return
            yield self._pause()

    def look(self, submit: Submit, stop: Stop) -> None:
        """Read every probe once, or until `stop` is set."""
        for probe in self._probes:
            if not stop.is_set():
                self._read(probe, submit)

    def _pause(self) -> float:
        now = self._clock.now().boot
        due = (self._due.get(probe.name, now) for probe in self._probes)
        return max(0.0, min(due, default=now + 3600.0) - now)

    def _read(self, probe: Probe, submit: Submit) -> None:
        at = self._clock.now()
        self._due[probe.name] = at.boot + probe.every
        self._wall, _ = compared(self._wall, at)
        try:
            trusted = self._wall.trusts(at) or at
            fact = self._aged(probe.read(trusted, self._policy()), trusted)
        except StillAsking as waits:
            LOG.info("%s", waits)
            self._told(probe, submit, failed=None)
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the other probes go on
            self._told(probe, submit, failed=error)
            return
        self._told(probe, submit, failed=None)
        submit(asked(probe, replace(fact, at=at), self._clock.now()))

    def _aged(self, fact: Event, at: Moment) -> Event:
        """Return waiting updates the ages that the agent itself has seen, where it keeps them."""
        if self._waits is None or not isinstance(fact, PatchesSeen):
            return fact
        try:
            return self._waits.dated(fact, at)
        except StoreError:
            return fact

    def _told(self, probe: Probe, submit: Submit, *, failed: Exception | None) -> None:
        sensor = f"{NAME}.{probe.name}"
        if failed is None:
            if probe.name in self._failed:
                self._failed.discard(probe.name)
                submit(SensorState(at=self._clock.now(), sensor=sensor, state=Watching.WATCHING))
            return
        self._failed.add(probe.name)
        kind = type(failed).__name__
        submit(
            SensorState(
                at=self._clock.now(),
                sensor=sensor,
                state=Watching.FAILED,
                message=say("host.probe-failed", probe=probe.name, error=kind),
            )
        )
