"""The licences of what is aboard are aboard, and those of what only builds are not."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from installer import aboard, licences
from installer.package import BuildError
from tests.installer import stand_ins

FILES = {
    "apsw-3.54.1.0.dist-info/licenses/LICENSE": "apsw's",
    "psutil-7.2.2.dist-info/LICENSE": "psutil's",
    "fido2-2.2.1.dist-info/licenses/COPYING.MPLv2": "fido2's",
    "fido2-2.2.1.dist-info/licenses/BUILD_LICENSES/icu.txt": "that of a library inside",
    "fido2-2.2.1.dist-info/licenses/BUILD_LICENSES/cibw_musl/gcc.txt": "of another system",
    "pyinstaller-6.22.3.dist-info/licenses/COPYING.txt": "the bootloader's",
    "pywin32_ctypes-0.2.3.dist-info/LICENSE.txt": "builds",
    "jeepney-0.9.0.dist-info/LICENSE": "of another system",
}
OF = {"apsw": "apsw/__init__.py", "psutil": "psutil/__init__.py", "fido2": "fido2/__init__.py",
      "pyinstaller": "PyInstaller/__init__.py", "pywin32_ctypes": "win32ctypes/__init__.py",
      "jeepney": "jeepney/__init__.py"}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        home = tmp_path / "site" / name.partition("/")[0]
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text, encoding="utf-8")
        package, _, version = home.name.removesuffix(".dist-info").partition("-")
        (home / "METADATA").write_text(f"Name: {package}\nVersion: {version}\n", encoding="utf-8")
        (home / "WHEEL").write_text("Tag: py3-none-any\n", encoding="utf-8")
        (home / "RECORD").write_text(f"{OF[package]},,\n", encoding="utf-8")
    return tmp_path / "site"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    (tmp_path / "python" / "Lib").mkdir(parents=True)
    (tmp_path / "python" / "Lib" / "LICENSE.txt").write_text("Python's", encoding="utf-8")
    return tmp_path / "python"


def tree(folder: Path) -> Path:
    (folder / "_internal").mkdir(parents=True)
    stand_ins.archive(folder, ["apsw", "psutil", "fido2", "json", "agentguard"])
    return folder


def test_they_are_in_one_file_that_is_the_same_each_time(
    site: Path, python: Path, tmp_path: Path
) -> None:
    own = tmp_path / "LICENSE"
    own.write_text("ours", encoding="utf-8")
    made = [licences.put(tree(tmp_path / name), site, python, own) for name in ("one", "two")]
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as read:
        assert {name: read.read(name).decode() for name in read.namelist()} == {
            "AgentGuard/LICENSE": "ours",
            "CPython/LICENSE.txt": "Python's",
            "apsw-3.54.1.0/licenses/LICENSE": "apsw's",
            "fido2-2.2.1/licenses/COPYING.MPLv2": "fido2's",
            "fido2-2.2.1/licenses/BUILD_LICENSES/icu.txt": "that of a library inside",
            "psutil-7.2.2/LICENSE": "psutil's",
            "pyinstaller-6.22.3/licenses/COPYING.txt": "the bootloader's",
        }


def test_without_pythons_own_or_the_freezer_nothing_is_built(
    site: Path, python: Path, tmp_path: Path
) -> None:
    (python / "Lib" / "LICENSE.txt").unlink()
    with pytest.raises(BuildError, match="Python's licence"):
        licences.put(tree(tmp_path / "one"), site, python, tmp_path / "LICENSE")
    for file in (site / "pyinstaller-6.22.3.dist-info").rglob("*.*"):
        file.unlink()
    (site / "pyinstaller-6.22.3.dist-info").rename(tmp_path / "elsewhere")
    with pytest.raises(BuildError, match="no PyInstaller"):
        aboard.freezer(site)
