"""USB storage, by trees of sysfs as the kernel lays them out."""

from __future__ import annotations

from pathlib import Path

from agentguard.model.machine import UsbStorage
from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.usb import read_from

AT = Moment(boot=10.0, wall=1_790_000_000.0)
STICK = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0"
FIXED = "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0"


def disk(root: Path, name: str, way: str, size: str = "1000", **words: str) -> None:
    """Put a disk into the tree: its device, its block device and the link to it."""
    device = root / "devices" / way
    block = device / "block" / name
    block.mkdir(parents=True)
    (block / "size").write_text(f"{size}\n")
    (block / "device").symlink_to(device)
    for word, said in words.items():
        (device / word).write_text(said)
    (root / "block").mkdir(exist_ok=True)
    (root / "block" / name).symlink_to(block)


def test_a_stick_is_told_by_its_own_words_and_a_fixed_disk_is_not(tmp_path: Path) -> None:
    disk(tmp_path, "sda", FIXED, vendor="ATA", model="Fast SSD")
    disk(tmp_path, "sdb", STICK, vendor="SanDisk ", model="Ultra\x1b[2J" + "x" * 99)
    seen = read_from(tmp_path / "block", AT)
    (stick,) = seen.devices
    assert stick.vendor == "SanDisk"
    assert stick.model.startswith("Ultra [2J")
    assert len(stick.model) <= 64


def test_a_card_reader_counts_with_a_card_alone(tmp_path: Path) -> None:
    disk(tmp_path, "sdc", STICK, size="0", vendor="Generic", model="Reader")
    assert read_from(tmp_path / "block", AT).devices == ()


def test_a_device_that_says_nothing_counts(tmp_path: Path) -> None:
    disk(tmp_path, "sdb", STICK)
    assert read_from(tmp_path / "block", AT).devices == (UsbStorage(vendor="", model=""),)


def test_a_machine_without_sysfs_is_unread(tmp_path: Path) -> None:
    assert read_from(tmp_path / "none", AT).unread == "unsupported"
    assert read_from(Path(__file__), AT).unread == "denied"
