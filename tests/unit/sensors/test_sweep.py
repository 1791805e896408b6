"""The walk: what is met, what is left out, and why a folder was not entered."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agentguard.model.policy import Watch
from agentguard.sensors import sweep
from agentguard.sensors.sweep import Found, Unread, inside, network_folders, scope_of, walk

MOUNTS = r"""27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /mnt/team\040files rw,relatime shared:1 - cifs //files.example/team rw
41 27 0:51 / /home/ada/cloud rw,nosuid - fuse.rclone remote: rw
42 27 0:52 / /run/user/1000/doc rw,nosuid - fuse.portal portal rw
"""


def met(root: Path, **more: tuple[str, ...]) -> list[str]:
    scope = scope_of(Watch(folders=(str(root),), **more))
    return sorted(f.path.removeprefix(f"{root}/") for f in walk(scope) if isinstance(f, Found))


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")


def test_folders_within_each_other_are_walked_once(tmp_path: Path) -> None:
    put(tmp_path, "a/b/x")
    folders = (str(tmp_path / "a"), str(tmp_path / "a" / "b"), f"{tmp_path}/a/")
    scope = scope_of(Watch(folders=folders, exclude=()))
    assert scope.roots == (str(tmp_path / "a"),)


def test_the_users_home_is_meant_by_its_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert scope_of(Watch(folders=("~/Desktop",))).roots == (str(tmp_path / "Desktop"),)


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        ((), [".git/config", "a.tmp", "a.txt", "deep/node_modules/x.js", "node_modules/x.js"]),
        (("*/node_modules/*",), [".git/config", "a.tmp", "a.txt"]),
        (("*/.git/*", "*.tmp"), ["a.txt", "deep/node_modules/x.js", "node_modules/x.js"]),
        (("*",), []),
    ],
)
def test_what_is_excluded_is_not_met(
    tmp_path: Path, exclude: tuple[str, ...], expected: list[str]
) -> None:
    put(tmp_path, "a.txt", "a.tmp", ".git/config", "node_modules/x.js", "deep/node_modules/x.js")
    assert met(tmp_path, exclude=exclude) == expected


def test_a_scope_covers_what_the_walk_would_meet(tmp_path: Path) -> None:
    scope = scope_of(Watch(folders=(str(tmp_path / "a"),), exclude=("*.tmp",)))
    assert scope.covers(str(tmp_path / "a" / "b" / "c.txt"))
    assert not scope.covers(str(tmp_path / "a" / "b" / "c.tmp"))
    assert not scope.covers(str(tmp_path / "ab" / "c.txt"))


def test_the_agents_own_folder_is_left_out_but_not_a_root_inside_it(tmp_path: Path) -> None:
    outer = scope_of(Watch(folders=(str(tmp_path),)), own=str(tmp_path / "agent"))
    inner = scope_of(
        Watch(folders=(str(tmp_path / "agent" / "demo"),)), own=str(tmp_path / "agent")
    )
    path = str(tmp_path / "agent" / "demo" / "x")
    assert not outer.covers(path)
    assert inner.covers(path)


def test_folders_on_other_computers_are_known(tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert network_folders(str(tmp_path / "mounts")) == {"/mnt/team files", "/home/ada/cloud"}
    assert network_folders(str(tmp_path / "none")) == frozenset()


def test_a_network_folder_is_said_and_never_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "here/x", "share/x")
    (tmp_path / "mounts").write_text(
        f"40 27 0:50 / {tmp_path}/share rw - nfs4 files.example:/team rw\n"
    )
    mounts = network_folders(str(tmp_path / "mounts"))
    monkeypatch.setattr(sweep, "network_folders", lambda: mounts)
    scope = scope_of(Watch(folders=(str(tmp_path),), exclude=("*/mounts",)))
    found = [f for f in walk(scope) if f is not None]
    assert Unread(f"{tmp_path}/share", "reason.folder-network") in found
    assert [f.path for f in found if isinstance(f, Found)] == [f"{tmp_path}/here/x"]


def test_a_folder_that_may_not_be_opened_is_said_and_the_others_are_walked() -> None:
    with TemporaryDirectory() as temporary:
        root = Path(temporary).resolve()
        root.chmod(0o755)
        put(root, "closed/x", "open/x")
        (root / "closed").chmod(0)
        scope = scope_of(Watch(folders=(str(root),), exclude=()))
        before = os.geteuid()
        if before == 0:  # root may open everything
            os.seteuid(65534)
        try:
            found = [f for f in walk(scope) if f is not None]
        finally:
            os.seteuid(before)
            (root / "closed").chmod(0o700)
    assert Unread(f"{root}/closed", "reason.folder-denied") in found
    assert [f.path for f in found if isinstance(f, Found)] == [f"{root}/open/x"]


def test_a_root_that_became_a_link_or_a_file_holds_nothing(tmp_path: Path) -> None:
    put(tmp_path, "real/x", "file")
    scope = scope_of(Watch(folders=(str(tmp_path / "a"), str(tmp_path / "file"))))
    (tmp_path / "a").symlink_to(tmp_path / "real")
    assert [f for f in walk(scope) if f is not None] == []


def test_a_walk_can_begin_below_a_root(tmp_path: Path) -> None:
    put(tmp_path, "a/x", "b/x")
    scope = scope_of(Watch(folders=(str(tmp_path),)))
    found = [f.path for f in walk(scope, str(tmp_path / "a")) if isinstance(f, Found)]
    assert found == [f"{tmp_path}/a/x"]


def test_a_folder_that_is_met_twice_is_walked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under a bind mount: another path to the same folder."""
    put(tmp_path, "a/x")
    scope = sweep.Scope(roots=(str(tmp_path / "a"), str(tmp_path / "b" / ".." / "a")), exclude=None)
    (tmp_path / "b").mkdir()
    assert len([f for f in walk(scope) if isinstance(f, Found)]) == 1


def test_inside_means_below_and_not_beside() -> None:
    assert inside("/a/b", "/a")
    assert inside("/a", "/a")
    assert inside("/a", "/")
    assert not inside("/ab", "/a")


def test_every_folder_gives_a_breath(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / str(number)).mkdir()
    scope = scope_of(Watch(folders=(str(tmp_path),)))
    assert list(walk(scope)).count(None) == 11


def test_a_mark_is_of_the_file_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "x")
    scope = scope_of(Watch(folders=(str(tmp_path),)))
    (found,) = [f for f in walk(scope) if isinstance(f, Found)]
    assert found.mark.inode == os.lstat(tmp_path / "x").st_ino
    assert found.mark.size == 1
