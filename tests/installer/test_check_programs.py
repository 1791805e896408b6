"""What Windows, Explorer and allow lists read of the programs is judged before they are packed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installer import check_programs
from tests.installer.stand_ins import NATIVE, PREFIX

pytestmark = pytest.mark.heavy

INSTALLER = Path(check_programs.__file__).parent
MANIFEST = INSTALLER / "pyinstaller" / "agentguard.manifest"
ICON = INSTALLER / "agentguard.ico"
FLAGS = ("-Wl,--dynamicbase", "-Wl,--nxcompat", "-Wl,--high-entropy-va")


def program(folder: Path, name: str, *, manifest: str, icon: Path = ICON, flags=FLAGS) -> None:
    """Make a program with the resources that PyInstaller gives ours."""
    text, resource = folder / "made.rc", folder / "made.o"
    (folder / "made.manifest").write_text(manifest, encoding="utf-8")
    text.write_text(
        f'#include "{NATIVE / "version.rc"}"\n1 ICON "{icon}"\n1 24 "{folder / "made.manifest"}"\n'
    )
    version = ("-DNUMBERS=1,0,0,0", '-DVERSION=\\"1.0.0\\"')
    subprocess.run((f"{PREFIX}-windres", *version, text, resource), check=True)
    window = ("-mwindows",) if name == "agentguard.exe" else ()
    words = (f"{PREFIX}-gcc", "-Os", "-s", *window, *flags, '-DVERSION="1.0.0"')
    source = NATIVE / ("tray.c" if window else "ctl.c")
    subprocess.run((*words, "-o", folder / name, source, resource), check=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    for name in check_programs.PROGRAMS:
        program(folder, name, manifest=MANIFEST.read_text(encoding="utf-8"))
    return folder


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "tree")


def test_programs_as_they_should_be(whole: Path) -> None:
    assert check_programs.problems(whole, "1.0.0") == []


def test_another_version_is_seen(whole: Path) -> None:
    found = check_programs.problems(whole, "1.0.1")
    assert found[0] == "agentguard.exe: its version is 1.0.0.0, not 1.0.1.0"


@pytest.mark.parametrize(
    ("lost", "put", "said"),
    [
        ("asInvoker", "requireAdministrator", 'level="asInvoker"'),
        ("PerMonitorV2, PerMonitor", "System", "PerMonitorV2"),
        ("longPathAware", "shortPathAware", "longPathAware"),
        ('uiAccess="false"', 'uiAccess="true"', 'uiAccess="false"'),
    ],
)
def test_a_manifest_that_asks_for_something_else_is_seen(
    lost: str, put: str, said: str, tree: Path
) -> None:
    manifest = MANIFEST.read_text(encoding="utf-8").replace(lost, put)
    program(tree, "agentguard.exe", manifest=manifest)
    assert check_programs.problems(tree, "1.0.0") == [f"agentguard.exe: its manifest lacks {said}"]


def test_memory_that_is_not_guarded_and_a_console_where_none_belongs_are_seen(tree: Path) -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    program(tree, "agentguard-ctl.exe", manifest=text, flags=("-Wl,--disable-nxcompat",))
    shutil.copy(tree / "agentguard-ctl.exe", tree / "agentguard.exe")
    found = check_programs.problems(tree, "1.0.0")
    assert "agentguard.exe: it is not for WINDOWS_GUI" in found
    assert "agentguard-ctl.exe: it is built without NX_COMPAT" in found


def test_programs_without_any_resources_of_ours_are_seen(tree: Path) -> None:
    source = tree / "empty.c"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run((f"{PREFIX}-gcc", "-s", "-o", tree / "agentguard.exe", source), check=True)
    found = "\n".join(check_programs.problems(tree, "1.0.0"))
    assert "its version is not told" in found
    assert "its icon lacks sizes" in found
    assert "its manifest lacks" in found
