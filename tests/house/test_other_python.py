"""Another Python runs the tests as well; one that cannot be had is said, not passed over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.few_cases import few

ROOT = Path(__file__).parents[2]


def test_a_python_that_cannot_be_had_is_named_and_has_a_code_of_its_own() -> None:
    """Two and a half was never built for uv."""
    ended = subprocess.run(
        (sys.executable, ROOT / "dev.py", "test", "--python", "2.5", "-q"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == dev.NO_PYTHON
    assert "There is no Python 2.5 here" in ended.stderr


def test_one_that_is_here_is_found() -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    found = dev._interpreter(version)
    told = subprocess.run((found, "--version"), capture_output=True, text=True, check=True)
    assert told.stdout.startswith(f"Python {version}")


@pytest.mark.parametrize(
    ("most", "kept"),
    [
        (1, ["one", "many[a]", "pair[x]"]),
        (2, ["one", "many[a]", "many[e]", "pair[x]", "pair[y]"]),
        (3, ["one", "many[a]", "many[c]", "many[e]", "pair[x]", "pair[y]"]),
        (9, ["one", "many[a]", "many[b]", "many[c]", "many[d]", "many[e]", "pair[x]", "pair[y]"]),
    ],
)
def test_of_many_cases_a_few_are_run_and_no_test_is_left_out(most: int, kept: list[str]) -> None:
    names = ["pair[x]", "pair[y]", "one", *(f"many[{case}]" for case in "abcde")]
    assert sorted(few(names, most)) == sorted(kept)


def test_a_run_of_few_cases_has_every_test() -> None:
    ended = subprocess.run(
        (sys.executable, "-m", "pytest", "--collect-only", "-q", "--few-cases", "2", __file__),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ended.stdout.count("test_of_many_cases") == 2
    assert "test_one_that_is_here_is_found" in ended.stdout


def test_of_few_cases_none_is_one_that_the_run_leaves_out() -> None:
    """A test whose first case is left out by `-m` or `-k` is run with the next one."""
    words = ("-k", "a_few_are_run and kept3", "--few-cases", "1", __file__)
    ended = subprocess.run(
        (sys.executable, "-m", "pytest", "--collect-only", "-q", *words),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ended.stdout.count("test_of_many_cases") == 1
