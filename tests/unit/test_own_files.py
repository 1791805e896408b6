from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from agentguard.base.own_files import remove_impostors

pytestmark = pytest.mark.posix


def test_row_378_pipes_sockets_devices_and_links_to_them_go_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, outside = tmp_path / "home" / "vault" / "items", tmp_path / "outside"
    inner.mkdir(parents=True)
    outside.mkdir()
    os.mkfifo(outside / "pipe")
    home = tmp_path / "home"
    monkeypatch.chdir(inner)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    os.mkfifo(home / "memory.key")
    (home / "journal.seal").symlink_to("/dev/zero")
    (home / "seen.db").symlink_to(outside / "pipe")
    (home / "journal.db").write_bytes(b"kept")
    (home / "linked").symlink_to(home / "journal.db")
    (home / "folder").symlink_to(outside)
    (home / "loop").symlink_to(home / "loop")
    (home / "nowhere").symlink_to(tmp_path / "nowhere")
    assert remove_impostors(home) == 4
    left = {path.name for path in home.rglob("*")}
    assert left == {"vault", "items", "journal.db", "linked", "folder", "loop", "nowhere"}
    assert (outside / "pipe").is_fifo(), "what is elsewhere is not ours"
    assert (home / "journal.db").read_bytes() == b"kept"
    assert remove_impostors(home) == 0


@pytest.mark.parametrize("name", ["none", "file"])
def test_row_378_what_is_no_folder_has_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert remove_impostors(tmp_path / name) == 0
