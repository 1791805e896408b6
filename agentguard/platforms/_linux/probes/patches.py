"""Updates: when they were looked for and installed, which wait, and whether a restart is due.

Debian's tools tell it to every user: `apt list` reads the index, in a tenth of the time in which
`apt-get -s` would also tell in which order to install. On other systems the restart flag of dnf and
the ages are told, and how many updates wait is not. When an update came out stands in no list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import UNSUPPORTED, Answer, ask
from agentguard.ports.desktop import Probe

REBOOT = ("run/reboot-required", "var/run/reboot-required")
# What a look leaves behind, and nothing else: apt's cache changes with every installation as well.
LOOKED = (
    "var/lib/apt/periodic/update-success-stamp",
    "var/lib/apt/lists",
    "var/lib/apt/lists/partial",
    "var/cache/dnf",
    "var/cache/libdnf5",
)
SECURITY_LISTS = "var/lib/apt/lists/*security*Packages*"
"""What apt knows of a security archive; without it apt would say that nothing waits."""
INSTALLED = (
    "var/lib/dpkg/status",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
)
# A line begins with name and archives: openssl/noble-updates,noble-security 3.5.2 amd64 (apt(8)).
_SECURITY = re.compile(r"^([^/\s]+)/\S*security\S* \S", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the traces are."""

    root: Path

    def newest(self, names: Iterable[str]) -> float | None:
        """Return the newest time of change of those that are there."""
        times = []
        for name in names:
            try:
                times.append((self.root / name).stat().st_mtime)
            except OSError:
                continue
        return max(times, default=None)

    def knows_security(self) -> bool:
        """Check whether apt has the lists of a security archive at all."""
        return any(True for _ in self.root.glob(SECURITY_LISTS))


def read_from(places: Places, apt: Answer, at: Moment) -> PatchesSeen:
    """Put together what the traces and apt say."""
    installed = places.newest(INSTALLED)
    if installed is None:
        return PatchesSeen(at=at, unread=UNSUPPORTED)
    told = not apt.unread and places.knows_security()
    waits = waiting(apt.text) if told else ()
    return PatchesSeen(
        at=at,
        reboot=places.newest(REBOOT),
        looked=places.newest(LOOKED),
        installed=installed,
        security=len(waits) if told else None,
        waiting=waits,
    )


def waiting(words: str) -> tuple[str, ...]:
    """Name the packages with a security update in the words of `apt list --upgradable`."""
    return tuple(sorted(_SECURITY.findall(words)))


@dataclass(slots=True)
class Asking:
    """Asks apt, which may take seconds, only when packages or lists changed since."""

    places: Places
    traces: tuple[float | None, float | None] = (None, None)
    answer: Answer | None = None

    def __call__(self, at: Moment, _policy: Policy) -> PatchesSeen:
        """Look at the traces, and ask apt what waits."""
        traces = (self.places.newest(LOOKED), self.places.newest(INSTALLED))
        if self.answer is None or self.answer.unread or traces != self.traces:
            self.answer = ask("apt", "list", "--upgradable", "-qq")
            self.traces = traces
        return read_from(self.places, self.answer, at)


PROBE = Probe(name="patches", every=4 * 3600, read=Asking(Places(root=Path("/"))))
