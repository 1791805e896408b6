"""Files that are past their age, by the policy's retention rules; nothing is removed here.

Age is the time of change against wall time, and wall time may jump. So a wall clock that ran away
from the boot clock is not believed until it has been steady for a day: of two readings the more
lenient one counts. A file that is old by the wall clock alone waits until that time was lived
through (`sensors.lived_clock`). The walk keeps the manners of a sweep, and never lists the
agent's own files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePath

from agentguard.base import paths
from agentguard.base.aside_names import named
from agentguard.model.events import SensorState, Watching
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.lived_time import DAY, Age
from agentguard.model.policy import Watch
from agentguard.model.retention_rules import RetentionRule, rule_name
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.ports.turns import Turns, alone
from agentguard.sensors.lived_clock import LenientWall
from agentguard.sensors.mounts import Drives
from agentguard.sensors.sweep import Found, walk
from agentguard.sensors.sweep_pacing import Circumstances, Manners, Pace, reading_last
from agentguard.sensors.watch_scope import inside, scope_of

NAME = "retention"
EVERY = 6 * 3600.0
FIRST = 30.0
"""Seconds from the start to the first look: a wall clock that is set at the start has settled."""
LISTED = 1_000
"""So many files are listed; `count` tells how many there are."""
PATIENCE = 2_000
"""Files looked at between two looks at the stop."""


@dataclass(slots=True)
class _Found:
    """What one look has found so far."""

    old: list[OldFile] = field(default_factory=list)
    count: int = 0
    soon: int = 0
    days: int = 0
    waiting: int = 0

    def add(self, file: OldFile, rule: RetentionRule) -> None:
        """Count a file, and list it as long as there is room; one that is not old yet, as soon."""
        left = rule.days - file.age_days
        if left > 0:
            self.days = min(self.days, left) if self.soon else left
            self.soon += 1
            return
        self.count += 1
        self.waiting += file.waits
        if len(self.old) < LISTED:
            self.old.append(file)


KindsOf = Callable[[str], frozenset[str]]
"""Gives the kinds of data that were found in a file, by its path."""


def _none(_path: str) -> frozenset[str]:
    return frozenset()


class RetentionSensor:
    """Walks the rules' folders every six hours; `circumstances` and `drives` are a sweep's.

    `age` gives what was lived through, `kinds_of` what was found in a file.
    """

    name = NAME

    def __init__(
        self,
        policy: PolicySource,
        clock: Clock,
        circumstances: Circumstances | None = None,
        drives: Drives = frozenset,
        *,
        kinds_of: KindsOf = _none,
        age: Age | None = None,
    ) -> None:
        self._drives = drives
        self._policy = policy
        self._clock = clock
        self._manners = Manners(circumstances or Circumstances(), clock)
        self._wall = LenientWall(clock)
        self._kinds_of = kinds_of
        self._age = age or (lambda stamp: self._wall.now() - stamp)
        self.bell = Bell()

    def poke(self) -> None:
        """Look now."""
        self.bell.ring()

    def run(self, submit: Submit, stop: Stop) -> None:
        """Look every six hours, or when the rules change, until `stop` is set."""
        alone(self.turns(submit, stop), self._clock, stop, self.bell)

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Look every six hours, or when the rules change."""
        submit(SensorState(at=self._clock.now(), sensor=NAME, state=Watching.WATCHING))
        yield FIRST
        while True:
            self.bell.hush()
            rules = self._policy().retention
            with reading_last():
                self.look(submit, stop, Pace(self._manners, self._clock, self._watch))
            yield from self._rest(rules)

    def _watch(self) -> Watch:
        return self._policy().watch

    def look(self, submit: Submit, stop: Stop, pace: Pace | None = None) -> None:
        """Look once and tell; nothing is told when `stop` is set meanwhile."""
        rules = self._policy().retention
        found = _Found()
        for rule in rules:
            for file in self._old(rule, stop, pace):
                found.add(file, rule)
        if stop.is_set():
            return
        submit(
            RetentionSeen(
                at=self._clock.now(),
                rules=len(rules),
                old=tuple(found.old),
                count=found.count,
                soon=found.soon,
                days=found.days,
                waiting=found.waiting,
                held=self._policy().legal_hold,
            )
        )

    def _rest(self, rules: tuple[RetentionRule, ...]) -> Turns:
        begun = self._clock.now()
        held = self._policy().legal_hold
        while self._policy().retention == rules and self._policy().legal_hold == held:
            left = EVERY - self._clock.now().since(begun)
            self._wall.now()
            if left <= 0 or self.bell.rung():
                return
            yield min(left, 60.0)

    def _old(self, rule: RetentionRule, stop: Stop, pace: Pace | None) -> Iterator[OldFile]:
        own = os.path.realpath(paths.data_folder())
        scope = scope_of(Watch(folders=(rule.folder,), exclude=()), own, drives=self._drives)
        wall = self._wall.now()
        for looked, found in enumerate(walk(scope)):
            if pace is not None:
                pace.step(stop)
            if looked % PATIENCE == 0 and stop.is_set():
                return
            if not isinstance(found, Found) or not _is_about(rule, found.path):
                continue
            if inside(found.path, own):  # whatever the rule says
                continue
            changed = found.mark.changed / 1e9
            age = int((wall - changed) // DAY)
            if age >= rule.days - rule.warn_days and self._is_of(found.path, rule):
                waits = age >= rule.days and self._age(changed) < rule.days * DAY
                yield OldFile(path=found.path, rule=rule_name(rule), age_days=age, waits=waits)

    def _is_of(self, path: str, rule: RetentionRule) -> bool:
        return not rule.kinds or not self._kinds_of(path).isdisjoint(rule.kinds)


def _is_about(rule: RetentionRule, path: str) -> bool:
    """Judge by the name, for a file that a crash left aside in its removal by the name it had."""
    return fnmatch(named(PurePath(path).name), rule.pattern)
