"""What tests of the keeper as a Windows service share: the registry, the service, its agents."""

from __future__ import annotations

import subprocess
import sys
import time
import winreg
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from agentguard.platforms._win32 import sessions
from agentguard.platforms._win32.quitting import QuitSign
from agentguard.platforms._win32.session_host import end_all, program

PATIENCE = 150.0
NAME = "AgentGuardKeeper"
HOST = Path(__file__).with_name("keeper_host.py")
ROOT = Path(__file__).parents[2]
ENVIRONMENT = r"System\CurrentControlSet\Control\Session Manager\Environment"


def until(holds: Callable[[], object]) -> float:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.1)
    return time.monotonic() - begun


def sc(*words: str) -> str:
    return subprocess.run(("sc", *words), capture_output=True, text=True, check=False).stdout


def trays() -> list[int]:
    return list(sessions.running(Path(program()[0])).values())


@contextmanager
def value(key: str, name: str, data: str | int) -> Iterator[None]:
    kind = winreg.REG_DWORD if isinstance(data, int) else winreg.REG_SZ
    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
        winreg.SetValueEx(opened, name, 0, kind, data)
    try:
        yield
    finally:
        with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            winreg.DeleteValue(opened, name)


def start() -> None:
    """Start the service, again if need be: Wine waits 10 s, and a busy machine takes longer."""
    until(lambda: (sc("start", NAME), "RUNNING" in sc("query", NAME))[1])


@contextmanager
def service() -> Iterator[None]:
    """Have the service installed and started, and nothing of it left afterwards."""
    with value(ENVIRONMENT, "PYTHONPATH", str(ROOT)), value(ENVIRONMENT, "PYTHONUTF8", "1"):
        sc("create", NAME, "binPath=", f'"{sys.executable}" "{HOST}"', "start=", "auto")
        try:
            start()
            yield
        finally:
            sc("stop", NAME)
            until(lambda: "STOPPED" in sc("query", NAME))
            sc("delete", NAME)
            assert end_all(PATIENCE), "only a word of the system's ends them now"
            QuitSign().clear()
