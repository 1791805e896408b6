"""Whether a call is live, to events: by the microphone, and by what a softphone tells.

A call by microphone ends when nobody has recorded for three seconds, as a softphone lets go of it
for a moment when the headset changes. A softphone tells each call by a name, which lasts until it
says the end or is silent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from agentguard.base.errors import PlatformError
from agentguard.model.events import CallState
from agentguard.model.moments import Moment
from agentguard.model.policy import ANY_MICROPHONE, CallRules
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Absent, Calls
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.absent_sensor import absent_state, watching_state

NAME = "call"
Rules = Callable[[], CallRules]
EVERY = 1.0  # seconds between two looks
HOLD = 3.0
LASTS = 4 * 3600.0
"""Seconds that a call may last after its last signal: a softphone that died ends none."""
MOST = 100
LONGEST_NAME = 60


class CallSignals:
    """The calls that are live by signal; any thread may tell and ask."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._until: dict[str, float] = {}

    def start(self, name: str, now: Moment) -> bool:
        """Begin a call, or tell that it goes on; False when there are too many."""
        with self._guard:
            if name not in self._until and len(self._until) >= MOST:
                return False
            self._until[name] = now.boot + LASTS
            return True

    def end(self, name: str) -> None:
        """End a call; an empty name ends all."""
        with self._guard:
            if name:
                self._until.pop(name, None)
            else:
                self._until.clear()

    def live(self, now: Moment) -> tuple[str, ...]:
        """Return the names of the live calls."""
        with self._guard:
            self._until = {n: until for n, until in self._until.items() if until > now.boot}
            return tuple(self._until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of calls beside the microphone: softphones' signals, and the policy's rules."""

    signals: CallSignals = field(default_factory=CallSignals)
    rules: Rules = lambda: ANY_MICROPHONE


class CallSensor:
    """Tells when a call begins or ends, and at the start how it is."""

    name = NAME

    def __init__(self, calls: Calls | Absent, clock: Clock, told: Told | None = None) -> None:
        self._calls = calls
        self._told = told or Told()
        self._clock = clock
        self._heard: tuple[str, Moment] | None = None

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look each second; a PlatformError ends the watch, once it was told that no call is."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Look each second."""
        if isinstance(self._calls, Absent):
            submit(absent_state(self.name, self._calls.reason, self._clock))
        told: str | None = None
        while True:
            try:
                source = self._source()
            except PlatformError:
                self._tell("", submit)
                raise
            if told is None and not isinstance(self._calls, Absent):
                submit(watching_state(self.name, self._clock))
            if source != told:
                told = source
                self._tell(source, submit)
            yield EVERY

    def _tell(self, source: str, submit: Submit) -> None:
        submit(CallState(at=self._clock.now(), in_call=bool(source), source=source))

    def _source(self) -> str:
        """Return what is taken for a call now; empty for none."""
        now = self._clock.now()
        live = self._told.signals.live(now)
        if live:
            return live[0]
        if isinstance(self._calls, Absent):
            return ""
        heard = _softphone(self._calls.recording(), self._told.rules())
        if heard:
            self._heard = (heard, now)
        if self._heard is None or now.since(self._heard[1]) > HOLD:
            return ""
        return self._heard[0]


def _softphone(images: tuple[str, ...], rules: CallRules) -> str:
    calling = (
        image
        for image in images
        if _named(image, rules.softphones) and not _named(image, rules.not_calls)
    )
    return next(calling, "")


def _named(image: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(image.casefold(), pattern.casefold()) for pattern in patterns)
