"""What lies under a folder, told by the kernel's table and by the attributes of Windows."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from agentguard.sensors.mounts import Mounts, is_elsewhere, is_link, mounts

TABLE = r"""27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /mnt/team\040files rw,relatime shared:1 - cifs //files.example/team rw
41 27 0:51 / /home/ada/cloud rw,nosuid - fuse.rclone remote: rw
42 27 0:52 / /run/user/1000/doc rw,nosuid - fuse.portal portal rw
43 27 0:53 / /home/bob rw - nfs4 files.example:/bob rw
44 43 8:1 / /home/bob/stick rw - vfat /dev/sda1 rw
45 27 0:55 / /home/ada/sealed rw - fuse.gocryptfs /home/ada/.sealed rw
46 27 0:56 / /net rw - autofs auto.net rw
47 27 0:57 / /mnt/caf\303\251 rw - nfs files.example:/cafe rw
"""


@pytest.fixture
def table(tmp_path: Path) -> Mounts:
    (tmp_path / "mounts").write_text(TABLE)
    return mounts(str(tmp_path / "mounts"))


@pytest.mark.posix
def test_folders_of_other_computers_are_known(table: Mounts) -> None:
    assert table.network == {
        "/mnt/team files",
        "/home/ada/cloud",
        "/home/bob",
        "/net",
        "/mnt/café",
    }


@pytest.mark.posix
@pytest.mark.parametrize(
    ("folder", "remote"),
    [
        ("/home/ada/Documents", False),
        ("/home/bob", True),
        ("/home/bob/Documents", True),
        ("/home/bob/stick/x", False),
        ("/home/bobby", False),
        ("/home/ada/cloud/deep/er", True),
        ("/home/ada/sealed/x", False),
        ("/run/user/1000/doc", False),
        ("/net/server/share", True),
        ("/", False),
    ],
)
def test_the_nearest_mount_decides(table: Mounts, folder: str, *, remote: bool) -> None:
    assert table.remote(folder) is remote


@pytest.mark.posix
def test_a_share_below_a_folder_is_known(table: Mounts) -> None:
    assert table.remote_below("/home")
    assert table.remote_below("/home/ada")
    assert not table.remote_below("/home/ada/Documents")
    assert table.below("/home") == (
        "/home/ada/cloud",
        "/home/ada/sealed",
        "/home/bob",
        "/home/bob/stick",
    )


def test_a_computer_that_starts_from_the_network_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text("27 1 0:20 / / rw - nfs4 boot.example:/desk7 rw\n")
    table = mounts(str(tmp_path / "mounts"))
    assert not table.remote("/home/ada")
    assert not table.network


def test_of_two_mounts_at_one_place_the_later_counts(tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(
        "40 27 0:50 / /data rw - autofs auto rw\n41 40 8:2 / /data rw - ext4 /dev/sdb rw\n"
    )
    assert not mounts(str(tmp_path / "mounts")).remote("/data/x")


@pytest.mark.posix
def test_a_disk_without_true_times_is_known(table: Mounts) -> None:
    assert table.weak == {os.makedev(8, 1)}


def test_without_a_table_everything_is_near(tmp_path: Path) -> None:
    nothing = mounts(str(tmp_path / "none"))
    assert nothing == Mounts()
    assert not nothing.remote("/home")


@pytest.mark.parametrize("line", ["", "x", "1 2 3 4", "1 2 nonsense / /m rw - nfs a rw", "\xff - "])
def test_a_line_that_is_no_mount_is_passed_over(tmp_path: Path, line: str) -> None:
    (tmp_path / "mounts").write_bytes(line.encode("latin-1") + b"\n")
    assert mounts(str(tmp_path / "mounts")).weak == frozenset()


@pytest.mark.posix
def test_this_computer_tells_its_own() -> None:
    assert "/" in dict(mounts().places)


def windows(attributes: int, tag: int = 0, mode: int = stat.S_IFREG) -> SimpleNamespace:
    """As Windows' stat gives it: no blocks, but attributes and a tag."""
    return SimpleNamespace(
        st_mode=mode, st_file_attributes=attributes, st_reparse_tag=tag, st_dev=1, st_size=10
    )


@pytest.mark.parametrize(
    ("attributes", "elsewhere"),
    [
        (0x20, False),  # ARCHIVE
        (0x20 | 0x1000, True),  # OFFLINE: on a tape, or an older cloud
        (0x420 | 0x400000, True),  # OneDrive: RECALL_ON_DATA_ACCESS on a reparse point
        (0x40000, True),  # RECALL_ON_OPEN
        (0x420 | 0x80000, False),  # PINNED: always kept here
        (0x200, False),  # SPARSE_FILE
    ],
)
def test_placeholders_of_windows_are_known(attributes: int, *, elsewhere: bool) -> None:
    assert is_elsewhere(windows(attributes), frozenset()) is elsewhere


@pytest.mark.parametrize(
    ("tag", "link"),
    [
        (0xA0000003, True),  # MOUNT_POINT: a junction, or a mounted volume
        (0xA000000C, True),  # SYMLINK
        (0xA000001D, True),  # LX_SYMLINK
        (0x9000001A, False),  # CLOUD: a folder of OneDrive
        (0x80000013, False),  # DEDUP
    ],
)
def test_junctions_are_links_and_folders_of_a_cloud_are_not(tag: int, *, link: bool) -> None:
    assert is_link(windows(0x410, tag, stat.S_IFDIR)) is link


def test_a_tag_counts_only_with_its_attribute() -> None:
    assert not is_link(windows(0x10, 0xA0000003, stat.S_IFDIR))


@pytest.mark.posix
def test_a_symbolic_link_is_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert is_link((tmp_path / "link").lstat())
    assert not is_link(tmp_path.lstat())
