"""What the packages of a desk say of letters that a bare Linux lacks, as their tools read it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from installer.linux import parcel
from installer.linux.packages import DESK

pytestmark = [pytest.mark.heavy, pytest.mark.posix]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a tree with no more than what a package names of itself."""
    for folder in (DESK.library, f"usr/share/doc/{DESK.name}"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    for name in DESK.configuration:
        file = tmp_path / "root" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return tmp_path / "root"


def said(*words: str | Path) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_row_424_both_packages_bring_the_letters_of_every_language(
    tree: Path, tmp_path: Path
) -> None:
    deb = parcel.deb(DESK, tree, "0.1.0", tmp_path, quick=True)
    assert "fonts-noto-core" in said("dpkg-deb", "-f", deb, "Recommends")
    rpm = parcel.rpm(DESK, tree, "0.1.0", tmp_path, quick=True)
    recommended = said("rpm", "-qp", "--recommends", rpm).split()
    for script in ("arabic", "devanagari"):
        assert f"google-noto-sans-{script}-fonts" in recommended
