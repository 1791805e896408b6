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


THREADS = """
import ctypes, threading
from pathlib import Path
from agentguard.platforms import one_heap

if {shared}:
    one_heap()

def heaps():
    every = {{}}
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first = line.split()[0]
        if "-" in first and not first.endswith(":"):
            begin = int(first.split("-")[0], 16)
            if begin % (64 << 20) == 0 and len(line.split()) == 5:
                every[begin] = line
    return len(every)

before, c, met = heaps(), ctypes.CDLL(None), threading.Barrier(4)
c.malloc.restype = ctypes.c_void_p
kept = []

def take():
    kept.append(c.malloc(40_000))
    met.wait()

threads = [threading.Thread(target=take) for _ in range(3)]
for one in threads:
    one.start()
met.wait()
print(heaps() - before)
for one in threads:
    one.join()
"""


@pytest.mark.parametrize(("shared", "most"), [(True, range(1)), (False, range(1, 5))])
def test_row_426_threads_share_one_heap(shared: bool, most: range) -> None:
    """The second run shows that without it there would be more."""
    ended = subprocess.run(
        [sys.executable, "-c", THREADS.format(shared=shared)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert int(ended.stdout) in most
