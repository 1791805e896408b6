"""A thread goes by its name for the system too, so that whoever looks into a process finds it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.platforms import name_thread, system_clock


def shown(thread: int) -> str:
    """Give the name that the system shows for a thread of this process."""
    if sys.platform != "win32":
        return Path(f"/proc/self/task/{thread}/comm").read_text(encoding="ascii").strip()
    import ctypes  # noqa: PLC0415 - its WinDLL is of Windows alone

    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenThread.restype = ctypes.c_void_p
    kernel.GetThreadDescription.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_wchar_p))
    told = ctypes.c_wchar_p()
    kernel.GetThreadDescription(kernel.OpenThread(0x0800, 0, thread), ctypes.byref(told))
    return told.value or ""


@pytest.mark.parametrize("name", ["wheel", "clipboard-histo", "ab c"])
def test_a_running_thread_is_shown_by_its_name(name: str) -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    assert thread.native_id is not None
    name_thread(name, thread.native_id)
    assert shown(thread.native_id) == name
    release.set()
    thread.join()
    name_thread(name, thread.native_id)  # it has ended: nobody minds


def test_an_actor_is_shown_by_its_name() -> None:
    seen: list[int] = []
    begun = threading.Event()

    def run(stop: object) -> None:
        seen.append(threading.get_native_id())
        begun.set()
        stop.wait()  # type: ignore[attr-defined]

    supervisor = Supervisor(
        clock=system_clock(), submit=lambda _event: None, named=name_thread, patience=5.0
    )
    supervisor.start(Actor(name="retention", run=run))
    assert begun.wait(10)
    assert shown(seen[0]) == "retention"
    assert supervisor.stop() == ()
