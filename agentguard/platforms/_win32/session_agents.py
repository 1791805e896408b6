"""The agents of this computer's sessions: each process by its handle, and its end as Windows says.

The handle, not a number, is the process. Windows calls back when it ends; the keeper's one thread
then looks, and starts agents alone, so that none is started twice. An agent that gives no sign of
life for ten minutes, without the computer's sleep, is ended, by what Windows counts of it; then all
goes as after any end.

Source: Microsoft's reference of winbase.h (RegisterWaitForSingleObject, UnregisterWaitEx),
realtimeapiset.h and debugapi.h.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from agentguard.platforms._win32 import api, sessions
from agentguard.platforms._win32.person_start import Begun, begin
from agentguard.platforms._win32.shield import shielded
from agentguard.platforms._win32.silence_answers import Signs, Silence
from agentguard.ports.session_host import HUNG

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

_TICKS = 10_000_000  # a second, in units of 100 ns
_NUMBER = ctypes.POINTER(ctypes.c_ulonglong)
_cycles = api.kernel("QueryProcessCycleTime", api.BOOL, api.HANDLE, _NUMBER)
_debugged = api.kernel("CheckRemoteDebuggerPresent", api.BOOL, api.HANDLE, ctypes.POINTER(api.BOOL))
_unbiased = api.kernel("QueryUnbiasedInterruptTime", api.BOOL, _NUMBER)
LOG = logging.getLogger(__name__)
ENDED = 2.0
"""Seconds for a process that was ended to be gone."""
_ONCE, _FOREVER = 0x8, 0xFFFFFFFF  # WT_EXECUTEONLYONCE, INFINITE
_WAIT, _END = 0x100000, 0x1  # SYNCHRONIZE, PROCESS_TERMINATE
_QUERY, _ASK = 0x1400, 0x1000  # PROCESS_QUERY_INFORMATION and ..._LIMITED_..., the latter alone
_NONE = ctypes.c_void_p(-1)  # INVALID_HANDLE_VALUE: wait until no callback runs
_CALLED = ctypes.WINFUNCTYPE(None, ctypes.c_void_p, ctypes.c_ubyte)
_register = api.kernel(
    "RegisterWaitForSingleObject", api.BOOL, ctypes.POINTER(api.HANDLE), api.HANDLE, _CALLED,
    api.VOID, api.DWORD, api.DWORD,
)  # fmt: skip
_unregister = api.kernel("UnregisterWaitEx", api.BOOL, api.HANDLE, api.HANDLE)
_open = api.kernel("OpenProcess", api.HANDLE, api.DWORD, api.BOOL, api.DWORD)


class _Counters(ctypes.Structure):
    """`IO_COUNTERS`."""

    _fields_ = tuple(
        (name, ctypes.c_ulonglong)
        for name in ("reads", "writes", "others", "read_bytes", "written_bytes", "other_bytes")
    )


_counters = api.kernel("GetProcessIoCounters", api.BOOL, api.HANDLE, ctypes.POINTER(_Counters))


def counts(process: int) -> Signs:
    """Return what is counted of a process; none of these calls waits for it."""
    counters, cycles, debugged = _Counters(), ctypes.c_ulonglong(), api.BOOL()
    counted = _counters(process, ctypes.byref(counters))
    ran = _cycles(process, ctypes.byref(cycles))
    held = _debugged(process, ctypes.byref(debugged))
    return Signs(
        operations=counters.reads + counters.writes + counters.others if counted else None,
        cycles=cycles.value if ran else None,
        debugged=bool(debugged.value) if held else None,
    )


def unsuspended() -> float:
    """Return the seconds since the computer's start in which it did not sleep or hibernate."""
    ticks = ctypes.c_ulonglong()
    _unbiased(ctypes.byref(ticks))
    return ticks.value / _TICKS


