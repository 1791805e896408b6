"""Freed memory goes back: shown in a process of its own, whose heap nobody else fills."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.posix  # glibc's alone

CODE = """
from pathlib import Path
from agentguard.platforms import give_back

def resident():
    told = Path("/proc/self/status").read_text().split("VmRSS:")[1]
    return int(told.split()[0])

kept = [bytes(5000) for _ in range(8000)]
last = bytes(5000)
full = resident()
del kept
before = resident()
give_back()
give_back()
print(full - resident() > 20_000, resident() < before)
"""


def test_what_was_freed_goes_back_to_the_system() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True, text=True, check=True, timeout=60,
        env={"MALLOC_TOP_PAD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "1073741824"},
    )  # fmt: skip
    assert ended.stdout.split() == ["True", "True"]
