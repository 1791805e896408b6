"""The one room that touches the operating system; everybody else sees its ports."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import letters
from agentguard.base.errors import PlatformError
from agentguard.platforms import _clock
from agentguard.platforms._agent_shutdown import end_agents, quitting
from agentguard.platforms._clock import SystemClock
from agentguard.platforms._instance import beat, call, called, end_hung, holder, only_one
from agentguard.platforms._keeper_ways import (
    CODES,
    code_from_keeper,
    code_from_pipe,
    exit_code,
    keeper_answers,
    keeper_service,
    left_to_keeper,
    session_ends,
    stand_in,
)
from agentguard.platforms._queued_log import Aside
from agentguard.platforms._refcount_workaround import keep_none
from agentguard.platforms._thread_names import name_thread
from agentguard.ports.clock import Clock

if TYPE_CHECKING:  # what passes through needs not be there before a first icon or in a scan's child
    from agentguard.base.settings import Layers
    from agentguard.ports.children import Child, Leash
    from agentguard.ports.desktop import Backend, SystemLog
    from agentguard.ports.network import Network
    from agentguard.ports.secrets import Places
    from agentguard.ports.session_host import Desks

__all__ = [
    "agent_runs",
    "alive",
    "aside",
    "beat",
    "boot_id",
    "cage",
    "call",
    "called",
    "child_starter",
    "cleared",
    "closed",
    "code_from_keeper",
    "code_from_pipe",
    "data_of_users",
    "desks",
    "end_agents",
    "end_hung",
    "end_silent",
    "exit_code",
    "font_packages",
    "give_back",
    "have_letters",
    "holder",
    "keep_none",
    "keeper_answers",
    "keeper_service",
    "languages",
    "leash",
    "left_to_keeper",
    "letter_scale",
    "load",
    "machine_layers",
    "name_thread",
    "network",
    "not_shown",
    "one_heap",
    "only_one",
    "patient_reader",
    "quitting",
    "seat",
    "secret_places",
    "serve",
    "session_ends",
    "silent",
    "stand_in",
    "system_clock",
    "system_log",
    "user_name",
]


def load() -> Backend:
    """Return what this system's desktop can do; what it cannot do is Absent with a reason."""
    if sys.platform == "win32":
        from agentguard.platforms import win32  # noqa: PLC0415 - one system's door at a time

        return win32.backend()
    from agentguard.platforms import linux  # noqa: PLC0415 - one system's door at a time

    return linux.backend(os.environ)


def languages() -> tuple[str, ...]:
    """Return the languages in which the system speaks to this person, as it names them."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.languages import preferred  # noqa: PLC0415 - one system's door at a time

        return preferred()
    from agentguard.platforms._linux import languages  # noqa: PLC0415 - as above

    return languages.preferred(os.environ)


def letter_scale() -> float:
    """Return by how much this person wants letters larger than the system's own, at least 1.

    Linux' desktops make the system's font larger themselves, which is no scale on top of it.
    """
    if sys.platform != "win32":
        return 1.0
    from agentguard.platforms._win32.letters import scale  # noqa: PLC0415 - as above

    return scale()


def have_letters(language: str) -> bool | None:
    """Return whether a font here has a language's letters; None where nobody tells.

    Windows has fonts for all languages that are spoken here, or brings them by itself.
    """
    if sys.platform == "win32":
        return None
    from agentguard.platforms._linux import fonts  # noqa: PLC0415 - as above

    return fonts.have_letters(language)


def font_packages(language: str) -> str:
    """Return what brings a language's letters: a typeface, and its package where that is known."""
    if sys.platform == "win32":
        return letters.to_install(language, "")
    from agentguard.platforms._linux.probes._system import release  # noqa: PLC0415 - as above

    return letters.to_install(language, release(Path("/")))


def machine_layers() -> Layers:
    """Return what is set for the whole computer."""
    from agentguard.platforms import _machine_settings  # noqa: PLC0415 - a scan's child comes here for its cage

    return _machine_settings.machine_layers()


