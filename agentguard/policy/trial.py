"""A new policy's trial: three healthy minutes settle it; crashes or bad minutes end it.

The rules: in its trial a policy is in force, and the last good one is kept beside it. Three
healthy heartbeats make it the last good one. Two crashes within ten minutes, or ten heartbeats
before three of them were healthy, end it. A heartbeat is a minute in which the agent runs; a
minute without one proves nothing, so a computer that sleeps or is offline is not judged.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from agentguard.base import atomic_files

FILE = "trial-policy"
HEALTHY = 3
BEATS = 10
CRASHES = 2
WINDOW = 600.0  # seconds on the boot clock


class Trial(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A policy in its trial; `raw` is what arrived, `crashes` are moments on the boot clock.

    `running` tells that an agent began with it and has not ended by itself, `blind` which sensors
    had failed before it came: it is not to blame for them. None is not known yet.
    """

    raw: bytes
    running: bool = False
    healthy: int = 0
    beats: int = 0
    crashes: tuple[float, ...] = ()
    blind: frozenset[str] | None = None

    @property
    def settled(self) -> bool:
        """Whether it has proved itself."""
        return self.healthy >= HEALTHY

    @property
    def failed(self) -> str:
        """Why it must end: an id, or empty."""
        if len(self.crashes) >= CRASHES:
            return "trial-crashed"
        return "trial-unhealthy" if self.beats >= BEATS and not self.settled else ""

    def beat(self, blind: frozenset[str], *, answers: bool) -> Trial:
        """Count a heartbeat: healthy when the engine answers and no more sensors have failed."""
        known = blind if self.blind is None else self.blind
        healthy = answers and blind <= known
        return msgspec.structs.replace(
            self, beats=self.beats + 1, healthy=self.healthy + int(healthy), blind=known
        )

    def crashed(self, boot: float) -> Trial:
        """Count a crash; one from before the computer started again counts as of its start."""
        known = (crash if crash <= boot else 0.0 for crash in self.crashes)
        recent = tuple(crash for crash in known if boot - crash <= WINDOW)
        return msgspec.structs.replace(self, crashes=(*recent, boot))

    def started(self, boot: float) -> Trial:
        """Begin a run; one that never ended by itself has crashed."""
        before = self.crashed(boot) if self.running else self
        return msgspec.structs.replace(before, running=True)

    def ended(self) -> Trial:
        """End a run in order."""
        return msgspec.structs.replace(self, running=False)


def load(folder: Path) -> Trial | None:
    """Read the trial there is; a damaged one is none."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Trial)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def save(folder: Path, trial: Trial | None) -> None:
    """Write the trial, or take it away.

    Raises:
        OSError: it is as before.

    """
    if trial is None:
        (folder / FILE).unlink(missing_ok=True)
        return
    atomic_files.make_folder(folder)
    atomic_files.write(folder / FILE, msgspec.json.encode(trial))
