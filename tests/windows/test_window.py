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


STAYS = """
import subprocess, sys
from agentguard.platforms._win32 import api, window
heard = []
with window.hidden_window({0x8001: lambda *_: heard.append(1)}, top=True) as own:
    posts = f"import ctypes; u = ctypes.WinDLL('user32'); u.PostMessageW({own}, 16, 0, 0);"
    posts += f" u.PostMessageW({own}, 0x8001, 0, 0)"
    subprocess.run((sys.executable, "-c", posts), check=True)
    for _ in range(100):
        window.serve(0.1)
        if heard:
            break
    print(api.window_class(own), heard)
"""


def test_row_134_another_program_does_not_close_the_window_by_which_we_hear() -> None:
    ended = subprocess.run(
        (sys.executable, "-c", STAYS), capture_output=True, check=True, timeout=60
    )
    assert ended.stdout.strip() == b"AgentGuard [1]", ended.stderr.decode()
