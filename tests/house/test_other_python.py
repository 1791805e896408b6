"""Another Python runs the tests as well; one that cannot be had is said, not passed over."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dev

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