def network(folder: Path | None) -> Network:
    """Return who knows the way, asking nobody; `folder` has a person's settings, None: keeper."""
    from agentguard.platforms import _ways  # noqa: PLC0415 - only who reports comes here

    return _ways.network(folder)


def takes_proxy(text: str) -> bool:
    """Check whether the setting of a proxy means something: an HTTP proxy, `direct`, or none."""
    from agentguard.platforms import _proxy_settings  # noqa: PLC0415 - only who sets one comes here

    return not ((way := _proxy_settings.by_setting(text)) and way.problem)


def secret_places() -> Places:
    """Return where this session can keep secrets; a place tells by itself when it is closed."""
    from agentguard.ports.secrets import Places  # noqa: PLC0415 - as above

    if sys.platform == "win32":
        from agentguard.platforms._win32 import protected  # noqa: PLC0415 - as above

        unbound = protected.unbound()
        device = (protected.bound(), unbound, protected.former())
        return Places(device=device, vault=(unbound,), machine=(unbound,))
    from agentguard.platforms._linux.secret_service import SecretService  # noqa: PLC0415 - as above

    keyring = SecretService(os.environ)
    return Places(device=(keyring,), vault=(keyring,))


def system_log() -> SystemLog | None:
    """Return the system's own log; None where this system has none."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.event_log import WindowsEventLog  # noqa: PLC0415 - one system's door at a time

        return WindowsEventLog()
    from agentguard.platforms._linux import system_log  # noqa: PLC0415 - as above

    return system_log.LinuxSystemLog() if system_log.offers() else None


def aside(log: SystemLog) -> Aside:
    """Return a log for which nobody waits; whoever closes it gives it a moment to write."""
    return Aside(log)


def cage() -> str:
    """Return the name of what locks a scan child in, as `module:function`; empty without one."""
    return "agentguard.platforms._linux.cage:shut" if sys.platform == "linux" else ""


def patient_reader() -> Callable[[Path], bytes]:
    """Return what reads a file that may lie on a share that is away; see there."""
    from agentguard.platforms._secret_time_limit import PatientReader  # noqa: PLC0415 - after a first icon

    return PatientReader()


def give_back() -> None:
    """Give freed memory back to the system; see there."""
    from agentguard.platforms import _memory  # noqa: PLC0415 - only who lives for hours

    _memory.give_back()


def one_heap() -> None:
    """Let threads to come share one heap; see there."""
    from agentguard.platforms import _memory  # noqa: PLC0415 - only who lives for hours

    _memory.one_heap()


def not_shown() -> str:
    """Return why no window can be shown here; empty where one can. Takes four seconds at most."""
    from agentguard.platforms import _display  # noqa: PLC0415 - only for windows

    return _display.not_shown(os.environ)


def silent(folder: Path) -> int:
    """Return the agent that holds a folder and hangs, 0 for none; see there. Takes seconds."""
    from agentguard.platforms import _silent_agent  # noqa: PLC0415 - only where another agent is

    return _silent_agent.silent(folder)


def agent_runs(folder: Path) -> bool:
    """Check whether an agent runs for a folder, be it able to answer or not."""
    from agentguard.platforms import _silent_agent  # noqa: PLC0415 - only who asks for an agent

    return _silent_agent.runs(folder)


def end_silent(process: int) -> None:
    """End an agent that hangs."""
    from agentguard.platforms import _silent_agent  # noqa: PLC0415 - only where another agent is

    _silent_agent.end(process)


def child_starter() -> Callable[[Sequence[str], int], Child] | None:
    """Return what starts this program again with one handle; None where a child needs no such."""
    if sys.platform != "win32":
        return None
    from agentguard.platforms._win32 import child  # noqa: PLC0415 - one system's door at a time

    return child.start


def leash(pid: int, *, programs: bool, handle: int = 0) -> Leash | None:
    """Hold a scan child so that it ends with this process; None where its cage does more."""
    if sys.platform != "win32":
        return None
    from agentguard.platforms._win32 import child  # noqa: PLC0415 - one system's door at a time

    return child.leash(pid, programs=programs, handle=handle)


def system_clock() -> Clock:
    """Return this machine's clock."""
    return SystemClock()


