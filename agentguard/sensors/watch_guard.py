"""Looks after the watch itself: attaches it, sees that it lives, and says when to sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agentguard.base import paths
from agentguard.model.events import SensorState, Watching
from agentguard.model.messages import Message, say
from agentguard.model.policy import Watch
from agentguard.ports.clock import Bell, Clock
from agentguard.ports.sensor import PolicySource, Submit
from agentguard.sensors.mounts import Drives, Mounts
from agentguard.sensors.sweep import Round
from agentguard.sensors.watch_hints import Hints, Kind
from agentguard.sensors.watch_scope import Identity, Scope, always, identity, scope_of, where
from agentguard.sensors.watcher import Watcher

NAME = "files"
EVERY = 2.0
"""Seconds between two looks at the watch."""
SETTLE = 2.0
"""Seconds from a loss to the sweep that mends it, so that the burst can end."""
CALM = 3.0
CALM_MOST = 90.0
"""Between two sweeps after losses pass three times the length of the first, or so many seconds:
where events are lost all the time, most of the processor is still the person's."""
POLL = 120.0
"""Seconds between two sweeps when not every folder can be watched."""
ROOM = 10.0
"""Seconds between two questions whether new folders could be watched."""
LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")

Answers = Callable[[str], bool]


class Guard:
    """Owns the watch. `hurried` tells whether the sweep that is wanted must not rest.

    `scope` is what is looked at, `mounts` what is mounted, as of the last look.
    """

    def __init__(
        self,
        policy: PolicySource,
        clock: Clock,
        hints: Hints,
        bell: Bell,
        answers: Answers = always,
        drives: Drives = frozenset,
        *,
        drills: str = "",
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._hints = hints
        self._bell = bell
        self._answers, self._drives, self._drills = answers, drives, drills
        self._watcher = Watcher(self._tell, self._lose)
        self._watch: Watch = Watch()
        self._identity: Identity = ()
        self._apart = 0
        self._said: tuple[str, ...] | None = None
        self._looked = self._roomed = float("-inf")
        self._lost = self._came = self._whole = False
        self._sweep_at = self._calm_until = float("-inf")
        self.mounts = Mounts()
        self.hurried = False
        self.scope = Scope(roots=(), exclude=None)

    def begin(self) -> None:
        """Forget the watch that was; the next look attaches a new one."""
        self._take_scope()
        self.mounts = self.scope.mounts()
        self._identity, self._said, self._whole = (), None, False
        self._looked = self._sweep_at = self._calm_until = float("-inf")
        self.hurried = False

    def _take_scope(self) -> None:
        self._watch = self._policy().watch
        own = str(paths.data_folder())
        self.scope = scope_of(self._watch, own, self._answers, self._drives, self._drills)

    def look(self, submit: Submit) -> None:
        """Attach what must be attached, and tell when the watch became worse or better."""
        now = self._clock.now().boot
        if now - self._looked < EVERY and not self._lost:
            return
        first, self._looked, self.mounts = self._said is None, now, self.scope.mounts()
        if self._hints.overflown or self._lost:
            self._hints.caught_up()
            self._lost = False
            self._hurry(now)
        if first or self._changed():
            self._attach()
            if not first:
                self._hurry(now)
        elif self._came and now - self._roomed >= ROOM:
            self._came, self._roomed = False, now
            self._whole = self._whole and self._watcher.has_room()
        self._tell_state(submit, now)

    def _changed(self) -> bool:
        return (
            where(self._policy().watch) != where(self._watch)
            or self._identity != identity(self.scope, self.mounts)
            or (self._whole and not self._watcher.alive())
        )

    def _attach(self) -> None:
        self._take_scope()
        self._identity = identity(self.scope, self.mounts)
        self._watch_folders()

    def _watch_folders(self) -> None:
        """Watch what can be watched: not what lies on other computers, nor around such a folder.

        A watch is set by walking through the folder, which would hang there.
        """
        table = self.mounts
        near = [root for root in self.scope.watched() if not table.remote(root)]
        alone = [root for root in near if not table.remote_below(root)]
        self._apart = len(near) - len(alone)
        if self.scope.network:
            self._apart += len(self.scope.watched()) - len(near)
        attached = self._watcher.attach(alone)
        self._whole = attached and self._watcher.has_room()

    def _tell_state(self, submit: Submit, now: float) -> None:
        message = self._message()
        said = (message.id,) if message is not None else ()
        if said == self._said:
            return
        if said and self._said is not None:
            self._hurry(now)
        self._said = said
        submit(
            SensorState(at=self._clock.now(), sensor=NAME, state=Watching.WATCHING, message=message)
        )

    def _message(self) -> Message | None:
        if not any(identity(replace(self.scope, drills=""), self.mounts)):
            return say("files.no-folder")
        minutes = int(self._interval() // 60)
        if self._whole:
            return say("files.apart", count=self._apart, minutes=minutes) if self._apart else None
        if not self._watcher.running:
            return say("files.no-watch", minutes=minutes)
        return say("files.degraded", minutes=minutes, limit=_limit())

    def takes_sweep(self, running: Round | None) -> bool:
        """Tell once that a sweep must begin; only a slow one under way is given up for a loss."""
        if self._clock.now().boot < self._sweep_at:
            return False
        if running is not None and (running.fast or not self.hurried):
            return False
        if running is None and self._said and not self._whole:
            self._looked = float("-inf")
            self._watch_folders()
        self._sweep_at = float("inf")
        return True

    def swept(self, sweep: Round) -> None:
        """Note that a sweep is finished; the next one comes after the interval."""
        now = self._clock.now()
        if sweep.fast:
            self._calm_until = now.boot + min(CALM * now.since(sweep.begun), CALM_MOST)
            if self.hurried and self._sweep_at != float("-inf"):  # which is wanted at once
                self._sweep_at = max(self._sweep_at, self._calm_until)
        self.hurried = self.hurried and self._sweep_at != float("inf")
        self._sweep_at = min(self._sweep_at, now.boot + self._interval())

    @property
    def blind(self) -> bool:
        """Check whether folders of this computer are not watched."""
        return not self._whole

    @property
    def watch(self) -> Watch:
        """Return what the policy says of sweeps now."""
        return self._policy().watch

    @property
    def policy(self) -> str:
        """Return the digest of the policy in force."""
        return self._policy().digest

    def want_sweep(self) -> None:
        """Sweep at once."""
        self._sweep_at = float("-inf")

    def seconds_to_sweep(self, most: float) -> float:
        """Return the seconds until the next sweep, at most `most`."""
        return max(0.0, min(self._sweep_at - self._clock.now().boot, most))

    def folder_came(self) -> None:
        """Note that there is one more folder to watch."""
        self._came = True

    def folder_lost(self) -> None:
        """Note that a folder went with more in it than is known by name."""
        self._hurry(self._clock.now().boot)

    def close(self) -> None:
        """End the watch."""
        self._watcher.close()

    def _interval(self) -> float:
        seconds = self._policy().watch.sweep_minutes * 60.0
        near = self._whole and (not self._apart or self.scope.network)
        return seconds if near else min(seconds, POLL)

    def _hurry(self, now: float) -> None:
        self.hurried = True
        self._sweep_at = min(self._sweep_at, max(now + SETTLE, self._calm_until))

    def _tell(self, path: str, kind: Kind) -> None:
        self._hints.tell(path, kind)
        self._bell.ring()

    def _lose(self) -> None:
        self._lost = True
        self._bell.ring()


def _limit() -> int:
    try:
        return int(LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
