"""What the run under Wine leaves to Linux: a name that fits nothing would leave nothing out."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from tests.windows import plain

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def left_out() -> tuple[str, ...]:
    sys.path.insert(0, str(ROOT / "tests" / "windows"))
    try:
        found = runpy.run_path(str(ROOT / "tests" / "windows" / "run.py"))
    finally:
        del sys.path[0]
    return tuple(found["OF_LINUX_ALONE"])


def test_each_is_there(left_out: tuple[str, ...]) -> None:
    for word in left_out:
        file, _, name = word.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}
        bound = {
            target.id
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }
        assert not name or name in names | bound, word
    assert list(left_out) == sorted(set(left_out)), "each once, in order"


def test_what_is_of_windows_stays(left_out: tuple[str, ...]) -> None:
    """Paths, files, the store, the vault and what calls the system are proved there too."""
    whole = [word for word in left_out if "::" not in word]
    rooms = ("platforms", "store", "vault", "sensors", "uplink", "service")
    kept = tuple(f"tests/unit/{room}/" for room in rooms)
    assert [word for word in whole if word.startswith(kept)] == [
        "tests/unit/store/test_every_change.py"
    ]
    assert not [word for word in left_out if word.startswith(("tests/windows", "tests/contract"))]


LEAVES = """
import threading
from tests.windows import failures

failures.PATIENCE = 0.1


def test_leaves_a_thread():
    threading.Thread(target=threading.Event().wait, name="left behind").start()