class Agent:
    """An agent that runs; `ended` is called from a thread of Windows' own when it no longer does.

    Raises:
        PlatformError: Windows refuses to tell its end.

    """

    def __init__(self, process: Begun, ended: Callable[[], None]) -> None:
        self.process = process
        self.silence = Silence()
        self._called = _CALLED(lambda _context, _timed_out: ended())  # kept: Windows calls it
        self._wait = api.HANDLE()
        if not _register(
            ctypes.byref(self._wait), process.process, self._called, None, _FOREVER, _ONCE
        ):
            raise api.refused("to tell when the agent ends")

    def close(self) -> None:
        """Hear nothing more of it, and let go of it; it runs on."""
        _unregister(self._wait, _NONE)
        self.process.close()


class SessionAgents:
    """At most one agent for each session; only one thread uses this.

    `words` start an agent, `ended` is called when one has ended, from another thread. `counted`
    gives what Windows counts of a process, `awake` the seconds in which the computer did not sleep.
    """

    def __init__(
        self,
        words: Sequence[str],
        ended: Callable[[], None],
        *,
        counted: Callable[[int], Signs] = counts,
        awake: Callable[[], float] = unsuspended,
    ) -> None:
        self._words = words
        self._counted, self._awake = counted, awake
        self._ended = ended
        self._agents: dict[int, Agent] = {}
        self._codes: dict[int, int] = {}
        self._looked = False

    def running(self) -> dict[int, int]:
        """Return the process of the agent in each session that has one.

        One that hangs is ended, and gone at one of the next looks.
        """
        if not self._looked:
            self._looked = True
            self._find()
        now = self._awake()
        for session, agent in list(self._agents.items()):
            if not agent.process.running:
                self._codes[session] = agent.process.code
                self._let_go(session)
            elif agent.silence.hangs(self._counted(agent.process.process), now):
                LOG.warning("an agent gave no sign of life for ten minutes, and is ended")
                agent.process.end(HUNG)
                agent.silence = Silence()  # one that Windows cannot end is tried again later
        return {session: agent.process.pid for session, agent in self._agents.items()}

    def ends(self) -> dict[int, int]:
        """Return the exit codes of those that `running` has no longer, once."""
        codes, self._codes = self._codes, {}
        return codes

    def start(self, session: int) -> None:
        """Start the agent of a session, unless it runs; one that somebody else started gives way.

        Raises:
            PlatformError: it could not be started.

        """
        if session in self.running():
            return
        for pid in self._others(session):
            LOG.warning("an agent that the keeper did not start gives way to one that it starts")
            _end(pid)
        self._hold(session, begin(session, self._words))

    def forget(self, on: frozenset[int]) -> None:
        """Let go of the agents of sessions that are not `on` any more."""
        for session in self._agents.keys() - on:
            self._let_go(session)
        self._codes = {session: code for session, code in self._codes.items() if session in on}

    def close(self) -> None:
        """Let go of all; they run on."""
        for session in list(self._agents):
            self._let_go(session)

    def _hold(self, session: int, process: Begun) -> None:
        try:
            self._agents[session] = Agent(process, self._ended)
        except BaseException:
            process.close()
            raise

    def _let_go(self, session: int) -> None:
        self._agents.pop(session).close()

    def _find(self) -> None:
        """Find the agents that a keeper before this one has started."""
        for session, started in sessions.agents(Path(self._words[0])).items():
            for pid in sorted(started, key=lambda pid: started[pid]):
                process = _handle(pid) if shielded(pid) else None
                if process and session not in self._agents:
                    self._hold(session, Begun(process, pid))

    def _others(self, session: int) -> list[int]:
        return list(sessions.agents(Path(self._words[0])).get(session, ()))


def _handle(pid: int) -> int | None:
    """Open an agent; who is not the system may look on, and cannot end one that hangs."""
    found = _open(_WAIT | _QUERY | _END, False, pid) or _open(_WAIT | _ASK, False, pid)
    return found or None


def _end(pid: int) -> None:
    process = _open(_END | _WAIT, False, pid)
    if process:
        made = Begun(process, pid)
        made.end()
        made.wait(ENDED)
        made.close()
