"""AppImages in the folders where people keep them: by the head of the file, named by its name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agentguard.platforms._linux.portable_files import ENTRIES, MOST_APPIMAGES, appimages, item

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a format of Linux")


def head(machine: int = 0x3E, kind: bytes = b"AI\x02") -> bytes:
    return (
        b"\x7fELF\x02\x01\x01\x00"
        + kind.ljust(8, b"\0")
        + b"\x02\0"
        + machine.to_bytes(2, "little")
    )


def put(folder: Path, name: str, data: bytes = b"") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data or head())
    return folder / name


@pytest.mark.parametrize(
    ("file", "name", "version"),
    [
        ("Obsidian-1.5.3.AppImage", "Obsidian", "1.5.3"),
        ("Obsidian-1.5.3-arm64.AppImage", "Obsidian", "1.5.3"),
        ("nvim-linux-x86_64.appimage", "nvim", ""),
        ("Zoom_Workspace-x86_64.AppImage", "Zoom Workspace", ""),
        ("KeePassXC-2.7.9-2-x86_64.AppImage", "KeePassXC", "2.7.9"),
        ("joplin_v3.0.15.AppImage", "joplin", "3.0.15"),
        ("LibreOffice-24.8.basic-x86_64.AppImage", "LibreOffice", "24.8.basic"),
        ("家計簿.AppImage", "家計簿", ""),
        ("2024.AppImage", "2024", ""),
        ("x64.AppImage", "x64", ""),
        ("---.AppImage", "---", ""),
    ],
)
def test_an_appimage_is_named_by_its_file(file: str, name: str, version: str) -> None:
    told = item(file, "user", head())
    assert (told.name, told.version, told.scope) == (name, version, "user")
    assert (told.source, told.arch) == ("appimage", "x64")


@pytest.mark.parametrize(("machine", "arch"), [(3, "x86"), (0xB7, "arm64"), (0xF3, "")])
def test_its_architecture_is_that_of_the_file(machine: int, arch: str) -> None:
    assert item("Tool.AppImage", "user", head(machine)).arch == arch


def test_they_are_found_where_people_keep_them_and_where_all_have_them(tmp_path: Path) -> None:
    put(tmp_path / "Applications", "One-1.0.AppImage")
    put(tmp_path / "Downloads", "Two.appimage", head(kind=b"AI\x01"))
    put(tmp_path / "Downloads", "picture.png")
    put(tmp_path / "Downloads", "renamed.AppImage", b"no ELF at all, but a text")
    put(tmp_path / "Downloads", "Elf.AppImage", head(kind=b"\0\0\0"))
    put(tmp_path / "opt", "All.AppImage")
    told = appimages(tmp_path, (str(tmp_path / "opt"), str(tmp_path / "none")))
    assert told.whole
    assert [(one.name, one.version, one.scope) for one in told.items] == [
        ("One", "1.0", "user"),
        ("Two", "", "user"),
        ("All", "", "machine"),
    ]


def test_a_folder_with_more_than_a_look_takes_is_told(tmp_path: Path) -> None:
    for number in range(ENTRIES + 1):
        put(tmp_path / "Downloads", f"{number}.txt", b"x")
    assert not appimages(tmp_path, ()).whole
    for number in range(MOST_APPIMAGES + 1):
        put(tmp_path / "many/bin", f"{number} a.AppImage")
    many = appimages(tmp_path / "many", ())
    assert (len(many.items), many.whole) == (MOST_APPIMAGES, False)


def test_what_cannot_be_opened_is_told_and_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    put(tmp_path / "bin", "Good.AppImage")
    (tmp_path / "bin" / "Folder.AppImage").mkdir()
    os.mkfifo(tmp_path / "bin" / "Pipe.AppImage")
    (tmp_path / "bin" / "Gone.AppImage").symlink_to("/nowhere")
    told = appimages(tmp_path, ())
    assert ([one.name for one in told.items], told.whole) == (["Good"], True)
    (tmp_path / "bin" / "Circle.AppImage").symlink_to("Circle.AppImage")
    told = appimages(tmp_path, ())
    assert ([one.name for one in told.items], told.whole) == (["Good"], False)