"""


def test_a_thread_that_outlives_its_test_ends_the_run_and_is_named(tmp_path: Path) -> None:
    """A run that hangs after its last test says nothing, and a build waits for it for ever."""
    made = tmp_path / "test_leaves.py"
    made.write_text(LEAVES, encoding="utf-8")
    quiet = ("-p", "no:cacheprovider", "-p", "tests.windows.failures", f"--rootdir={ROOT}")
    words = (sys.executable, "-m", "pytest", "-q", *quiet, "-c", ROOT / "pyproject.toml", made)
    ended = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert "1 passed" in ended.stdout
    assert "threads outlived the tests that began them: left behind" in ended.stdout
    assert ended.returncode == pytest.ExitCode.INTERNAL_ERROR


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a house of its own: a test, a module that it loads, and one that this loads."""
    monkeypatch.setattr(plain, "ROOT", tmp_path)
    files = {
        "agentguard/__init__.py": "",
        "agentguard/near.py": "from typing import TYPE_CHECKING\nfrom agentguard import far\n"
        "if TYPE_CHECKING:\n    import os\n",
        "agentguard/far.py": "import re\n",
        "agentguard/base/translations.py": "import os\n",
        "agentguard/store/entries.py": "import re\n",
        "tests/helper.py": "import pathlib\n",
        "tests/unit/room/conftest.py": "import json\n",
        "tests/unit/room/test_it.py": "from agentguard import near\n"
        "from agentguard.base import translations\nimport tests.helper\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for cached in (plain._modules, plain._named):
        cached.cache_clear()
    yield tmp_path
    for cached in (plain._modules, plain._named):
        cached.cache_clear()


def added(house: Path, file: str, line: str) -> list[str]:
    """Give the files of plain tests once a file has one more line."""
    with (house / file).open("a", encoding="utf-8") as opened:
        opened.write(f"{line}\n")
    return list(plain.plain())


IT = "tests/unit/room/test_it.py"
PLACES = (
    "agentguard/near.py",
    "agentguard/far.py",
    "tests/helper.py",
    f"{Path(IT).parent}/conftest.py",
    IT,
)


def test_what_names_no_system_near_or_far_is_plain(house: Path) -> None:
    assert added(house, IT, "import pathlib") == [IT]


def test_what_names_the_system_anywhere_is_not_plain(house: Path) -> None:
    for file in PLACES:
        before = (house / file).read_text(encoding="utf-8")
        for module in sorted(plain.SYSTEM):
            may = file.startswith("tests") and module in plain.OF_A_TEST
            found = added(house, file, f"def late():\n    import {module}.x")
            assert found == ([IT] if may else []), (file, module)
            (house / file).write_text(before, encoding="utf-8")
            plain._named.cache_clear()


@pytest.mark.parametrize(
    "word", ["tmp_path", "tmp_path_factory", "quick_path", "monkeypatch", "capfd", "qapp"]
)
def test_what_asks_pytest_for_the_system_is_not_plain(house: Path, word: str) -> None:
    assert added(house, IT, f"def test({word}): ...") == []


def test_what_is_found_in_a_room_counts_as_loaded(house: Path) -> None:
    (house / "agentguard/base/plugins.py").write_text("import importlib\n", encoding="utf-8")
    (house / "agentguard/kinds").mkdir()
    (house / "agentguard/kinds/__init__.py").touch()
    (house / "agentguard/kinds/one.py").write_text("import socket\n", encoding="utf-8")
    assert added(house, "agentguard/near.py", "from agentguard import kinds") == [IT]
    plain._named.cache_clear()
    plain._modules.cache_clear()
    assert added(house, "agentguard/near.py", "from agentguard.base.plugins import discover") == []


def test_what_loads_a_room_of_the_system_is_not_plain(house: Path) -> None:
    assert added(house, "agentguard/far.py", "from agentguard.store import entries") == []


@pytest.mark.source
def test_rooms_of_the_system_keep_every_test_and_judges_keep_none() -> None:
    found = set(plain.plain())
    rooms = {name.split("/")[2] for name in found}
    assert not rooms & {room.removeprefix("agentguard.").partition(".")[0] for room in plain.ROOMS}
    assert {"checks", "detect", "wire"} <= rooms
    assert all(
        (ROOT / room.replace(".", "/")).with_suffix("").is_dir()
        or (ROOT / f"{room.replace('.', '/')}.py").is_file()
        for room in plain.ROOMS
    )
    assert len(found) > 40
    every = {*plain.KEPT, *(f"{one.replace('.', '/')}.py" for one in plain.HARMLESS)}
    for name in every:
        assert (ROOT / name).is_file() or (ROOT / name).with_suffix("").is_dir(), name
    for name in plain.KEPT:
        assert plain.reasons(ROOT / name) == [], f"{name} stays without being named"


@pytest.mark.source
def test_each_compiled_library_of_the_agent_is_used_by_a_test_that_stays() -> None:
    """Each is another build on Windows: what uses none of them shows nothing of it."""
    left_out = set(plain.plain())
    stay = [
        p
        for p in (ROOT / "tests").glob("unit/**/test_*.py")
        if p.relative_to(ROOT).as_posix() not in left_out
    ]
    loaded = {module for p in stay for module in plain._closure({plain._name(p)})}
    used = {
        name
        for module in loaded
        if module.startswith("agentguard")
        for name in third_party(plain._modules()[module])
    }
    agent = [
        p
        for p in (ROOT / "agentguard").rglob("*.py")
        if "server" not in p.parts and "_linux" not in p.parts
    ]
    wanted = {name for p in agent for name in third_party(p) if compiled(name)}
    assert {
        "re2",
        "apsw",
        "pypdfium2",
        "pypff",
        "msgspec",
        "cryptography",
        "nacl",
        "pyrage",
    } <= wanted
    assert wanted - used <= {"PySide6", "shiboken6", "PIL"}, (
        "windows are tests/windows' own; PIL is not aboard"
    )


def third_party(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {name for node in ast.walk(tree) for name in plain._imported(node)}
    tops = {name.partition(".")[0] for name in names}
    return tops - sys.stdlib_module_names - {"agentguard"}


def compiled(name: str) -> bool:
    """Tell whether a package is, or brings beside itself, a library."""
    # Not what is loaded: of a library that is put off, that has no place yet.
    specs = [PathFinder.find_spec(one) for one in (name, f"{name}_raw")]
    found = [spec for spec in specs if spec is not None]
    folders = [Path(f) for spec in found for f in spec.submodule_search_locations or ()]
    alone = any(str(spec.origin).endswith(".so") for spec in found)
    return alone or any(True for folder in folders for _ in folder.rglob("*.so"))
