"""Disk encryption, read from recorded words of lsblk and the kernel's table of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.facts import DisksSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes import disks

VECTORS = Path("tests/vectors/probes")
AT = Moment(boot=10.0, wall=1_790_000_000.0)
FOLDERS = ("/", "/home", "/home/ada b", "/home/ada")


def read(lsblk: str, mounts: str, folders: tuple[str, ...] = FOLDERS) -> DisksSeen:
    return disks.read_from(
        (VECTORS / f"lsblk-{lsblk}.json").read_text(),
        (VECTORS / f"mountinfo-{mounts}.txt").read_text(),
        folders,
        AT,
    )


@pytest.mark.parametrize(
    ("lsblk", "mounts", "expected"),
    [
        ("plain", "plain", {"/": False}),
        ("luks-lvm", "homes", {"/": True, "/home": True, "swap": True}),
        ("clear-swap", "plain", {"/": True, "swap": False}),
        ("half-mirror", "plain", {"/": False}),
        ("live", "plain", {"/": None}),
        ("plain", "container", {"/": None}),
        ("live", "container", {"/": None}),
        ("plain", "network-home", {"/": False}),
        ("plain", "ecryptfs", {"/": False, "/home/ada": True}),
    ],
)
def test_each_volume_is_judged_down_to_its_disk(
    lsblk: str, mounts: str, expected: dict[str, bool | None]
) -> None:
    seen = read(lsblk, mounts)
    assert {v.mount: v.encrypted for v in seen.volumes} == expected
    assert seen.unread == ""


def test_a_volume_without_a_device_is_not_told_rather_than_clear() -> None:
    seen = disks.read_from(
        '{"blockdevices": []}', (VECTORS / "mountinfo-container.txt").read_text(), ("/",), AT
    )
    assert [(v.mount, v.encrypted) for v in seen.volumes] == [("/", None)]


def test_a_machine_with_all_its_files_elsewhere_has_no_volume() -> None:
    mounts = "27 1 0:50 / / rw - nfs4 files.example:/root rw\n"
    assert disks.read_from('{"blockdevices": []}', mounts, ("/",), AT).volumes == ()


def test_an_older_lsblk_tells_one_mount_point() -> None:
    words = '{"blockdevices": [{"kname": "sda1", "type": "part", "mountpoint": "/"}]}'
    mounts = (VECTORS / "mountinfo-plain.txt").read_text()
    (volume,) = disks.read_from(words, mounts, ("/",), AT).volumes
    assert volume.encrypted is False


@pytest.mark.parametrize("words", ["", "lsblk: unknown column", "[]", "{}", '{"blockdevices": 3}'])
def test_words_that_say_nothing_prove_nothing(words: str) -> None:
    seen = disks.read_from(words, "", ("/",), AT)
    assert (seen.unread, seen.volumes) == ("no-answer", ())
