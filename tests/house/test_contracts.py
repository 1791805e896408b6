"""The house's rules: who may import whom, lint and types for both systems."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def run(*command: str) -> None:
    """Run a tool in the project's folder; its words are the failure's text."""
    tool, *rest = command
    done = subprocess.run(
        (str(BIN / tool), *rest), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"


def test_every_room_opens_only_onto_the_courtyard() -> None:
    run("lint-imports", "--no-cache")


@pytest.mark.timeout(300)
def test_types_hold_on_linux_and_in_the_installer(tmp_path: Path) -> None:
    run("mypy", "--platform", "linux", "--cache-dir", str(tmp_path))
    run("mypy", "--platform", "linux", "-p", "installer", "--cache-dir", str(tmp_path))


@pytest.mark.timeout(300)
def test_types_hold_on_windows(tmp_path: Path) -> None:
    run("mypy", "--platform", "win32", "--cache-dir", str(tmp_path))


def test_lint_is_clean() -> None:
    run("ruff", "check", ".")


def test_code_is_formatted() -> None:
    run("ruff", "format", "--check", ".")
