"""What is copied, to events: the text is judged here, dropped at once, and never leaves.

The newest copy wins: at most 20 are read in a second, each up to 1 MiB of text within half a
second. What could not be judged is said to be unjudged, so that nobody clears it. What its owner
marks as not to be kept is judged as well: a browser's private window marks each copy. Only what a
known password manager excludes is let alone, and of what is marked no sign goes further.

A copy whose read failed or came in part is known again by a keyed digest of its text: read once
more it is the same copy, and has no more time than before.

Text, pages, documents, tables and lists of files are judged; of a list of files the names, and what
is known of the files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from agentguard.base.errors import CannotError, PlatformError
from agentguard.model.events import ClipboardScanned
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Clipboard, Copied, Spared, nobody
from agentguard.ports.sensor import Submit
from agentguard.sensors.absent_sensor import watching_state
from agentguard.sensors.clipboard_formats import files, text_of
from agentguard.sensors.clipboard_leaks import Leaks

NAME = "clipboard"
LIMIT = 1024 * 1024  # characters that are judged
SECONDS = 0.5  # for the owner to hand over its text
CREDENTIAL = "SECRET"  # the kind of passwords, keys and tokens
RATE = 20.0  # reads in a second, after a burst of as many
READING = 2.0  # seconds to wait for the end of a read, before something is done to what it reads

Judge = Callable[[str], tuple[Hit, ...]]
"""Gives the hits of a text; a CannotError says that it could not be judged."""


def nothing_known(_path: str) -> tuple[Hit, ...]:
    """Know nothing of any file."""
    return ()


class ClipboardSensor:
    """Judges every selection at the start, and then each time its owner changes.

    `known` gives what was found in a file before; `spared` knows the password managers that are
    let alone.
    """

    name = NAME

    def __init__(
        self,
        clipboard: Clipboard,
        judge: Judge,
        clock: Clock,
        *,
        known: Judge = nothing_known,
        spared: Spared = nobody,
    ) -> None:
        self._clipboard = clipboard
        self._judge = judge
        self._clock = clock
        self._known = known
        self._spared = spared
        self._looked: dict[str, Moment] = {}
        self._reading: set[str] = set()
        self._read = threading.Condition()
        self._open: set[str] = set()
        self.leaks = Leaks(LIMIT)

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch until `stop` is set; a PlatformError of the watch itself ends it."""
        bucket = TokenBucket(RATE, self._clock)

        def changed(selection: str) -> None:
            if not self._clock.wait(stop, bucket.take()):
                submit(self._scan(selection))

        self._open.update(self._clipboard.selections)
        submit(watching_state(self.name, self._clock))
        self._clipboard.watch(changed, stop)

    def newer(self, selection: str, than: Moment) -> bool:
        """Check whether something else was read since that moment; wait for a read that goes on.

        Raises:
            PlatformError: it went on for too long.

        """
        with self._read:
            if not self._read.wait_for(lambda: selection not in self._reading, READING):
                raise PlatformError("The clipboard is being read.")
            looked = self._looked.get(selection)
        return looked is not None and looked.boot > than.boot

    def _scan(self, selection: str) -> ClipboardScanned:
        with self._read:
            self._reading.add(selection)
        try:
            seen = self._look(selection)
            at = self._clock.now()
            if seen.is_new:
                self._looked[selection] = at
        finally:
            with self._read:
                self._reading.discard(selection)
                self._read.notify_all()
        return replace(seen, at=at)

    def _look(self, selection: str) -> ClipboardScanned:
        """Read it and say all there is to say; `judged` is False where that is not all."""
        nothing = ClipboardScanned(at=self._clock.now(), app="", selection=selection, hits=())
        try:
            copied = self._clipboard.read(
                selection, limit=LIMIT, seconds=SECONDS, spared=self._spared
            )
        except PlatformError:
            self._open.add(selection)
            return replace(nothing, judged=False)
        same = self._is_same(selection, copied)
        if copied is None or copied.own:
            self.leaks.forget(selection)
            return nothing
        hits, judged = self._verdict(copied)
        if hits:
            self.leaks.note(selection, copied.text, nothing.at.wall)
        elif judged or not same:
            self.leaks.forget(selection)
        return replace(nothing, app=copied.app, hits=hits, judged=judged, full=True, same=same)

    def _is_same(self, selection: str, copied: Copied | None) -> bool:
        """Check whether a copy is the last one with findings, of which a read was owed."""
        leak, owed = self.leaks.of(selection), selection in self._open
        self._open.discard(selection)
        if copied is None or copied.own or copied.secret:
            return False
        if not copied.whole:
            self._open.add(selection)
        return owed and leak is not None and leak.is_it(copied.text or None, leak.wall)

    def _verdict(self, copied: Copied) -> tuple[tuple[Hit, ...], bool]:
        if copied.secret:
            return (), False
        try:
            hits = _together(self._each(copied))
        except CannotError:
            return (), False
        hits = _unsigned(hits) if copied.marked else hits
        return hits, bool(hits) or copied.whole

    def _each(self, copied: Copied) -> Iterator[tuple[Hit, ...]]:
        """Judge each form of it: one that shows less to the eye may hold more."""
        yield self._judge(copied.text)
        for flavour in copied.flavours:
            text = text_of(flavour)
            if text != copied.text:
                yield self._judge(text)
            if flavour.kind == "files":
                yield from (self._known(path) for path in files(flavour))


def _unsigned(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Return what was found in a marked copy without a sign of any value.

    Passwords and keys do not count: to copy them so is what password managers are for.
    """
    return tuple(replace(hit, masked=()) for hit in hits if hit.kind != CREDENTIAL)


def _together(parts: Iterable[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """Return the most that one part holds of each kind: the parts say the same in other forms."""
    most: dict[str, Hit] = {}
    for hits in parts:
        for hit in hits:
            if hit.kind not in most or hit.count > most[hit.kind].count:
                most[hit.kind] = hit
    return tuple(most.values())


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
