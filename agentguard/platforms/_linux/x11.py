"""Connections to the X server: opened, waited on, and every failure turned into PlatformError.

A connection is used by one thread at a time; whoever shares one holds a lock.
"""

from __future__ import annotations

import re
import select
import socket
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from Xlib import X, Xatom, error
from Xlib.display import Display
from Xlib.ext import res
from Xlib.protocol.rq import Event
from Xlib.xobject.drawable import Window

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import x_extensions
from agentguard.ports.clock import Alarm, Stop, least

ANSWER = 1.0  # seconds for the server to answer

_LOCAL_NAME = re.compile(r":([0-9]+)(?:\.[0-9]+)?")

x_extensions.spare()

_BROKEN = (
    OSError,
    error.ConnectionClosedError,
    error.DisplayError,
    error.XError,
    error.ResourceIDError,
    AttributeError,  # python-xlib empties its fields when the server goes away,
    TypeError,  # and then falls over them
)


@contextmanager
def answering() -> Iterator[None]:
    """Turn what python-xlib raises into PlatformError."""
    try:
        yield
    except PlatformError:
        raise
    except _BROKEN as problem:
        raise PlatformError(
            "The X display does not answer.", "It is tried again; sign out and in if it stays so."
        ) from problem


def connect(name: str, *extensions: str) -> Display:
    """Open a connection to the display `name`.

    Raises:
        PlatformError: there is no such display, or it lacks one of the extensions.

    """
    with answering():
        display = Display(_local(name))
        weakref.finalize(display, display.display.socket.close)
        for screen in display.display.info.roots:
            screen["allowed_depths"] = ()  # of each way to show colours, hundreds; nothing is drawn
        display.set_error_handler(lambda *_: None)  # answers to requests nobody waits for
        for extension in extensions:
            if not display.has_extension(extension):
                close(display)
                raise PlatformError(f"The X display has no {extension}.")
        return display


def _local(name: str) -> str:
    """Return the name by which python-xlib speaks to a local server through its socket only.

    For `:7` alone it would try TCP when the socket refuses, and anybody can listen there; and it
    leaves the socket that was refused open, so a refusal is found out here.
    """
    found = _LOCAL_NAME.fullmatch(name)
    if found is None or sys.platform == "win32":
        return name
    path = f"/tmp/.X11-unix/X{found[1]}"  # noqa: S108 - where every X server has its socket
    with socket.socket(socket.AF_UNIX) as trial:
        trial.connect(path if Path(path).exists() else f"\0{path}")
    return f"unix/{name}"


def close(display: Display) -> None:
    """Close a connection, also one that is broken already."""
    with suppress(*_BROKEN):
        display.close()


@contextmanager
def connected(name: str, *extensions: str) -> Iterator[Display]:
    """Have a connection for a while; inside, failures become PlatformError."""
    display = connect(name, *extensions)
    try:
        with answering():
            yield display
    finally:
        close(display)


def hidden_window(display: Display) -> Window:
    """Make a window that is never shown, for selections and their properties."""
    root: Window = display.screen().root
    made: Window = root.create_window(
        -1, -1, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask, override_redirect=True
    )
    return made


def server_time(display: Display, window: Window) -> int:
    """Return the X server's own time, by a change that changes nothing."""
    name = display.get_atom("AGENTGUARD_TIME")
    window.change_property(name, Xatom.STRING, 8, b"")
    display.sync()
    for event in events(display, ANSWER):
        if event.type == X.PropertyNotify and event.atom == name:
            return int(event.time)
    raise PlatformError("The X display does not tell its time.")


def events(display: Display, seconds: float | None, *also: Alarm) -> Iterator[Event]:
    """Yield the events that are there now, or come within `seconds`; none when none do.

    An alarm among `also` ends the wait as well, and only it ends one for ever (None).

    Sending also receives, so it comes before the look at what is there.
    """
    display.flush()
    if not display.pending_events():
        left = None if seconds is None else max(0.0, seconds)
        waited = (display.fileno(), *(one.fileno() for one in also))
        select.select(waited, [], [], left)
    for _ in range(display.pending_events()):
        yield display.next_event()


def until(
    stop: Stop, alarm: Alarm, display: Display, longest: float | None = None
) -> Iterator[Event]:
    """Yield what comes next, within `longest` seconds. Nothing once `stop`, the alarm's, is set."""
    if not stop.is_set():
        yield from events(display, least(longest, alarm.look), alarm)


def client_pid(display: Display, window: int) -> int | None:
    """Return the process that made a window, as the X server itself knows it (X-Resource 1.2).

    A client cannot forge it, unlike _NET_WM_PID. None for clients of other machines and for
    windows that are gone.
    """
    try:
        return next(iter(client_pids(display, window)), None)
    except error.XError:
        return None


def client_pids(display: Display, client: int = X.NONE) -> tuple[int, ...]:
    """Return the processes of one client, named by any window of it, or of all of this machine."""
    spec = {"client": client, "mask": res.LocalClientPIDMask}
    answer = display.res_query_client_ids([spec])
    return tuple(int(each.value[0]) for each in answer.ids if each.value)


def program(pid: int | None) -> str:
    """Return a process's image name in lower case, without `.exe`; empty when it is not known."""
    if pid is None:
        return ""
    with suppress(OSError):
        return image_name(str(Path(f"/proc/{pid}/exe").readlink()))
    with suppress(OSError):  # another user's process hides its image, not its name
        return image_name(Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace"))
    return ""


def image_name(path: str) -> str:
    """Return the image name of a path; a program that was replaced while running keeps its name."""
    name = path.strip().removesuffix(" (deleted)").rsplit("/", 1)[-1].lower()
    return name.removesuffix(".exe")


def window_class(display: Display, window: int) -> str:
    """Return the class of a window (WM_CLASS); empty when it has none or is gone."""
    try:
        found = display.create_resource_object("window", window).get_wm_class()
    except error.XError:
        return ""
    return found[1] if found else ""