def user_name() -> str:
    """Return the account that this program runs as, as the system knows it.

    The environment says it as well, but whoever starts a program writes that. Empty when the system
    cannot tell, as when its directory of users is away.
    """
    if sys.platform == "win32":
        from agentguard.platforms._win32 import api  # noqa: PLC0415 - one system's door at a time

        return api.user_name()
    import pwd  # noqa: PLC0415 - as above

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def boot_id() -> str:
    """Return what tells one start of the machine from another; empty when the system has none."""
    return _clock.boot_id()


def _nobody() -> None:
    """Wake nobody."""


def desks(wake: Callable[[], None] = _nobody) -> Desks:
    """Return the sessions of this computer, for its keeper.

    Where the system tells the end of an agent, `wake` is called then, from any thread.

    Raises:
        PlatformError: this user may not keep them.

    """
    if sys.platform == "win32":
        from agentguard.platforms._win32.session_host import WindowsDesks  # noqa: PLC0415 - as above

        return WindowsDesks(wake)
    from agentguard.base import paths  # noqa: PLC0415 - as above
    from agentguard.platforms._linux import sessions  # noqa: PLC0415 - as above
    from agentguard.platforms._linux.bus import Bus, system_address  # noqa: PLC0415 - as above

    return sessions.LinuxDesks(Bus(system_address(os.environ)), paths.machine_folder() / CODES)


def serve(name: str, work: Callable[[threading.Event, threading.Event], None]) -> None:
    """Run as the service `name` of the system's service manager until it stops this.

    `work` is given an event that asks it to stop, and one that says that sessions have changed.

    Raises:
        PlatformError: no service manager has started this.

    """
    if sys.platform == "win32":
        from agentguard.platforms._win32.service import Service  # noqa: PLC0415 - as above

        return Service(name, work).run()
    raise PlatformError("Only Windows has this service.", "Use: agentguard keeper run")


def cleared(folder: Path, seconds: float, *, kill: bool) -> bool:
    """Wait until no program runs from a folder, and with `kill` end it; tell whether none does."""
    from agentguard.platforms import _programs  # noqa: PLC0415 - setup alone asks

    return _programs.cleared(folder, seconds, kill=kill)


def alive() -> None:
    """Tell the system's service manager, if it asks, that this program is up and alive.

    On Windows, see to its threads, which no other program of the person is to stop.
    """
    if sys.platform == "win32":
        from agentguard.platforms._win32 import shield  # noqa: PLC0415 - one system's door at a time

        shield.THREADS()
    else:
        from agentguard.platforms._linux import sd_notify  # noqa: PLC0415 - as above

        sd_notify.alive()


def seat() -> int:
    """Return the seat of this session, from 1: more than one has who is logged on more than once.

    Elsewhere than on Windows one agent guards all sessions of a person.
    """
    if sys.platform != "win32":
        return 1
    from agentguard.platforms._win32 import seats  # noqa: PLC0415 - one system's door at a time

    return seats.seat()


def data_of_users(program: str) -> tuple[Path, ...]:
    """Return the folders of a program in the profiles of this computer's users.

    On Windows alone.
    """
    if sys.platform != "win32":
        return ()
    from agentguard.platforms._win32 import people  # noqa: PLC0415 - one system's door at a time

    return people.data_of_users(program)


def closed(folder: Path) -> bool:
    """Check whether a folder is this program's or the system's own, and open to nobody else."""
    if sys.platform == "win32":
        from agentguard.platforms._win32 import access_answers  # noqa: PLC0415 - as above
        from agentguard.platforms._win32.probes import folders  # noqa: PLC0415 - as above

        told = folders.descriptor(str(folder))
        return told is not None and access_answers.closed(told, folders.own_sids())
    found = folder.lstat()
    ours = found.st_uid in {0, os.geteuid()}
    return ours and stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
