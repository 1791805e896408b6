"""Every import of every library is looked for where Windows looks, and nowhere else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installer import check_dist, pe
from tests.installer.stand_ins import PREFIX

pytestmark = pytest.mark.heavy

SOURCE = "__declspec(dllexport) int answer(void) { return 42; }"
USER = """__declspec(dllimport) int answer(void);
__declspec(dllexport) int ask(void) { return answer(); }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with `asking.pyd`, which imports `answering.dll`."""
    folder = tmp_path_factory.mktemp("libraries")
    for name, text in (("answering", SOURCE), ("asking", USER)):
        (folder / f"{name}.c").write_text(text, encoding="ascii")
    compiler = (f"{PREFIX}-gcc", "-shared", "-s", "-o")
    subprocess.run((*compiler, "answering.dll", "answering.c"), cwd=folder, check=True)
    subprocess.run((*compiler, "asking.pyd", "asking.c", "answering.dll"), cwd=folder, check=True)
    return folder


@pytest.fixture
def copy(tree: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tree, tmp_path / "tree")


def put(made: Path, tree: Path, **places: str) -> None:
    for name, place in places.items():
        ending = "pyd" if name == "asking" else "dll"
        (tree / place).mkdir(parents=True, exist_ok=True)
        shutil.copy(made / f"{name}.{ending}", tree / place)


def test_a_whole_tree_lacks_nothing(copy: Path) -> None:
    assert check_dist.problems(copy) == []
    assert check_dist.unversioned(copy) == []


def test_a_library_that_wine_alone_has_is_missed(made: Path, copy: Path) -> None:
    put(made, copy, asking="_internal/package")
    wanted = "answering.dll wanted by _internal/package/asking.pyd"
    assert check_dist.problems(copy) == [f"MISSING {wanted}"]
    assert check_dist.unversioned(copy) == ["_internal/package/asking.pyd"]


@pytest.mark.parametrize("place", [".", "_internal", "_internal/package", "_internal/package.libs"])
def test_it_is_found_where_the_loader_looks(place: str, made: Path, copy: Path) -> None:
    put(made, copy, asking="_internal/package", answering=place)
    assert check_dist.missing(copy) == []


@pytest.mark.parametrize("place", ["_internal/other", "_internal/other.libs", "elsewhere"])
def test_it_is_not_found_anywhere_else(place: str, made: Path, copy: Path) -> None:
    put(made, copy, asking="_internal/package", answering=place)
    assert len(check_dist.missing(copy)) == 1


def test_a_library_deep_in_a_package_finds_those_at_its_top(made: Path, copy: Path) -> None:
    put(made, copy, asking="_internal/package/deep/er", answering="_internal/package")
    assert check_dist.missing(copy) == []


def test_qt_finds_its_own_beside_it(made: Path, copy: Path) -> None:
    put(made, copy, asking="_internal/PySide6", answering="_internal/shiboken6")
    assert check_dist.missing(copy) == []


def test_what_takes_room_is_told(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (copy / "_internal" / "large").write_bytes(bytes(3 << 20))
    assert next(iter(check_dist.largest(copy))).split() == ["3.0", "MB", "_internal/large"]
    monkeypatch.setattr(check_dist, "MOST", 2)
    assert "it may take 2" in check_dist.problems(copy)[-1]


def test_a_program_is_read_whole(tree: Path) -> None:
    found = pe.read(tree / "agentguard-ctl.exe")
    assert found.version == "1.0.0.0"
    assert "advapi32.dll" in found.imports
    assert not pe.is_image(tree / "_internal" / "both.txt")
