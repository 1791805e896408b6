"""The licences of what is aboard are aboard, and those of what only builds are not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from installer import licences


@pytest.fixture
def site(tmp_path: Path) -> Path:
    files = {
        "apsw-3.54.1.0.dist-info/licenses/LICENSE": "apsw's",
        "psutil-7.2.2.dist-info/LICENSE": "psutil's",
        "psutil-7.2.2.dist-info/METADATA": "no licence",
        "fido2-2.2.1.dist-info/licenses/COPYING.MPLv2": "fido2's",
        "pyinstaller-6.22.3.dist-info/licenses/COPYING.txt": "builds",
        "pywin32_ctypes-0.2.3.dist-info/LICENSE.txt": "builds",
        "pyinstaller_hooks_contrib-2026.9.dist-info/licenses/LICENSE": "builds",
        "apsw/LICENSE.py": "a module",
    }
    for name, text in files.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text, encoding="utf-8")
    return tmp_path / "site"


def test_they_are_in_one_file_that_is_the_same_each_time(site: Path, tmp_path: Path) -> None:
    own = tmp_path / "LICENSE"
    own.write_text("ours", encoding="utf-8")
    made = []
    for name in ("one", "two"):
        (tmp_path / name / "_internal").mkdir(parents=True)
        made.append(licences.put(tmp_path / name, site, own))
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as read:
        assert {name: read.read(name).decode() for name in read.namelist()} == {
            "AgentGuard/LICENSE": "ours",
            "apsw-3.54.1.0/licenses/LICENSE": "apsw's",
            "fido2-2.2.1/licenses/COPYING.MPLv2": "fido2's",
            "psutil-7.2.2/LICENSE": "psutil's",
        }
