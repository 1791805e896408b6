"""The programs that run from one folder: the installer waits for their end, and ends them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil

_LOOK = 0.1
_GRACE = 3.0
"""Seconds between two looks, and until a program that was ended is gone."""


def running(folder: Path) -> tuple[psutil.Process, ...]:
    """Return the programs that run from a folder, but for this one."""
    return tuple(_running(folder.resolve()))


def _running(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            program = process.exe() if process.status() != psutil.STATUS_ZOMBIE else ""
        except (psutil.Error, OSError):
            continue  # it has ended, or is not ours to see
        if process.pid != os.getpid() and program and Path(program).parent == folder:
            yield process


def cleared(folder: Path, seconds: float, *, kill: bool) -> bool:
    """Wait until nothing runs from a folder; tell whether that is so.

    With `kill`, what is left after `seconds` is ended.
    """
    left, pause = seconds, threading.Event()
    while (found := running(folder)) and left > 0:
        pause.wait(_LOOK)
        left -= _LOOK
    if found and kill:
        for process in found:
            _end(process)
        psutil.wait_procs(found, timeout=_GRACE)
        found = running(folder)
    return not found


def _end(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return  # it has ended by itself, or is not ours to end
