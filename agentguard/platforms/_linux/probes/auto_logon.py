"""Automatic sign-in, as the sign-in screens GDM, LightDM and SDDM have it in their settings.

The later of two settings counts, as in the programs themselves. Who is signed in is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.model.machine import AutoLogonSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux import ini
from agentguard.platforms._linux.probes._asked import DENIED
from agentguard.ports.desktop import Probe


@dataclass(frozen=True, slots=True)
class Screen:
    """A sign-in screen: where its settings are, and which of them sign somebody in.

    Of `users` each signs in whoever it names; of `switches` each needs to be true as well.
    """

    name: str
    files: tuple[str, ...]
    section: str
    users: tuple[str, ...]
    switches: tuple[str, ...] = ()


SCREENS = (
    Screen(
        "GDM",
        ("/etc/gdm3/custom.conf", "/etc/gdm/custom.conf", "/etc/gdm3/daemon.conf"),
        "daemon",
        ("automaticlogin", "timedlogin"),
        ("automaticloginenable", "timedloginenable"),
    ),
    Screen(
        "LightDM",
        (
            "/usr/share/lightdm/lightdm.conf.d/*.conf",
            "/etc/lightdm/lightdm.conf.d/*.conf",
            "/etc/lightdm/lightdm.conf",
        ),
        "seat",
        ("autologin-user",),
    ),
    Screen(
        "SDDM",
        ("/usr/lib/sddm/sddm.conf.d/*.conf", "/etc/sddm.conf.d/*.conf", "/etc/sddm.conf"),
        "autologin",
        ("user",),
    ),
)


def read_from(root: Path, at: Moment) -> AutoLogonSeen:
    """Judge the settings below `root`; one that may not be read leaves it unknown."""
    denied = False
    for screen in SCREENS:
        said: dict[str, str] = {}
        for file in _files(root, screen.files):
            try:
                words = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                denied = True
                continue
            said.update(ini.settings(words, screen.section))
        if _signs_in(screen, said):
            return AutoLogonSeen(at=at, on=True, product=screen.name)
    if denied:
        return AutoLogonSeen(at=at, unread=DENIED)
    return AutoLogonSeen(at=at, on=False)


def _files(root: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(root.glob(pattern.lstrip("/")))


def _signs_in(screen: Screen, said: Mapping[str, str]) -> bool:
    switches = screen.switches or ("",) * len(screen.users)
    return any(
        bool(said.get(user)) and (not switch or said.get(switch, "").lower() in ini.TRUE)
        for user, switch in zip(screen.users, switches, strict=True)
    )


def read(at: Moment, _policy: Policy) -> AutoLogonSeen:
    """Look at the settings of this computer."""
    return read_from(Path("/"), at)


PROBE = Probe(name="auto-logon", every=3600, read=read)
