"""Every program that the agent may ever run on Linux: full paths, a time limit, never a shell.

`run(name, *args)` gives what the program printed, or None when it is not installed, did not end in
time or failed. Where the reason or another exit code counts, `attempt` tells it: `problem` is an
id of resources/text (`unread.no-tool`, `unread.no-answer`) or empty. Add a program by one line.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

NO_TOOL = "unread.no-tool"
NO_ANSWER = "unread.no-answer"


@dataclass(frozen=True, slots=True)
class Program:
    """Where a program may be, the first that exists is taken, and its time limit in seconds."""

    paths: tuple[str, ...]
    seconds: float


def _in(folders: tuple[str, ...], name: str, seconds: float) -> Program:
    return Program(tuple(f"{folder}/{name}" for folder in folders), seconds)


_BIN = ("/usr/bin", "/bin")
_SBIN = ("/usr/sbin", "/sbin", "/usr/bin")

PROGRAMS: Mapping[str, Program] = {
    "dpkg-query": _in(_BIN, "dpkg-query", 20),
    "rpm": _in(_BIN, "rpm", 30),
    "flatpak": _in(_BIN, "flatpak", 20),
    "snap": _in(_BIN, "snap", 20),
    "lsblk": _in(_BIN, "lsblk", 10),
    "findmnt": _in(_BIN, "findmnt", 10),
    "systemctl": _in(_BIN, "systemctl", 10),
    "nft": _in(_SBIN, "nft", 10),
    "ufw": _in(_SBIN, "ufw", 10),
    "firewall-cmd": _in(_BIN, "firewall-cmd", 10),
    "clamscan": _in(_BIN, "clamscan", 10),
    "clamdscan": _in(_BIN, "clamdscan", 10),
    "nmcli": _in(_BIN, "nmcli", 10),
    "apt": _in(_BIN, "apt", 60),  # only to say what waits
    "apt-config": _in(_BIN, "apt-config", 10),
    "gsettings": _in(_BIN, "gsettings", 5),
}

LOCKERS: Mapping[str, tuple[Program, tuple[str, ...]]] = {
    "xsecurelock": (_in(_BIN, "xsecurelock", 0), ()),
    "i3lock": (_in(_BIN, "i3lock", 0), ("--nofork", "--color=20303c")),
    "swaylock": (_in(_BIN, "swaylock", 0), ("--color", "20303c")),
}
"""Screen lockers in the order of preference, with arguments that keep them in the foreground."""

WAYLAND_LOCKERS = frozenset({"swaylock"})

PASSED_ON = (
    "HOME",
    "USER",
    "LOGNAME",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "DBUS_SESSION_BUS_ADDRESS",
    "DCONF_PROFILE",
)
DISPLAY_TOO = (
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "XDG_SESSION_TYPE",
    "XSECURELOCK_NO_COMPOSITE",
)


_RUNNING: set[subprocess.Popen[bytes]] = set()
"""What runs now: nothing of it may outlive the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended: `code` is its exit code, `problem` an id when there is none."""

    output: str = ""
    code: int = -1
    problem: str = ""


def find(program: Program) -> str | None:
    """Return the full path of an installed program."""
    return next((path for path in program.paths if os.access(path, os.X_OK)), None)


def installed(name: str) -> bool:
    """Check whether the listed program is on this machine."""
    return find(PROGRAMS[name]) is not None


def run(name: str, *args: str) -> str | None:
    """Run a listed program and give what it printed; None when it could not be told."""
    ran = attempt(name, *args)
    return ran.output if ran.code == 0 else None


def attempt(name: str, *args: str) -> Ran:
    """Run a listed program and tell how it ended; never raises for what the program does."""
    program = PROGRAMS[name]
    path = find(program)
    if path is None:
        return Ran(problem=NO_TOOL)
    try:
        child = subprocess.Popen(  # its own session, so that children of it are ended too
            [path, *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment(PASSED_ON),
            start_new_session=True,
        )
    except OSError:
        return Ran(problem=NO_TOOL)
    _RUNNING.add(child)
    with child:
        try:
            output, _ = child.communicate(timeout=program.seconds)
        except subprocess.TimeoutExpired:
            end_session(child)
            return Ran(problem=NO_ANSWER)
        finally:
            _RUNNING.discard(child)
    return Ran(output=output.decode("utf-8", "replace"), code=child.returncode)


def start_locker(name: str, display: Mapping[str, str]) -> int | None:
    """Start a listed locker that outlives the agent; its pid, or None when it is not installed."""
    program, args = LOCKERS[name]
    path = find(program)
    if path is None or sys.platform == "win32":
        return None
    null = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1, 2)]
    try:
        return os.posix_spawn(
            path,
            [path, *args],
            environment((*PASSED_ON, *DISPLAY_TOO), display),
            file_actions=null,
            setsid=True,
        )
    except OSError:
        return None


def still_runs(pid: int) -> bool:
    """Check whether a locker that was started here still runs."""
    if sys.platform == "win32":
        return False
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    return False


def environment(names: tuple[str, ...], source: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the little of the environment that a program gets, so that its words are English."""
    given = os.environ if source is None else source
    kept = {name: given[name] for name in names if name in given}
    return {**kept, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


def end_session(child: subprocess.Popen[bytes]) -> None:
    """End a program that was started here, with all that it started."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)


@atexit.register
def end_all() -> None:
    """End every program that still runs."""
    for child in tuple(_RUNNING):
        end_session(child)
