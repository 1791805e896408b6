"""Access rights of folders, on real ones."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from agentguard.model.facts import FolderAccess
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy, Watch
from agentguard.platforms._linux.probes import folders

AT = Moment(boot=10.0, wall=1_790_000_000.0)


@pytest.fixture
def open_way(tmp_path: Path) -> Path:
    """Give a folder that others can reach, if its own bits let them."""
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IXGRP)
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def look(folder: Path, *, private: bool = True) -> tuple[bool | None, bool | None]:
    seen = folders.access(folder, lambda _status, _folder: private)
    assert seen is not None
    return (seen.others_read, seen.others_write)


@pytest.mark.parametrize(
    ("mode", "private", "expected"),
    [
        (0o700, True, (False, False)),
        (0o700, False, (False, False)),
        (0o755, True, (True, False)),
        (0o757, True, (True, True)),
        (0o1777, True, (True, True)),
        (0o770, True, (False, False)),
        (0o770, False, (True, True)),
        (0o750, False, (True, False)),
        (0o702, True, (False, False)),
    ],
)
def test_the_bits_of_others_and_of_a_shared_group_count(
    open_way: Path, mode: int, *, private: bool, expected: tuple[bool, bool]
) -> None:
    open_way.chmod(mode)
    assert look(open_way, private=private) == expected


def test_a_closed_parent_keeps_others_out(open_way: Path) -> None:
    inner = open_way / "inner"
    inner.mkdir()
    inner.chmod(0o777)
    open_way.chmod(0o700)
    assert look(inner) == (False, False)


def test_a_folder_that_does_not_exist_is_left_out(tmp_path: Path) -> None:
    assert folders.access(tmp_path / "none", lambda _s, _f: True) is None


def test_a_folder_that_cannot_be_looked_at_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    seen = folders.access(tmp_path / "loop" / "x", lambda _s, _f: True)
    assert seen == FolderAccess(
        path=str(tmp_path / "loop" / "x"), others_read=None, others_write=None
    )


def test_a_group_of_ones_own_is_private_and_a_strangers_is_not(tmp_path: Path) -> None:
    own = tmp_path.stat()
    assert folders.private_group(own, tmp_path) == (os.getuid() == 0 or own.st_gid == own.st_uid)
    stranger = os.stat_result((0o750, 1, 1, 1, os.getuid(), 4_000_000, 0, 0, 0, 0))
    assert not folders.private_group(stranger, tmp_path)


def test_the_agents_folder_and_the_watched_ones_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, any_policy: Policy
) -> None:
    monkeypatch.setenv("AGENTGUARD_HOME", str(tmp_path / "agent"))
    (tmp_path / "docs").mkdir()
    watch = Watch(folders=(str(tmp_path / "docs"), str(tmp_path / "none")))
    policy = Policy(
        name=any_policy.name,
        version=1,
        description="",
        watch=watch,
        retention=(),
        backup_markers=(),
        contact=any_policy.contact,
        controls={},
        digest="",
    )
    seen = folders.read(AT, policy)
    assert [f.path for f in seen.folders] == [str(tmp_path / "agent"), str(tmp_path / "docs")]
    assert seen.folders[0].others_read is False


def test_a_folder_is_hers_whose_account_owns_it(
    open_way: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = open_way.stat().st_uid
    for account, hers in ((owner, True), (owner + 1, False)):
        monkeypatch.setattr(os, "getuid", lambda account=account: account)
        seen = folders.access(open_way, lambda _status, _folder: True)
        assert seen is not None
        assert seen.hers is hers
