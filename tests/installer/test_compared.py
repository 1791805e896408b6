"""Two builds are compared byte by byte, and what differs is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from installer import build_msi
from tests.installer import compared, stand_ins

pytestmark = pytest.mark.heavy


@pytest.fixture
def copy(tree: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tree, tmp_path / "copy")


def test_the_same_bytes_of_other_times_are_the_same(tree: Path, copy: Path) -> None:
    for path in copy.rglob("*"):
        os.utime(path, (0, 0))
    assert list(compared.differing(tree, copy)) == []


def test_what_differs_is_named_with_its_place(tree: Path, copy: Path) -> None:
    (copy / "_internal" / "both.txt").write_bytes(b"bOth 1.0.0\n")
    (copy / "_internal" / "only-1.0.0.txt").write_bytes(b"1.0.0\n2")
    (copy / "added.txt").touch()
    assert list(compared.differing(tree, copy)) == [
        "added.txt: in one alone",
        "_internal/both.txt: 1 bytes from 1 on, of 11 and 11",
        "_internal/only-1.0.0.txt: 6 and 7 bytes",
    ]


def test_a_copy_of_another_time_gives_the_same_msi(tree: Path, tmp_path: Path) -> None:
    first = build_msi.wrap(tree, "1.0.0", tmp_path / "first").read_bytes()
    assert compared.again(tree, "1.0.0", tmp_path / "second") == first


def test_a_version_that_shares_blocks_with_another_gives_the_same_msi(
    tree: Path, tmp_path: Path
) -> None:
    known: dict[bytes, bytes] = {}
    build_msi.wrap(tree, "1.0.0", tmp_path / "first", known=known)
    later = stand_ins.make(tmp_path / "later", "1.1.0")
    packed = build_msi.wrap(later, "1.1.0", tmp_path / "second", known=known).read_bytes()
    assert compared.again(later, "1.1.0", tmp_path / "third") == packed
    assert compared.again(later, "1.1.0", tmp_path / "fourth", known) == packed
