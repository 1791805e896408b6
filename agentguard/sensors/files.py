"""Files to events: the watch as a hint, a sweep as the truth, only hits and reasons told.

A sweep runs at the start, every `sweep_minutes`, and soon after anything that may have cost a
hint: an overflow, a dead watch, a folder that went or came. Hints go before the sweep.
"""

from __future__ import annotations

from collections.abc import Callable

from agentguard.model.events import FileOutcome, SweepFinished
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.sensors.bell import Bell
from agentguard.sensors.guard import NAME, Guard
from agentguard.sensors.hints import Hint, Hints, Kind
from agentguard.sensors.look import Looker, Scan, current_mark
from agentguard.sensors.round import Round
from agentguard.sensors.seen import MemorySeen, SeenFiles
from agentguard.sensors.sweep import Found, Unread, walk

LOOKS = 10
IDLE = 2.0
"""Seconds between two looks at the watch itself."""


def nothing_known() -> tuple[str, ...]:
    """Know of no open findings."""
    return ()


def never_busy() -> bool:
    """Sweep at any time."""
    return False


class FilesSensor:
    """Looks at every file of the watched folders once, and again when it changes.

    `known` gives the paths with open findings, so that those that are gone are told too; `busy`
    holds the sweep (not the hints) while the person must not be disturbed; `rules` is the version
    of the recognisers: another one means that everything is read again; `duty` is the share of
    time that a routine sweep takes.
    """

    name = NAME

    def __init__(
        self,
        scan: Scan,
        policy: PolicySource,
        clock: Clock,
        *,
        known: Callable[[], tuple[str, ...]] = nothing_known,
        busy: Callable[[], bool] = never_busy,
        seen: SeenFiles | None = None,
        rules: str = "",
        duty: float = 0.1,
    ) -> None:
        self._clock = clock
        self._known = known
        self._busy = busy
        self._seen: SeenFiles = MemorySeen() if seen is None else seen
        self._duty = duty
        self._bell = Bell()
        self._hints = Hints()
        self._guard = Guard(policy, clock, self._hints, self._bell)
        self._looker = Looker(scan, clock, self._hints, self._seen, rules=rules)
        self._round: Round | None = None

    def poke(self) -> None:
        """Sweep now."""
        self._guard.want_sweep()
        self._bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch and sweep until `stop` is set."""
        self._bell.attach(stop)
        self._round = None
        self._guard.begin()
        try:
            while not stop.is_set():
                self._bell.hush()
                self._guard.look(submit)
                if self._guard.takes_sweep(self._round):
                    self._round = self._new_round(fast=self._guard.hurried)
                self._answer_hints(submit, stop)
                self._rest(self._sweep_on(submit), stop)
        finally:
            self._guard.close()

    def sweep_once(self, submit: Submit, stop: Stop) -> None:
        """Look at every file once, without a watch; or until `stop` is set. Not beside `run`."""
        self._guard.begin()
        self._round = self._new_round(fast=True)
        while not stop.is_set() and self._round is not None:
            self._clock.wait(stop, self._sweep_on(submit))

    def _new_round(self, *, fast: bool) -> Round:
        self._looker.told.also(self._known())
        self._seen.sweep_begins()
        return Round(walk=walk(self._guard.scope), begun=self._clock.now(), fast=fast)

    def _rest(self, seconds: float, stop: Stop) -> None:
        """Wait for what comes next; hints that ripen soon need no bell."""
        now, due = self._clock.now().boot, self._hints.next_due()
        left = seconds if due is None else min(seconds, due - now)
        if left > 0:
            ripening = due is not None and left <= Kind.CLOSED.value
            self._clock.wait(stop if ripening else self._bell, left)

    def _answer_hints(self, submit: Submit, stop: Stop) -> None:
        now = self._clock.now().boot
        self._hints.take(now)
        for hint in self._hints.due(now):
            if stop.is_set():
                return
            if self._guard.scope.covers(hint.path):
                self._answer(hint, submit)

    def _answer(self, hint: Hint, submit: Submit) -> None:
        match hint.kind:
            case Kind.TREE:
                self._folder_came(hint, submit)
            case Kind.TREE_GONE:
                for path in self._looker.told.below(hint.path):
                    self._looker.look_at(path, submit)
            case Kind.GONE:
                if hint.path in self._looker.told:
                    self._looker.look_at(hint.path, submit)
            case _:
                self._changed(hint, submit)

    def _folder_came(self, hint: Hint, submit: Submit) -> None:
        """Look through a new folder; one of the same name may have gone a moment before."""
        self._guard.folder_came()
        for path in self._looker.told.below(hint.path) if hint.replaced else ():
            self._looker.look_at(path, submit)
        now = self._clock.now().boot
        for found in walk(self._guard.scope, hint.path):
            if isinstance(found, Found):
                self._hints.add(found.path, Kind.CLOSED, now)

    def _changed(self, hint: Hint, submit: Submit) -> None:
        """Look at a changed file; one that nobody closed only when it has come to rest."""
        mark = current_mark(hint.path)
        if hint.kind is Kind.CHANGED and mark is not None and mark != hint.mark:
            hint.mark = mark
            if hint.looks < LOOKS:
                self._hints.again(hint, self._clock.now().boot, hint.kind.value)
                return
        self._looker.look_at(hint.path, submit)
        self._hints.looked(hint.path, self._clock.now().boot)

    def _sweep_on(self, submit: Submit) -> float:
        """Go on with the sweep for a slice; give the seconds to rest before the next."""
        sweep = self._round
        if sweep is None:
            return self._guard.seconds_to_sweep(IDLE)
        begun = self._clock.now()
        if self._busy() or begun.boot < sweep.resume:
            return min(IDLE, max(sweep.resume - begun.boot, 0.5))
        for found in sweep.slice(self._clock):
            self._met(sweep, found, submit)
        if sweep.done:
            self._finish(sweep, submit)
            return 0.0
        return sweep.rest(begun, self._clock.now(), self._duty)

    def _met(self, sweep: Round, found: Found | Unread, submit: Submit) -> None:
        if isinstance(found, Found):
            self._looker.meet(found, submit, sweep=True)
        else:
            self._looker.tell(found.path, FileOutcome.UNREADABLE, (), found.reason, submit)
        told = self._looker.told
        unread = isinstance(found, Unread) or told.unread(found.path)
        sweep.met(found.path, told=found.path in told, unread=unread)

    def _finish(self, sweep: Round, submit: Submit) -> None:
        for path in self._looker.told.paths():
            if path not in sweep.told:
                self._looker.look_at(path, submit, sweep=True)
        self._seen.sweep_ended()
        self._round = None
        self._guard.swept()
        now = self._clock.now()
        submit(
            SweepFinished(
                at=now, files=sweep.files, unread=sweep.unread, seconds=now.since(sweep.begun)
            )
        )
