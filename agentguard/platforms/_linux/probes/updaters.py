"""Whether the system installs its updates by itself: apt's, dnf's and snap's own ways, and Firefox.

A browser from a package has no updater: its package waits as every other does, see patches.
Sources: apt.conf(5), /usr/lib/apt/apt.systemd.daily, dnf-automatic(8), systemd.timer(5)
Persistent=, snapd's cmd/snap/cmd_snap_op.go (showRefreshTimes).
"""

from __future__ import annotations

import os
import re
from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import _firefox_files
from agentguard.platforms._linux.ini import TRUE, settings
from agentguard.platforms._linux.probes._asked import NO_TOOL, Answer, ask
from agentguard.ports.desktop import Probe

UNATTENDED, DNF, SNAP = "unattended-upgrades", "dnf-automatic", "snap"
_APT_TIMER = "apt-daily-upgrade.timer"
_DNF_TIMERS = ("dnf-automatic-install.timer", "dnf-automatic.timer", "dnf5-automatic.timer")
_DNF_SETTINGS = ("etc/dnf/automatic.conf", "etc/dnf/dnf5-plugins/automatic.conf")
_APT_STAMPS = (
    "var/lib/apt/periodic/unattended-upgrades-stamp",
    "var/lib/apt/periodic/upgrade-stamp",
)
"""What a run leaves that came to its end; systemd's stamp of the timer tells only of its start."""
_FIREFOXES = ("opt/firefox", "opt/firefox-esr")
_NOTHING = frozenset({"", "0"})
_APT = re.compile(r'^APT::Periodic::([\w-]+) "([^"]*)";', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the traces are."""

    root: Path

    def has(self, name: str) -> bool:
        """Check whether there is something; a link that leads nowhere is."""
        return os.path.lexists(self.root / name)

    def text(self, name: str) -> str:
        """Return what stands in a file; nothing where it cannot be read."""
        try:
            return (self.root / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def newest(self, names: tuple[str, ...]) -> float | None:
        """Return the newest time of change of those that are there."""
        times = []
        for name in names:
            try:
                times.append((self.root / name).stat().st_mtime)
            except OSError:
                continue
        return max(times, default=None)

    def timer(self, unit: str) -> bool:
        """Check whether systemd starts a timer: it is wanted, and not masked."""
        own = self.root / "etc/systemd/system" / unit
        masked = own.is_symlink() and str(own.readlink()) == "/dev/null"
        return not masked and self.has(f"etc/systemd/system/timers.target.wants/{unit}")


def apt(places: Places, told: Answer) -> Updater | None:
    """Return how unattended-upgrades stands, by `apt-config dump`; None without it."""
    if not places.has("usr/bin/unattended-upgrade"):
        return None
    chosen = dict(_APT.findall(told.text))
    wanted = chosen.get("Unattended-Upgrade", "") not in _NOTHING
    wanted = wanted and chosen.get("Enable", "1") not in _NOTHING
    started = not places.has("run/systemd/system") or places.timer(_APT_TIMER)
    on = None if told.unread and started else wanted and started
    looked = places.newest(_APT_STAMPS)
    return Updater(program=UNATTENDED, on=on, looked=looked, system=True)


def dnf(places: Places) -> Updater | None:
    """Return how dnf-automatic stands; None without it.

    One of its timers installs whatever the settings say.
    """
    units = [f"usr/lib/systemd/system/{unit}" for unit in _DNF_TIMERS]
    if not any(places.has(unit) for unit in units):
        return None
    words = next(filter(None, map(places.text, _DNF_SETTINGS)), "")
    applied = dict(settings(words, "commands")).get("apply_updates", "").lower() in TRUE
    install, *others = _DNF_TIMERS
    on = places.timer(install) or (applied and any(map(places.timer, others)))
    stamps = tuple(f"var/lib/systemd/timers/stamp-{unit}" for unit in _DNF_TIMERS)
    return Updater(program=DNF, on=on, looked=places.newest(stamps), system=True)


def snap(told: Answer, at: Moment) -> Updater | None:
    """Return how snap stands, by `snap refresh --time --abs-time`; None without it."""
    if told.unread == NO_TOOL:
        return None
    said = dict(re.findall(r"^(\w+): *(.*?) *$", told.text, re.MULTILINE))
    held = said.get("hold", "")
    until = _wall(held)
    on: bool | None = None if told.unread or "timer" not in said else True
    if held and (until is None or until > at.wall):
        on = False
    return Updater(program=SNAP, on=on, looked=_wall(said.get("last", "")), system=True)


def _wall(day: str) -> float | None:
    try:
        told = datetime.fromisoformat(day)
    except ValueError:
        return None
    return told.timestamp() if told.tzinfo is not None else None


def firefoxes(places: Places) -> Iterator[Updater]:
    """Yield each Firefox that came from no package, and updates itself where it may."""
    for name in _FIREFOXES:
        folder = places.root / name
        if _firefox_files.version(folder):
            kept = (places.root / "etc/firefox/policies", folder / "distribution")
            told = ChainMap(
                *(dict(_firefox_files.policies(one / _firefox_files.POLICIES)) for one in kept)
            )
            yield _firefox_files.updater(folder, folder, told, on=os.access(folder, os.W_OK))


def read_from(places: Places, of_apt: Answer, of_snap: Answer, at: Moment) -> UpdatersSeen:
    """Put together what the traces and the two tools say."""
    found = (apt(places, of_apt), dnf(places), snap(of_snap, at), *firefoxes(places))
    return UpdatersSeen(at=at, updaters=tuple(one for one in found if one is not None))


def read(at: Moment, _policy: Policy) -> UpdatersSeen:
    """Ask both tools, and look at the traces."""
    of_snap = ask("snap", "refresh", "--time", "--abs-time")
    return read_from(
        Places(root=Path("/")), ask("apt-config", "dump", "APT::Periodic"), of_snap, at
    )


PROBE = Probe(name="updaters", every=6 * 3600, read=read)
