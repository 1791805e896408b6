"""One C++ runtime for all libraries of a tree, and none older than any of them was made for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from installer import pe, runtime
from installer.package import BuildError
from tests.installer import stand_ins

pytestmark = pytest.mark.heavy

HASHED = f"msvcp140-{'a1' * 16}.dll"


@pytest.fixture
def copy(tree: Path, tmp_path: Path) -> Path:
    """Give a tree with a runtime of version 1.0.0 and a library that names another."""
    made = shutil.copytree(tree, tmp_path / "tree")
    inner = made / "_internal"
    (inner / "re2.libs").mkdir()
    shutil.copy(made / "agentguard.exe", inner / "msvcp140.dll")
    shutil.copy(made / "agentguard.exe", inner / "re2.libs" / HASHED)
    (inner / "re2").mkdir()
    (inner / "re2" / "_re2.pyd").write_bytes(b"MZ..." + HASHED.encode() + b"\0rest")
    return made


def test_the_plain_name_stands_in_the_place_of_the_other(copy: Path) -> None:
    before = (copy / "_internal" / "re2" / "_re2.pyd").stat().st_size
    assert runtime.unify(copy) == [HASHED]
    library = copy / "_internal" / "re2" / "_re2.pyd"
    content = library.read_bytes()
    assert content.startswith(b"MZ...msvcp140.dll\0")
    assert content.endswith(b"\0rest")
    assert library.stat().st_size == before
    assert not (copy / "_internal" / "re2.libs").exists()
    assert runtime.unify(copy) == []


def test_the_packages_own_file_stays_as_it_is(copy: Path, tmp_path: Path) -> None:
    library = copy / "_internal" / "re2" / "_re2.pyd"
    own = tmp_path / "own.pyd"
    own.hardlink_to(library)
    before = own.read_bytes()
    runtime.unify(copy)
    assert own.read_bytes() == before


def test_other_libraries_that_a_wheel_carries_stay(copy: Path) -> None:
    other = copy / "_internal" / "re2.libs" / f"abseil-{'b2' * 16}.dll"
    other.write_bytes(b"MZ")
    runtime.unify(copy)
    assert other.exists()


def test_an_older_runtime_does_not_stand_for_a_newer_one(copy: Path, tmp_path: Path) -> None:
    newer = stand_ins.make(tmp_path / "newer", "1.0.1") / "agentguard.exe"
    shutil.copy(newer, copy / "_internal" / "re2.libs" / HASHED)
    with pytest.raises(BuildError, match="is older than"):
        runtime.unify(copy)
    assert pe.read(copy / "_internal" / "re2.libs" / HASHED).version == "1.0.1.0"
