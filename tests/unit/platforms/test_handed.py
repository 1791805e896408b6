"""Codes that the keeper hands over on Linux: this user reads it, nobody else does, and it goes."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import code_from_keeper

pytestmark = pytest.mark.posix

if sys.platform != "win32":
    from agentguard.platforms._linux.handed_codes import Handed, code_for_me

CODE = "K7QM-4RTX-VANE-22"
SOMEBODY = 54321


def entries(file: Path) -> set[tuple[int, int, int]]:
    """Give the access list: what kind, which rights, whose."""
    data = os.getxattr(file, "system.posix_acl_access")
    assert data[:4] == struct.pack("<I", 2)
    return set(struct.iter_unpack("<HHI", data[4:]))


def test_one_user_alone_may_read_it(tmp_path: Path) -> None:
    Handed(tmp_path / "codes").give(str(SOMEBODY), CODE)
    file = tmp_path / "codes" / str(SOMEBODY)
    nobody = 2**32 - 1
    assert entries(file) == {
        (0x01, 6, nobody), (0x02, 4, SOMEBODY), (0x04, 0, nobody), (0x10, 4, nobody),
        (0x20, 0, nobody),
    }  # fmt: skip
    assert file.parent.stat().st_mode & 0o777 == 0o711, "nobody sees who else is handed one"


def test_a_user_finds_the_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTGUARD_MACHINE", str(tmp_path))
    assert code_from_keeper() == ""
    Handed(tmp_path / "codes").give(str(os.getuid()), CODE)
    assert (code_from_keeper(), code_for_me(tmp_path / "codes")) == (CODE, CODE)


def test_a_new_code_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    handed = Handed(tmp_path)
    for code in (CODE, "new"):
        handed.give(str(SOMEBODY), code)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [
        (str(SOMEBODY), "new\n")
    ]  # fmt: skip


def test_codes_of_who_does_not_ask_any_more_are_taken_back(tmp_path: Path) -> None:
    handed = Handed(tmp_path)
    handed.give("1", CODE)
    handed.give("2", CODE)
    handed.keep({"2"})
    assert [one.name for one in tmp_path.iterdir()] == ["2"]
    Handed(tmp_path / "never").keep(set())


def test_a_place_that_takes_none_is_said_and_left_clean(tmp_path: Path) -> None:
    (tmp_path / "codes").write_text("a file in its place")
    with pytest.raises(PlatformError, match="No code could be handed over"):
        Handed(tmp_path / "codes").give("1", CODE)
    with pytest.raises(PlatformError, match="access lists"):
        Handed(Path("/proc")).give("1", CODE)
