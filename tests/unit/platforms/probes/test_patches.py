"""Updates, by the traces of package managers and the words of apt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes._asked import Answer
from agentguard.platforms._linux.probes.patches import Places, read_from, waiting

AT = Moment(boot=10.0, wall=1_790_000_000.0)
WORDS = """
libc6-dbg/stable 2.41-13 amd64 [upgradable from: 2.41-12]
libbrotli1/stable,stable-security 1.1.0-3 amd64 [upgradable from: 1.1.0-2]
security-tool/stable 2 amd64 [upgradable from: 1]
openssl/noble-updates,noble-security 3.5.2 amd64 [upgradable from: 3.5.1]
N: There are 2 additional versions/security notices. Please use the '-a' switch to see them.
"""


def trace(root: Path, name: str, wall: float) -> None:
    place = root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    os.utime(place, (wall, wall))


LIST = "var/lib/apt/lists/deb.debian.org_debian-security_dists_x_main_binary-amd64_Packages.lz4"


@pytest.mark.parametrize(
    ("lists", "counted"),
    [
        ((), None),
        (("var/lib/apt/lists/lock",), None),
        (("var/lib/apt/lists/deb.debian.org_debian_dists_trixie_main_Packages",), None),
        (("var/lib/apt/lists/partial/x-security_Packages",), None),
        ((LIST,), 2),
        (("var/lib/apt/lists/security.ubuntu.com_ubuntu_dists_noble-security_Packages",), 2),
    ],
)
def test_without_the_lists_of_a_security_archive_nothing_is_counted(
    tmp_path: Path, lists: tuple[str, ...], counted
) -> None:
    trace(tmp_path, "var/lib/dpkg/status", AT.wall - 50)
    for name in lists:
        trace(tmp_path, name, AT.wall - 10)
    seen = read_from(Places(root=tmp_path), Answer(text=WORDS), AT)
    assert (seen.security, len(seen.waiting)) == (counted, counted or 0)


def test_security_updates_are_counted_by_where_they_come_from() -> None:
    assert waiting(WORDS) == ("libbrotli1", "openssl")
    assert waiting("") == ()


def test_the_traces_tell_the_times(tmp_path: Path) -> None:
    trace(tmp_path, "var/lib/dpkg/status", AT.wall - 50)
    trace(tmp_path, "var/lib/apt/periodic/update-success-stamp", AT.wall - 20)
    trace(tmp_path, "run/reboot-required", AT.wall - 10)
    trace(tmp_path, LIST, AT.wall - 30)
    (tmp_path / "var/lib/apt/lists/partial").mkdir()
    for name in ("var/lib/apt/lists", "var/lib/apt/lists/partial"):
        os.utime(tmp_path / name, (AT.wall - 25, AT.wall - 25))
    trace(tmp_path, "var/cache/apt/pkgcache.bin", AT.wall - 1)  # no look, but an installation
    seen = read_from(Places(root=tmp_path), Answer(text=WORDS), AT)
    assert seen.waiting == ("libbrotli1", "openssl")
    assert (seen.installed, seen.looked, seen.reboot, seen.security) == (
        AT.wall - 50,
        AT.wall - 20,
        AT.wall - 10,
        2,
    )


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    trace(tmp_path, "var/lib/rpm/rpmdb.sqlite", AT.wall - 50)
    seen = read_from(Places(root=tmp_path), Answer(unread="no-tool"), AT)
    assert (seen.installed, seen.looked, seen.reboot, seen.security) == (
        AT.wall - 50,
        None,
        None,
        None,
    )


def test_a_machine_of_another_kind_is_unread(tmp_path: Path) -> None:
    assert read_from(Places(root=tmp_path), Answer(), AT).unread == "unsupported"
