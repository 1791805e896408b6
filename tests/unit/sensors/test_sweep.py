"""The walk: what is met, what is left out, and why a folder was not entered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agentguard.model.policy import Watch
from agentguard.sensors import sweep, watch_scope
from agentguard.sensors.mounts import Mounts, mounts
from agentguard.sensors.sweep import Found, Unread, walk
from agentguard.sensors.watch_scope import Scope, inside, scope_of


def met(root: Path, **more: tuple[str, ...]) -> list[str]:
    scope = scope_of(Watch(folders=(str(root),), **more))
    found = (Path(f.path) for f in walk(scope) if isinstance(f, Found))
    return sorted(path.relative_to(root).as_posix() for path in found)


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
    monkeypatch.setenv("USERPROFILE" if os.name == "nt" else "HOME", str(tmp_path))
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


@pytest.fixture
def mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that says what is mounted where, as the kernel would."""
    table = tmp_path / "mounts"

    def mount(**kinds: str) -> None:
        lines = [
            f"4{n} 27 0:5{n} / {tmp_path}/{name} rw - {kind.replace('_', '.')} afar rw\n"
            for n, (name, kind) in enumerate(kinds.items())
        ]
        table.write_text("27 1 254:0 / / rw - ext4 /dev/vda rw\n" + "".join(lines))
        monkeypatch.setattr(watch_scope, "mounts", lambda **_: mounts(str(table)))

    return mount


def everything(*roots: Path, **more: object) -> list[Found | Unread]:
    watch = Watch(folders=tuple(str(r) for r in roots), exclude=("*/mounts",), **more)
    return [found for found in walk(scope_of(watch)) if found is not None]


@pytest.mark.posix
def test_a_network_folder_is_said_and_never_entered(
    tmp_path: Path, mounted: Callable[..., None]
) -> None:
    put(tmp_path, "here/x", "share/x")
    mounted(share="nfs4")
    found = everything(tmp_path)
    assert Unread(f"{tmp_path}/share", "reason.folder-network") in found
    assert [f.path for f in found if isinstance(f, Found)] == [f"{tmp_path}/here/x"]


@pytest.mark.posix
def test_a_root_within_a_network_folder_is_said_and_never_touched(
    tmp_path: Path, mounted: Callable[..., None]
) -> None:
    put(tmp_path, "share/documents/x")
    mounted(share="cifs")
    assert everything(tmp_path / "share" / "documents") == [
        Unread(f"{tmp_path}/share/documents", "reason.folder-network")
    ]


@pytest.mark.posix
def test_the_policy_may_have_network_folders_looked_at(
    tmp_path: Path, mounted: Callable[..., None]
) -> None:
    put(tmp_path, "share/documents/x", "here/share/x")
    mounted(share="cifs")
    found = everything(tmp_path / "share", tmp_path / "here", network=True)
    assert sorted(f.path for f in found) == [
        f"{tmp_path}/here/share/x",
        f"{tmp_path}/share/documents/x",
    ]


