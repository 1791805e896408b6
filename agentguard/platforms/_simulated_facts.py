"""The facts of a simulated machine on which nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.model.facts import (
    AntivirusSeen,
    BackupSeen,
    DisksSeen,
    Fact,
    FirewallSeen,
    FolderAccess,
    FolderAccessSeen,
    Kind,
    Listener,
    ListenersSeen,
    ProgramsSeen,
    Protection,
    Software,
    SoftwareSeen,
    Volume,
)
from agentguard.model.locking import LockLimitsSeen, LockSource, Standing
from agentguard.model.machine import (
    AutoLogonSeen,
    ClipboardHistorySeen,
    NetworksSeen,
    PatchesSeen,
    PrintJobsSeen,
    RemoteSessionSeen,
    ScreenSharesSeen,
    Updater,
    UpdatersSeen,
    UsbSeen,
    VpnLink,
    VpnSeen,
)
from agentguard.model.moments import Moment

HOUR = 3600.0
LOCKS = (
    LockSource(name="GNOME", standing=Standing.BLANKS, seconds=300.0),
    LockSource(name="systemd-logind", standing=Standing.NEVER, managed=True),
)


def healthy_facts(at: Moment) -> Iterator[Fact]:
    """Yield the facts; of listeners, programs and software it names what every desk has."""
    yield LockLimitsSeen(at=at, sources=LOCKS)
    yield DisksSeen(at=at, volumes=(Volume(mount="/", encrypted=True),))
    yield FirewallSeen(at=at, on=True, product="nftables")
    yield AntivirusSeen(at=at, products=(Protection(product="ClamAV", on=True, current=True),))
    yield ListenersSeen(at=at, listeners=(Listener(port=631, protocol="tcp", program="cupsd"),))
    yield ProgramsSeen(at=at, images=frozenset({"crm", "softphone"}))
    yield SoftwareSeen(
        at=at,
        items=(
            Software(
                name="Debian GNU/Linux",
                version="13",
                vendor="Debian",
                source="dpkg",
                kind=Kind.SYSTEM,
                edition="debian",
            ),
            Software(name="bash", version="5.2.37", vendor="Debian", source="dpkg", kind=Kind.PART),
        ),
    )
    yield FolderAccessSeen(
        at=at,
        folders=(
            FolderAccess(path="/home/agent/Documents", others_read=False, others_write=False),
        ),
    )
    yield BackupSeen(at=at, newest=at.wall - HOUR, source="simulated")
    yield UsbSeen(at=at)
    yield AutoLogonSeen(at=at, on=False)
    yield RemoteSessionSeen(at=at)
    yield ClipboardHistorySeen(at=at)
    yield NetworksSeen(at=at, wireless=True, wifi=("protected",))
    yield PrintJobsSeen(at=at)
    yield ScreenSharesSeen(at=at)
    yield VpnSeen(at=at, links=(VpnLink(kind="wireguard", name="wg0"),))
    own = Updater(program="unattended-upgrades", on=True, looked=at.wall - HOUR, system=True)
    yield UpdatersSeen(at=at, updaters=(own,))
    yield PatchesSeen(at=at, looked=at.wall - HOUR, installed=at.wall - HOUR, security=0)
