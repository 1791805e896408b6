"""A real desktop of one's own: Xvfb, openbox, a session bus, and on demand a real systemd-logind.

As a script it runs a command inside such a session and gives its exit code:

    python tests/desktop/harness.py xterm
    python tests/desktop/harness.py --logind agentguard run

In a test: `with Desktop() as desk: desk.start("xterm")`. Everything that was started ends with it;
nothing of the machine's own sessions, sockets or /run is touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

SIZE = "1280x800x24"
WITHIN = 20.0  # seconds in which anything that is waited for must happen
KEPT = ("PATH", "LANG", "TZ", "PYTHONPATH", "VIRTUAL_ENV")


def hindered() -> float:
    """Return the seconds in which what could have worked waited for a processor, since the start.

    0 where the system does not count them (Linux's pressure stall information).
    """
    try:
        told = Path("/proc/pressure/cpu").read_text("utf-8")
    except OSError:
        return 0.0
    return int(told.partition("total=")[2].split()[0]) / 1e6


class Stopwatch:
    """Counts the seconds in which a desk by itself could have worked: other tests hinder it here.

    Of what hindered it only twice `most` is left out, so that it always comes to an end.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._begun, self._hindered = time.monotonic(), hindered()

    def over(self) -> bool:
        """Check whether `most` seconds have passed."""
        left_out = min(hindered() - self._hindered, 2 * self._most)
        return time.monotonic() - self._begun - left_out > self._most


def eventually(look: Callable[[], T], within: float = WITHIN, *, every: float = 0.02) -> T:
    """Look again and again until the answer is true, and give it; fail after `within` seconds.

    Whoever waits for a minute, or looks through all processes, looks less often.
    """
    watch = Stopwatch(within)
    while not (answer := look()):
        if watch.over():
            raise AssertionError(f"not within {within} s: {look}")
        time.sleep(every)
    return answer


class Programs:
    """Starts programs in an environment, and ends them all, the last one first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        self._started: list[subprocess.Popen[str]] = []

    def start(
        self, *command: str, env: Mapping[str, str] | None = None, **more: object
    ) -> subprocess.Popen[str]:
        """Start a program that runs until it ends or the desktop does."""
        child = subprocess.Popen(
            command,
            env={**self.env, **(env or {})},
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=more.pop("stdout", subprocess.DEVNULL),
            stderr=more.pop("stderr", subprocess.DEVNULL),
            text=True,
            start_new_session=True,
            **more,
        )
        self._started.append(child)
        return child

    def run(
        self, *command: str, given: str | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        """Run a program to its end and give what it printed; a failure is an error."""
        ended = subprocess.run(
            command,
            env={**self.env, **(env or {})},
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=True,
        )
        return ended.stdout

    def end(self, child: subprocess.Popen[str]) -> None:
        """End a program with all that it started in its own session."""
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(3)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def end_all(self) -> None:
        """End everything."""
        while self._started:
            self.end(self._started.pop())


class Desktop(Programs):
    """An X11 session: `env` is the environment of its programs, `home` its user's folder."""

    def __init__(self, size: str = SIZE) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="desk-"))
        self._size = size
        self.home = self._root / "home"
        runtime = self._root / "runtime"
        self.home.mkdir()
        runtime.mkdir(mode=0o700)
        super().__init__(
            {
                **{name: os.environ[name] for name in KEPT if name in os.environ},
                "HOME": str(self.home),
                "XDG_RUNTIME_DIR": str(runtime),
                "XDG_SESSION_TYPE": "x11",
                "XDG_CURRENT_DESKTOP": "Openbox",
                "NO_AT_BRIDGE": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
            }
        )

    def __enter__(self) -> Self:
        try:
            self._x_server()
            self._session_bus()
            self._window_manager()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def display(self) -> str:
        """The display's name, such as `:7`."""
        return self.env["DISPLAY"]

    def close(self) -> None:
        """End the session."""
        self.end_all()
        shutil.rmtree(self._root, ignore_errors=True)

    def stop_x_server(self) -> None:
        """Let the X server die."""
        self.end(self._server)

    def restart_x_server(self) -> None:
        """Let the X server die, and start another one at the same display."""
        self.stop_x_server()
        number = self.display.removeprefix(":")
        self._server = self.start("Xvfb", f":{number}", *self._server_options())
        eventually(lambda: self._answers("xdpyinfo"))

    def _server_options(self) -> tuple[str, ...]:
        return ("-screen", "0", self._size, "-nolisten", "tcp", "-noreset")

    def _x_server(self) -> None:
        read, write = os.pipe()
        self._server = self.start(
            "Xvfb", "-displayfd", str(write), *self._server_options(), pass_fds=(write,)
        )
        os.close(write)
        with os.fdopen(read) as numbers:
            self.env["DISPLAY"] = f":{int(numbers.readline())}"

    def _session_bus(self) -> None:
        bus = self.start(
            "dbus-daemon", "--session", "--nofork", "--print-address", stdout=subprocess.PIPE
        )
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()

    def _window_manager(self) -> None:
        self.start("openbox")
        eventually(lambda: "window id" in self.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"))

    def _answers(self, *command: str) -> bool:
        with suppress(subprocess.SubprocessError):
            self.run(*command)
            return True
        return False


BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""

SESSION = "7"
STATE_FILES = {
    "users/{uid}": (
        "NAME={user}\nSTATE=active\nSTOPPING=no\nRUNTIME=/run/user/{uid}\nDISPLAY=7\nSESSIONS=7\n"
        "SEATS=seat0\nACTIVE_SESSIONS=7\nONLINE_SESSIONS=7\nREALTIME=1\nMONOTONIC=1\n"
    ),
    "sessions/7": (
        "UID={uid}\nUSER={user}\nACTIVE=1\nIS_DISPLAY=1\nSTATE=active\nREMOTE=0\nTYPE=x11\n"
        "ORIGINAL_TYPE=x11\nCLASS=user\nSEAT=seat0\nVTNR=7\nDISPLAY={display}\nSERVICE=desk\n"
        "LEADER={leader}\nAUDIT=7\nREALTIME=1\nMONOTONIC=1\n"
    ),
    "seats/seat0": (
        "IS_SEAT0=1\nCAN_MULTI_SESSION=1\nCAN_TTY=1\nCAN_GRAPHICAL=0\nACTIVE=7\nACTIVE_UID={uid}\n"
        "SESSIONS=7\nUIDS={uid}\n"
    ),
}
LOGIND = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/systemd/machines /run/systemd/inhibit /run/systemd/shutdown
mkdir -p /run/udev
cp -r {state}/. /run/systemd/
exec /usr/lib/systemd/systemd-logind
"""


class Logind(Programs):
    """A real systemd-logind on a system bus of its own, with one hand-written session (needs root).

    It runs in a mount namespace, so the machine's /run stays as it is. `env` is the desktop's with
    the bus and the session's id added.
    """

    def __init__(self, desktop: Programs) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="logind-"))
        socket = self._root / "bus"
        super().__init__(
            {
                **desktop.env,
                "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}",
                "XDG_SESSION_ID": SESSION,
            }
        )
        self._write_state()
        (self._root / "bus.conf").write_text(BUS_CONFIGURATION.format(socket=socket))

    def __enter__(self) -> Self:
        try:
            self.start("dbus-daemon", f"--config-file={self._root / 'bus.conf'}", "--nofork")
            eventually((self._root / "bus").exists)
            script = LOGIND.format(state=self._root / "state")
            self.start("unshare", "--mount", "--propagation", "private", "sh", "-c", script)
            eventually(self._is_there)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self.end_all()
        shutil.rmtree(self._root, ignore_errors=True)

    @property
    def locked_hint(self) -> bool:
        """What logind says of the session's lock."""
        return "boolean true" in self._send(
            f"/org/freedesktop/login1/session/_3{SESSION}",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.login1.Session",
            "string:LockedHint",
        )

    @property
    def is_heard(self) -> bool:
        """Whether a program listens to the session's signals; one that starts does not at once."""
        rules = self.run(
            *("dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus"),
            *("/org/freedesktop/DBus", "org.freedesktop.DBus.Debug.Stats.GetAllMatchRules"),
        )
        return "interface='org.freedesktop.login1.Session'" in rules

    def unlock(self) -> None:
        """Ask for the unlock, as an administrator does."""
        self._send(
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager.UnlockSession",
            f"string:{SESSION}",
        )

    def _is_there(self) -> bool:
        with suppress(subprocess.SubprocessError):
            self.locked_hint  # noqa: B018 - it fails until logind answers
            return True
        return False

    def _send(self, path: str, *rest: str) -> str:
        destination = "--dest=org.freedesktop.login1"
        return self.run("dbus-send", "--system", "--print-reply", destination, path, *rest)

    def _write_state(self) -> None:
        words = {
            "uid": os.getuid(),
            "user": "root",
            "leader": os.getpid(),
            "display": self.env["DISPLAY"],
        }
        for name, text in STATE_FILES.items():
            file = self._root / "state" / name.format(**words)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(**words))


@contextmanager
def environ(env: Mapping[str, str]) -> Iterator[None]:
    """Let this process be inside a session for a while."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(arguments: list[str]) -> int:
    """Run a command inside a session; `--logind` adds logind with xss-lock and i3lock."""
    with ExitStack() as stack:
        inside: Programs = stack.enter_context(Desktop())
        if arguments[:1] == ["--logind"]:
            arguments = arguments[1:]
            inside = stack.enter_context(Logind(inside))
            inside.start("xss-lock", f"--session={SESSION}", "--", "i3lock", "--nofork")
        return subprocess.run(arguments, env=inside.env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
