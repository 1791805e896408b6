"""Antivirus and EDR products: installed, running, and with fresh signatures.

A product is known by the folder it installs and by its processes. Only ClamAV tells the age of
its signatures to everybody. Products that judge by behaviour have none that could grow old and
are current while they run; for the others it is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from agentguard.model.facts import AntivirusSeen, Protection
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import NO_ANSWER
from agentguard.ports.desktop import Probe

FRESH = 7 * 86400.0
"""Signatures older than this many seconds are stale; ClamAV gives new ones every day."""

HEADER = 512
_STAMP = 8
"""The field of a ClamAV database's header that tells when it was built (seconds since 1970)."""


@dataclass(frozen=True, slots=True)
class Product:
    """What tells a product: the paths it installs, its processes, its signature files.

    `behaviour` says that it judges what programs do, with rules from its maker's service.
    """

    name: str
    paths: tuple[str, ...]
    images: frozenset[str]
    signatures: tuple[str, ...] = ()
    behaviour: bool = False


def _known(name: str, folder: str, *images: str) -> Product:
    return Product(name, (folder,), frozenset(images))


def _sensor(name: str, folder: str, *images: str) -> Product:
    return Product(name, (folder,), frozenset(images), behaviour=True)


PRODUCTS = (
    Product(
        "ClamAV",
        ("/usr/sbin/clamd", "/usr/bin/clamscan"),
        frozenset({"clamd", "clamonacc"}),
        ("/var/lib/clamav/daily.cld", "/var/lib/clamav/daily.cvd"),
    ),
    _sensor("CrowdStrike Falcon", "/opt/CrowdStrike", "falcon-sensor", "falcon-sensor-bpf"),
    _known("Microsoft Defender", "/opt/microsoft/mdatp", "wdavdaemon"),
    _sensor("SentinelOne", "/opt/sentinelone", "s1-agent", "sentinelone-agent"),
    _known("Wazuh", "/var/ossec", "wazuh-agentd", "wazuh-syscheckd"),
    _sensor("Carbon Black", "/opt/carbonblack", "cbagentd", "cbdaemon"),
    _known("Sophos", "/opt/sophos-spl", "sophos_watchdog", "sophos_managementagent"),
    _known("Trend Micro", "/opt/ds_agent", "ds_agent", "ds_am"),
    _known("ESET", "/opt/eset", "startd", "oaeventd"),
    _known("Bitdefender", "/opt/bitdefender-security-tools", "bdsecd", "bdsrvscand"),
    _sensor("Elastic Defend", "/opt/Elastic/Endpoint", "elastic-endpoint"),
    _sensor("Cortex XDR", "/opt/traps", "pmd"),
    _known("Trellix", "/opt/McAfee/ens", "mfetpd", "mfetpcli"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as this probe sees it; `built` is a signature file's wall time, or None."""

    images: frozenset[str]
    exists: Callable[[str], bool]
    built: Callable[[str], float | None]


def read_from(machine: Machine, at: Moment) -> AntivirusSeen:
    """List the installed products; none at all is an answer as well."""
    if not machine.images:
        return AntivirusSeen(at=at, unread=NO_ANSWER)
    found = (_protection(product, machine, at) for product in PRODUCTS)
    return AntivirusSeen(at=at, products=tuple(p for p in found if p is not None))


def _protection(product: Product, machine: Machine, at: Moment) -> Protection | None:
    running = bool(product.images & machine.images)
    if not running and not any(machine.exists(path) for path in product.paths):
        return None
    current = _current(product.signatures, machine, at.wall) if product.signatures else None
    if product.behaviour and running:
        current = True
    return Protection(product=product.name, on=running, current=current)


def _current(files: Iterable[str], machine: Machine, wall: float) -> bool | None:
    there = [file for file in files if machine.exists(file)]
    if not there:
        return False
    built = [stamp for file in there if (stamp := machine.built(file)) is not None]
    return wall - max(built) <= FRESH if built else None


def stamp_of(header: bytes) -> float | None:
    """Read when a ClamAV database was built from the header that it begins with."""
    fields = header.decode("ascii", "replace").split(":")
    if fields[0] != "ClamAV-VDB" or len(fields) <= _STAMP:
        return None
    try:
        return float(int(fields[_STAMP].strip(" \0")))
    except ValueError:
        return None


def _built(file: str) -> float | None:
    try:
        with Path(file).open("rb") as opened:
            return stamp_of(opened.read(HEADER))
    except OSError:
        return None


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        return False


def read(at: Moment, _policy: Policy) -> AntivirusSeen:
    """Look at the processes and the folders."""
    try:
        images = frozenset(
            (process.info["name"] or "").lower() for process in psutil.process_iter(["name"])
        )
    except (psutil.Error, OSError):
        return AntivirusSeen(at=at, unread=NO_ANSWER)
    return read_from(Machine(images=images, exists=_exists, built=_built), at)


PROBE = Probe(name="antivirus", every=900, read=read)
