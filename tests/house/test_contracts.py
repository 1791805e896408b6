"""The house's rules: who may import whom, lint, spelling, and types for both systems."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DEV = runpy.run_path(str(ROOT / "dev.py"))
LINT: dict[str, tuple[str, ...]] = DEV["LINT"]
FRESH = {"lint-imports": ("--no-cache",)}
"""What lets a tool believe nothing of an earlier run, unless it costs more than the rest together.

mypy believes what it kept of a file by the file's and its own options' hash; a clean checkout has
nothing kept.
"""
LATER = {"types-windows"}
"""What a commit does not wait for."""
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook
    for repo in YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")["repos"]
    for hook in repo["hooks"]
}


@pytest.mark.source
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LINT)
def test_what_lint_holds(name: str) -> None:
    tool, *rest = LINT[name]
    done = subprocess.run(
        (str(BIN / tool), *rest, *FRESH.get(tool, ())),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{name}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"


def test_a_commit_waits_for_what_is_quick_and_for_nothing_else() -> None:
    assert set(HOOKS) == set(LINT) - LATER


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_the_check_that_runs_here(name: str) -> None:
    hook = HOOKS[name]
    assert hook["entry"] == f"python3 dev.py lint {name}"
    assert (hook["language"], hook["pass_filenames"]) == ("system", False)
    assert {"types", "files"} & set(hook), "it runs only for what it reads"
    assert re.compile(hook.get("files", ""))


@pytest.fixture
def lint(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`dev.py lint` for which this Python is that of `.venv`."""
    found = DEV["lint"]
    monkeypatch.setitem(found.__globals__, "environment", lambda: None)
    monkeypatch.setitem(found.__globals__, "VENV", Path(sys.prefix))
    return found


def test_a_check_that_there_is_not_is_refused(
    lint: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lint(["types", "mood"]) == 2
    assert "no check mood" in capsys.readouterr().err


def test_a_hook_makes_no_other_environment_of_the_python_that_git_finds(
    lint: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setitem(lint.__globals__, "VENV", tmp_path)
    monkeypatch.setitem(lint.__globals__, "PYTHON", python)
    monkeypatch.setitem(lint.__globals__, "run", lambda words: ran.append([*map(str, words)]) or 0)
    assert lint(["lock"]) == 0
    assert ran == [[str(python), str(ROOT / "dev.py"), "lint", "lock"]]


def test_a_misspelt_word_is_found_and_one_of_a_library_is_not(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("The requestor will rec" + "ieve it.\n", encoding="utf-8")
    found = subprocess.run(
        (str(BIN / "codespell"), "--toml", str(ROOT / "pyproject.toml"), str(page)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode != 0
    assert [line.rsplit(": ", 1)[1] for line in found.stdout.splitlines()] == [
        "rec" + "ieve ==> receive"
    ]
