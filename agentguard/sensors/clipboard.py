"""What is copied, to events: the text is judged here, dropped at once, and never leaves.

The newest copy wins: at most 20 are read in a second, each up to 1 MiB of text within half a
second. What could not be judged is said to be unjudged, so that nobody clears it.
"""

from __future__ import annotations

from collections.abc import Callable

from agentguard.errors import CannotError, PlatformError
from agentguard.model.events import ClipboardScanned
from agentguard.model.hits import Hit
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Clipboard, Copied
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent import watching_state

NAME = "clipboard"
LIMIT = 1024 * 1024  # characters that are judged
SECONDS = 0.5  # for the owner to hand over its text
RATE = 20.0  # reads in a second, after a burst of as many

Judge = Callable[[str], tuple[Hit, ...]]
"""Gives the hits of a text; a CannotError says that it could not be judged."""


class ClipboardSensor:
    """Judges every selection at the start, and then each time its owner changes."""

    name = NAME

    def __init__(self, clipboard: Clipboard, judge: Judge, clock: Clock) -> None:
        self._clipboard = clipboard
        self._judge = judge
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError of the watch itself ends it."""
        bucket = TokenBucket(RATE, self._clock)

        def changed(selection: str) -> None:
            if not self._clock.wait(stop, bucket.take()):
                submit(self._scan(selection))

        submit(watching_state(self.name, self._clock))
        self._clipboard.watch(changed, stop)

    def _scan(self, selection: str) -> ClipboardScanned:
        app, hits, judged = self._look(selection)
        return ClipboardScanned(
            at=self._clock.now(), app=app, selection=selection, hits=hits, judged=judged
        )

    def _look(self, selection: str) -> tuple[str, tuple[Hit, ...], bool]:
        """Give the program, the hits, and whether they say all there is to say."""
        try:
            copied = self._clipboard.read(selection, limit=LIMIT, seconds=SECONDS)
        except PlatformError:
            return "", (), False
        if copied is None:
            return "", (), True
        return copied.app, *self._verdict(copied)

    def _verdict(self, copied: Copied) -> tuple[tuple[Hit, ...], bool]:
        if copied.secret:
            return (), False
        try:
            hits = self._judge(copied.text)
        except CannotError:
            return (), False
        return hits, bool(hits) or copied.whole


class TokenBucket:
    """Lets `rate` things pass in a second, after a burst of as many."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._seen = clock.now()

    def take(self) -> float:
        """Take one token; give the seconds to wait for it, 0 when it is there."""
        now = self._clock.now()
        self._tokens = min(self._rate, self._tokens + now.since(self._seen) * self._rate)
        self._seen = now
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)
