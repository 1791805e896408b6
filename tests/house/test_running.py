"""How tests are run: one that hangs is ended and named, and all that went wrong is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = """
from _pytest.assertion import rewrite
from tests import rewritten, telling
from tests.limit import Limit

asked = rewrite._rewrite_test

def noted(file, config):
    with open("rewritten.txt", "a") as told:
        print(file.name, file=told)
    return asked(file, config)

rewrite._rewrite_test = noted

def pytest_configure(config):
    config.pluginmanager.register(Limit())
    telling.brief(config)
    rewritten.once(config)
"""
HANGING = """
import threading
import pytest

def test_is_over_at_once(): pass

@pytest.mark.timeout(60)
def test_may_take_longer():
    threading.Event().wait(2)

def test_hangs():
    threading.Event().wait()
"""
MANY = """
import pytest

@pytest.fixture
def never(): raise OSError("no room")

@pytest.fixture
def breaks():
    yield
    raise OSError("not tidy")

def test_holds(): print("words")
def test_fails(): assert not "so"
def test_is_left_out(): pytest.skip("elsewhere")
def test_cannot_begin(never): pass
def test_cannot_end(breaks): pass
"""


def environment() -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**plain, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def ran(folder: Path, text: str, *words: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_some.py").write_text(text, encoding="utf-8")
    plugins = ("-p", "xdist", "-p", "pytest_timeout", "-p", "no:cacheprovider")
    limit = ("--timeout=1", "--timeout-method=thread")
    told = subprocess.run(
        (sys.executable, "-m", "pytest", *plugins, *limit, *words, "."),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return told.returncode, told.stdout + told.stderr


def test_one_that_hangs_ends_its_process_and_says_where(tmp_path: Path) -> None:
    code, told = ran(tmp_path, HANGING, "-v")
    assert code == 1
    assert "test_may_take_longer PASSED" in told
    assert "Timeout" in told
    assert "in test_hangs" in told


def test_beside_others_one_that_hangs_is_named(tmp_path: Path) -> None:
    code, told = ran(tmp_path, HANGING, "-n", "1")
    assert code == 1
    assert "crashed while running 'test_some.py::test_hangs'" in told
    assert "1 failed, 2 passed" in told


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["one", "several"])
def test_whatever_happens_to_a_test_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, told = ran(tmp_path, MANY, *words, "-rA")
    assert code == 1
    for line in (
        "PASSED test_some.py::test_holds",
        "FAILED test_some.py::test_fails",
        "ERROR test_some.py::test_cannot_begin - OSError: no room",
        "ERROR test_some.py::test_cannot_end - OSError: not tidy",
        "1 failed, 2 passed, 1 skipped, 2 errors",
    ):
        assert line in told
    assert "elsewhere" in told


def test_a_step_that_took_long_is_told_by_name(tmp_path: Path) -> None:
    slow = "import pytest, threading\n@pytest.fixture\ndef slow(): threading.Event().wait(0.02)\n"
    code, told = ran(tmp_path, f"{slow}def test_it(slow): pass\n", "-n", "1", "--durations=0")
    assert code == 0
    assert "setup    test_some.py::test_it" in told


def test_processes_that_begin_together_rewrite_each_file_once(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"test_{number}.py").write_text("def test_it(): assert 1\n", encoding="utf-8")
    code, _ = ran(tmp_path, MANY, "-n", "2")
    assert code == 1
    told = (tmp_path / "rewritten.txt").read_text(encoding="utf-8").split()
    assert sorted(told) == [*(f"test_{number}.py" for number in range(5)), "test_some.py"]


def test_what_cannot_be_rewritten_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("def test_it(:\n", encoding="utf-8")
    code, told = ran(tmp_path, MANY, "-n", "2")
    assert code == 1
    assert "ERROR test_broken.py" in told
    assert "SyntaxError" in told
