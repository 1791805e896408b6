"""Hidden windows of several threads at once, as the sensors make them when the agent starts."""

from __future__ import annotations

import subprocess
import sys

MANY = """
import threading
from agentguard.platforms._win32 import window

ready, made = threading.Barrier(4), []

def make():
    ready.wait(60)
    with window.hidden_window({}) as own:
        made.append(own)

threads = [threading.Thread(target=make) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join(60)
print(len(made))
"""


def test_every_thread_gets_its_window_though_all_begin_at_once() -> None:
    """A new process each time: only its first windows meet a class that is not there yet."""
    for _ in range(8):
        ended = subprocess.run(
            (sys.executable, "-c", MANY), capture_output=True, check=True, timeout=60
        )
        assert ended.stdout.strip() == b"4", ended.stderr.decode()
