"""What the run under Wine leaves to Linux: a name that fits nothing would leave nothing out."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

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
    rooms = ("platforms", "store", "vault", "sensors", "uplink", "keeper")
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