@pytest.mark.posix
def test_a_share_that_does_not_answer_is_said_and_not_touched(
    tmp_path: Path, mounted: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the policy names it, something below it or something around it."""
    put(tmp_path, "share/documents/x", "here/x")
    mounted(share="nfs4")
    share, real = f"{tmp_path}/share", os.lstat

    def lstat(path: str, **more: object) -> os.stat_result:
        assert not str(path).startswith(share)
        return real(path, **more)

    monkeypatch.setattr(sweep.os, "lstat", lstat)
    for root in (share, f"{share}/documents", f"{tmp_path}"):
        watch = Watch(folders=(root,), exclude=("*/mounts",), network=True)
        found = list(walk(scope_of(watch, answers=lambda point: point != share)))
        told = share if root == str(tmp_path) else root
        assert [f for f in found if isinstance(f, Unread)] == [
            Unread(told, "reason.folder-stalled")
        ]
    assert [f.path for f in found if isinstance(f, Found)] == [f"{tmp_path}/here/x"]


@pytest.mark.posix
def test_a_share_whose_server_goes_during_the_walk_is_left_and_said_once(
    tmp_path: Path, mounted: Callable[..., None]
) -> None:
    put(tmp_path, *(f"share/{n}/x" for n in range(20)), "here/x")
    mounted(share="nfs4")
    asked: list[str] = []

    def answers(point: str) -> bool:
        asked.append(point)
        return len(asked) < 8

    watch = Watch(folders=(str(tmp_path),), exclude=("*/mounts",), network=True)
    found = list(walk(scope_of(watch, answers=answers)))
    assert set(asked) == {f"{tmp_path}/share"}
    assert len(asked) == 8
    assert [f for f in found if isinstance(f, Unread)] == [
        Unread(f"{tmp_path}/share", "reason.folder-stalled")
    ]
    paths = [f.path for f in found if isinstance(f, Found)]
    assert f"{tmp_path}/here/x" in paths
    assert 1 < len(paths) < 8


@pytest.mark.posix
def test_a_share_that_is_mounted_during_a_walk_is_not_entered(
    tmp_path: Path, mounted: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another device within a folder has the mounts read again."""
    put(tmp_path, "a/x", "b/share/x")
    mounted()
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        status = real(path)
        if not str(path).endswith("/share"):
            return status
        mounted(**{"b/share": "nfs4"})
        fields = list(status)
        fields[2] += 1  # st_dev
        return os.stat_result(fields)

    monkeypatch.setattr(sweep.os, "lstat", lstat)
    assert Unread(f"{tmp_path}/b/share", "reason.folder-network") in everything(tmp_path)


def sparse(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(100_000)


@pytest.mark.posix
def test_files_that_are_only_in_a_cloud_are_told_once_for_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with a size and no blocks, on a file system that a program serves."""
    put(tmp_path, "cloud/here")
    for number in range(20):
        sparse(tmp_path / "cloud" / f"{number}")
    here = Mounts(fuse=frozenset({tmp_path.stat().st_dev}))
    monkeypatch.setattr(watch_scope, "mounts", lambda **_: here)
    found = everything(tmp_path)
    assert [f.path for f in found if isinstance(f, Found)] == [f"{tmp_path}/cloud/here"]
    assert [f for f in found if isinstance(f, Unread)] == [
        Unread(f"{tmp_path}/cloud", "reason.folder-cloud")
    ]


def test_a_sparse_file_of_an_own_disk_is_a_file(tmp_path: Path) -> None:
    sparse(tmp_path / "holes")
    assert [f.path for f in everything(tmp_path)] == [str(tmp_path / "holes")]


@pytest.mark.posix
def test_where_times_can_be_set_back_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "x")
    assert [f.weak for f in everything(tmp_path) if isinstance(f, Found)] == [False]
    stick = Mounts(weak=frozenset({tmp_path.stat().st_dev}))
    monkeypatch.setattr(watch_scope, "mounts", lambda **_: stick)
    assert [f.weak for f in everything(tmp_path) if isinstance(f, Found)] == [True]


@pytest.mark.posix
def test_a_path_that_is_too_long_for_the_system_is_said(tmp_path: Path) -> None:
    name, depth = "d" * 200, 0
    before = Path.cwd()
    try:
        os.chdir(tmp_path)
        while depth < 25:  # 5,000 bytes and more
            Path(name).mkdir()
            os.chdir(name)
            depth += 1
        Path("x").write_text("x")
    finally:
        os.chdir(before)
    (found,) = everything(tmp_path)
    assert isinstance(found, Unread)
    assert found.reason == "reason.path-long"
    assert len(found.path) > 4000


def test_a_folder_longer_than_a_portion_is_walked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "PORTION", 7)
    put(tmp_path, *(f"{n}" for n in range(28)))
    assert len(everything(tmp_path)) == 28


@pytest.mark.posix
def test_a_folder_is_not_held_open_while_its_files_are_read(tmp_path: Path) -> None:
    """An open folder cannot be unmounted, or on Windows removed."""
    put(tmp_path, "a", "b", "c")
    steps = walk(scope_of(Watch(folders=(str(tmp_path),))))
    next(steps)
    held = [str(Path(f"/proc/self/fd/{n}").readlink()) for n in open_files()]
    assert str(tmp_path) not in held
    assert len([f for f in steps if f is not None]) == 2


def open_files() -> list[str]:
    numbers = [entry.name for entry in Path("/proc/self/fd").iterdir()]
    return [number for number in numbers if os.path.lexists(f"/proc/self/fd/{number}")]


@pytest.mark.posix
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


@pytest.mark.posix
def test_a_root_that_became_a_link_or_a_file_holds_nothing(tmp_path: Path) -> None:
    put(tmp_path, "real/x", "file")
    scope = scope_of(Watch(folders=(str(tmp_path / "a"), str(tmp_path / "file"))))
    (tmp_path / "a").symlink_to(tmp_path / "real")
    assert [f for f in walk(scope) if f is not None] == []


def test_a_walk_can_begin_below_a_root(tmp_path: Path) -> None:
    put(tmp_path, "a/x", "b/x")
    scope = scope_of(Watch(folders=(str(tmp_path),)))
    found = [f.path for f in walk(scope, str(tmp_path / "a")) if isinstance(f, Found)]
    assert found == [str(tmp_path / "a" / "x")]


def test_a_folder_that_is_met_twice_is_walked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under a bind mount: another path to the same folder."""
    put(tmp_path, "a/x")
    scope = Scope(roots=(str(tmp_path / "a"), str(tmp_path / "b" / ".." / "a")), exclude=None)
    (tmp_path / "b").mkdir()
    assert len([f for f in walk(scope) if isinstance(f, Found)]) == 1


def test_inside_means_below_and_not_beside() -> None:
    top, folder = str(Path("/")), str(Path("/a"))
    assert inside(str(Path("/a/b")), folder)
    assert inside(folder, folder)
    assert inside(folder, top)
    assert not inside(str(Path("/ab")), folder)


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
