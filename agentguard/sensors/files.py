"""Files to events: the watch as a hint, a sweep as the truth, only hits and reasons told.

A sweep runs at the start, every `sweep_minutes`, and soon after anything that may have cost a
hint: an overflow, a dead watch, a folder that went or came. Hints go before the sweep. A sweep that
was ended by a kill or a power cut begins again, and what was kept of it costs one stat a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from agentguard.model.events import SweepFinished
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.file_memory import Looked, SeenFiles
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.sensors.file_look import (
    Label,
    Looker,
    ReadOn,
    Scan,
    as_seen,
    current_mark,
    no_more,
)
from agentguard.sensors.file_memory import MemorySeen
from agentguard.sensors.mounts import Afar, Drives
from agentguard.sensors.sweep import REST_MOST, Found, Left, Round, Step, Unread, walk
from agentguard.sensors.sweep_pacing import Circumstances, Manners, read_last
from agentguard.sensors.watch_guard import NAME, Guard
from agentguard.sensors.watch_hints import Hint, Hints, Kind
from agentguard.sensors.watch_scope import absent

LOOKS = 10
IDLE = 2.0
"""Seconds between two looks at the watch itself."""
TURN = 0.5
"""Seconds for which hints are answered before the watch and the sweep have their turn."""
CROWD = 0.1
"""Seconds of waiting while what was found is not judged yet."""


def nothing_known() -> tuple[str, ...]:
    """Know of no open findings."""
    return ()


def no_rules() -> str:
    """Know of one version of the recognisers only."""
    return ""


class FilesSensor:
    """Looks at every file of the watched folders once, and again when it changes.

    `known` gives the paths with open findings, so that those that are gone are told too;
    `circumstances` hold the sweep (not the hints) while the person must not be disturbed; `rules`
    gives the version of the recognisers: another one means that everything is read again; `seen`
    keeps what was looked at; `read_on` goes on with a file of which a turn left a part; `duty`
    replaces the policy's share of time for a sweep; `drives` gives the drives that lie on other
    computers. `drills` is the folder in which drills put files, whose events `label` knows again.
    """

    name = NAME

    def __init__(
        self,
        scan: Scan,
        policy: PolicySource,
        clock: Clock,
        *,
        known: Callable[[], tuple[str, ...]] = nothing_known,
        circumstances: Circumstances | None = None,
        seen: SeenFiles | None = None,
        rules: Callable[[], str] = no_rules,
        duty: float | None = None,
        drives: Drives = frozenset,
        drills: str = "",
        label: Label = as_seen,
        read_on: ReadOn = no_more,
    ) -> None:
        self._clock = clock
        self._known = known
        self._manners = Manners(circumstances or Circumstances(), clock, duty)
        self._seen: SeenFiles = MemorySeen() if seen is None else seen
        self._rules = rules
        self._bell = Bell()
        self._hints = Hints()
        answers = Afar(clock).answers
        self._guard = Guard(policy, clock, self._hints, self._bell, answers, drives, drills=drills)
        self._looker = Looker(
            *(scan, clock, self._hints, self._seen), rules="", label=label, read_on=read_on
        )
        self._rests_until = float("-inf")
        self._judged = ""
        self._swept_by: str | None = None
        self._round: Round | None = None

    def poke(self) -> None:
        """Sweep now."""
        self._guard.want_sweep()
        self._bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Watch and sweep until `stop` is set."""
        read_last()
        self._bell.attach(stop)
        self._round = None
        self._guard.begin()
        try:
            while not stop.is_set():
                self._bell.hush()
                self._guard.look(submit)
                self._mind_the_rules()
                if self._guard.takes_sweep(self._round):
                    self._round = self._new_round(fast=self._guard.hurried)
                self._answer_hints(submit, stop)
                self._rest(self._sweep_on(submit), stop)
        finally:
            self._seen.save()
            self._guard.close()

    def look(self, submit: Submit, stop: Stop) -> None:
        """Look at every file once, without a watch; or until `stop` is set. Not beside `run`."""
        read_last()
        self._guard.begin()
        self._mind_the_rules()
        self._round = self._new_round(fast=True)
        while not stop.is_set() and self._round is not None:
            self._clock.wait(stop, self._sweep_on(submit))
        self._seen.save()

    def _mind_the_rules(self) -> None:
        """Sweep when files are to be read by other rules, or judged by another policy."""
        self._looker.stay_in(self._guard.scope, self._guard.mounts)
        rules, policy = self._rules(), self._guard.policy
        if rules != self._looker.rules or policy != self._judged:
            self._looker.read_by(rules)
            self._judged = policy
            self._guard.want_sweep()

    def _new_round(self, *, fast: bool) -> Round:
        self._looker.told.also(self._known())
        self._looker.refused.clear()
        self._looker.sweep_begins()
        self._seen.sweep_begins()
        steps = chain(walk(self._guard.scope), self._left_over())
        blind = self._guard.blind and self._swept_by == self._looker.rules
        return Round(walk=steps, begun=self._clock.now(), fast=fast, blind=blind)

    def _left_over(self) -> Iterator[Left]:
        """Yield what was told and not met by now: it may be gone, or outside of the folders."""
        met = set[str]() if self._round is None else self._round.told
        for path in dict.fromkeys((*self._looker.told.paths(), *self._known())):
            if path not in met and path not in self._looker.refused:
                yield Left(path)

    def _rest(self, seconds: float, stop: Stop) -> None:
        """Wait for what comes next; hints that ripen soon need no bell."""
        now, due = self._clock.now().boot, self._hints.next_due()
        left = seconds if due is None else min(seconds, due - now)
        if self._manners.crowded:
            self._clock.wait(stop, CROWD)
        elif left > 0:
            ripening = due is not None and left <= Kind.CLOSED.value
            self._clock.wait(stop if ripening else self._bell, left)

    def _answer_hints(self, submit: Submit, stop: Stop) -> None:
        begun = self._clock.now()
        self._hints.take(begun.boot)
        for hint in self._hints.due(begun.boot):
            if self._guard.scope.covers(hint.path):
                self._answer(hint, submit)
            late = self._clock.now().since(begun) > TURN
            if late or stop.is_set() or self._manners.crowded:
                return

    def _answer(self, hint: Hint, submit: Submit) -> None:
        match hint.kind:
            case Kind.TREE:
                self._folder_came(hint, submit)
            case Kind.TREE_GONE:
                self._folder_went(hint, submit)
            case Kind.GONE:
                self._looker.look_for(hint.path, submit)
            case _:
                self._changed(hint, submit)

    def _folder_went(self, hint: Hint, submit: Submit) -> None:
        """Look for what was told of a folder; what is not known by name is left to a sweep."""
        for path in self._looker.told.below(hint.path):
            self._looker.look_at(path, submit)
        if self._looker.told.full:
            self._guard.folder_lost()

    def _folder_came(self, hint: Hint, submit: Submit) -> None:
        """Look through a new folder; one of the same name may have gone a moment before."""
        self._guard.folder_came()
        for path in self._looker.told.below(hint.path) if hint.replaced else ():
            self._looker.look_at(path, submit)
        now = self._clock.now().boot
        for found in walk(self._guard.scope, hint.path):
            if isinstance(found, Found):
                self._hints.add(found.path, Kind.CLOSED, now)
            if self._hints.overflown:
                return

    def _changed(self, hint: Hint, submit: Submit) -> None:
        """Look at a changed file; one that nobody closed only when it has come to rest."""
        mark = current_mark(hint.path)
        if hint.kind is Kind.CHANGED and mark is not None and mark != hint.mark:
            hint.seen_as(mark)
            if hint.looks < LOOKS:
                self._hints.again(hint, self._clock.now().boot, hint.kind.value)
                return
        self._looker.look_at(hint.path, submit)
        self._hints.looked(hint.path, self._clock.now().boot)

    def _sweep_on(self, submit: Submit) -> float:
        """Go on with the sweep for a slice; give the seconds to rest before the next."""
        sweep = self._round
        if sweep is None:
            return min(self._go_on(submit), self._guard.seconds_to_sweep(IDLE))
        begun, share = self._clock.now(), self._manners.share(self._guard.watch)
        if not share or self._manners.crowded or begun.boot < sweep.resume:
            return min(IDLE, max(sweep.resume - begun.boot, CROWD))
        for found in sweep.slice(self._clock):
            self._met(sweep, found, submit)
        if sweep.done:
            self._finish(sweep, submit)
            return 0.0
        return sweep.rest(begun, self._clock.now(), share)

    def _go_on(self, submit: Submit) -> float:
        """Go on with a file that is read in turns; give the seconds to rest before the next turn.

        The sweep at the end tells that all of it is read.
        """
        begun, share = self._clock.now(), self._manners.share(self._guard.watch)
        if not self._looker.unfinished or not share or self._manners.crowded:
            return IDLE
        if begun.boot < self._rests_until:
            return self._rests_until - begun.boot
        if self._looker.go_on(submit) and not self._looker.unfinished:
            self._guard.want_sweep()
        now = self._clock.now()
        seconds = min(now.since(begun) * (1 / share - 1), REST_MOST)
        self._rests_until = now.boot + seconds
        return seconds

    def _met(self, sweep: Round, found: Step, submit: Submit) -> None:
        told = self._looker.told
        before, reads = found.path in told, self._looker.reads
        match found:
            case Left():
                self._looker.look_at(found.path, submit, held=True)
                return
            case Found():
                looked = self._looker.meet(found, submit)
            case Unread():
                looked = Looked(outcome=FileOutcome.UNREADABLE, reason=found.reason)
                self._looker.tell(found.path, looked, submit)
        told_of, read = before or found.path in told, self._looker.reads > reads
        sweep.met(found.path, looked, told=told_of, read=read)

    def _finish(self, sweep: Round, submit: Submit) -> None:
        self._seen.sweep_ended()
        self._round, self._swept_by = None, self._looker.rules
        self._guard.swept(sweep)
        now, lost = self._clock.now(), sweep.lost
        submit(
            SweepFinished(
                at=now,
                files=sweep.files,
                unread=lost.unread,
                seconds=now.since(sweep.begun),
                part=lost.part,
                sealed=lost.sealed,
                why=lost.why(),
                folders=len(self._guard.scope.roots),
                absent=absent(self._guard.scope),
                test_cards=sweep.test_cards,
                waiting=lost.waiting,
                waiting_of=lost.waiting_of,
            )
        )
