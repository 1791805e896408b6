"""Kills a child before any one of its calls into C that may change the disk.

Each call of the system is such a call. A call that only makes one value out of others leaves the
disk as it was, so a kill before it finds what the kill before found. `passed_over` proves it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

VALUES = frozenset({str, bytes, int, float, tuple, frozenset, re.Pattern, re.Match})
"""What has only methods that give another value."""
READERS = frozenset(
    {io.BufferedReader, type(hashlib.sha256()), type(threading.Lock()), type(threading.RLock())}
)
"""What is read, counted or waited for, and never written."""
KEEPING = frozenset({"append", "copy", "extend", "get", "items", "keys", "values"})
"""Methods of lists and dicts that let go of nothing, so that nothing is closed by them."""
PLAIN = frozenset(
    {
        *("_abc._abc_instancecheck", "binascii.a2b_base64", "binascii.b2a_base64"),
        *("builtins.all", "builtins.any", "builtins.getattr", "builtins.hasattr"),
        *("builtins.isinstance", "builtins.issubclass", "builtins.len", "builtins.max"),
        *("builtins.min", "builtins.next", "builtins.sorted", "posix._path_splitroot_ex"),
        *("posix.fspath", "sys.intern"),
    }
)
"""Functions that only give a value; what they call in their turn is a call of its own."""


def may_change_the_disk(what: object) -> bool:
    """Tell whether a call into C is more than one that makes a value of others."""
    owner = getattr(what, "__self__", None)
    if type(owner) in VALUES or type(owner) in READERS:
        return False
    if isinstance(owner, list | dict):
        return getattr(what, "__name__", "") not in KEEPING
    name = f"{getattr(what, '__module__', '')}.{getattr(what, '__name__', '')}"
    return what is not object.__new__ and name not in PLAIN


def killed_at(calls: int, act: Callable[[], object]) -> bool:
    """Act in a child that is killed with SIGKILL before such a call, counted from 0; tell whether.

    It is not killed when it makes no more than `calls` of them.
    """
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"call {calls}: {status}"
        return os.WIFSIGNALED(status)
    left = calls

    def count(_frame: FrameType, event: str, what: object) -> None:
        nonlocal left
        if event == "c_call" and may_change_the_disk(what):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    act()
    sys.setprofile(None)
    os._exit(0)


def passed_over(act: Callable[[], object], folder: Path) -> list[str]:
    """Act, and return the calls before which a folder was as no kill would find it."""
    found, states = set[bytes](), dict[bytes, str]()

    def look(_frame: FrameType, event: str, what: object) -> None:
        if event != "c_call":
            return
        state = _state(folder)
        states.setdefault(state, repr(what))
        if may_change_the_disk(what):
            found.add(state)

    sys.setprofile(look)
    act()
    sys.setprofile(None)
    assert len(states) > 1, "nothing was changed"
    return [what for state, what in states.items() if state not in found]


def _state(folder: Path) -> bytes:
    """Return a hash of every name, kind and content below a folder."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        seen.update(f"{path}\0{path.lstat().st_mode}\0{len(content)}\0".encode())
        seen.update(content)
    return seen.digest()
