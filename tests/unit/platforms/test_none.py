"""Qt's calls do not end the interpreter: each that gives nothing takes a reference to None."""

from __future__ import annotations

import subprocess
import sys

import pytest

CALLS = """
from PySide6.QtGui import QPainterPath
{first}
path = QPainterPath()
for _ in range(100_000):
    path.closeSubpath()
print("whole")
"""
KEPT = "from agentguard.platforms import keep_none\nkeep_none()"


def ended(first: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-c", CALLS.format(first=first))
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_hundred_thousand_calls_of_qt_are_survived() -> None:
    done = ended(KEPT)
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr


@pytest.mark.posix
def test_without_it_python_3_11_does_not_survive_them() -> None:
    """When this fails, PySide6 counts right again, and what it is tested for can go."""
    assert (ended("").returncode == 0) is (sys.version_info >= (3, 12))
