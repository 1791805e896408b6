"""Kills a child at any one of its calls into C, of which each call of the system is one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType


def killed_at(calls: int, act: Callable[[], object]) -> bool:
    """Act in a child that is killed with SIGKILL at its `calls`-th call; tell whether it was."""
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"call {calls}: {status}"
        return os.WIFSIGNALED(status)
    left = calls

    def count(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal left
        if event == "c_call":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    act()
    sys.setprofile(None)
    os._exit(0)
