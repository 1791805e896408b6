"""One scan child: asked one thing at a time, waited for no longer than its limits, then ended."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import perf_counter

import psutil

from agentguard.base.errors import ScanError
from agentguard.detect.limits import MIB
from agentguard.detect.outcome import Reading
from agentguard.detect.sandbox import ipc_messages, worker_spawn
from agentguard.detect.sandbox.worker_entry import Leashing, Starting, no_leash
from agentguard.ports.children import Child, Leash

WATCHED = sys.platform != "linux"
"""Whether the parent must watch the child's memory, since the system may not bound it."""

TOLD = sys.platform != "win32"
"""Whether the system tells what a process waits for."""

_JOIN = 5.0
_LOOK = 0.1
_ITS_TURN = 0.9
"""The part of a file's seconds on the processor from which on it was its turn, and it is slow."""
_AT_WORK = 0.05
"""The part of a span of time on the processor that shows a child at work, though it waits now."""
_IDLE = 0.05
"""The part of a span of time without work for a processor that shows that others left it some."""
_LOOKS, _APART = 10, 0.05
"""How often a child that had next to nothing is looked at, with so many seconds between."""


class Offspring:
    """A child and the line to it.

    `leash` holds it in the system's hands before it hears of any file, `start` starts it on
    Windows; `watched` has the parent look at its memory every tenth of a second while it works.
    """

    def __init__(
        self,
        errand: ipc_messages.Errand,
        *,
        leash: Leashing = no_leash,
        start: Starting | None = None,
        watched: bool = WATCHED,
    ) -> None:
        self._errand = errand
        self._leash: Leash | None = None
        self._watched = watched
        self._ready = False
        self._base = 0
        self._idled = 0.0
        self._process: Child | None = None
        try:
            self._process, self._line = worker_spawn.born(start)
            pid, handle = self._process.pid or 0, self._process.handle
            self._leash = leash(pid, programs=errand.limits.ocr, handle=handle)
            self._line.send_bytes(ipc_messages.send(errand))
        except OSError as error:
            self.end()
            raise ScanError("reason.not-started") from error

    @property
    def pid(self) -> int | None:
        """The process id."""
        return None if self._process is None else self._process.pid

    def answer(self, question: bytes) -> Reading:
        """Ask, and wait for the answer.

        Raises:
            ScanError: the deadline passed, others took the computer all the time, it took too much
                memory, or the child died.

        """
        try:
            self._await_start()
            self._line.send_bytes(question)
            limits = self._errand.limits
            return ipc_messages.told(self._receive(limits.seconds, limits.patience))
        except (EOFError, OSError) as error:
            raise ScanError("reason.crashed") from error

    def is_lost(self) -> bool:
        """Check whether it died while nothing was asked; a child speaks only when asked."""
        try:
            alive = self._process is not None and self._process.is_alive()
            return not alive or (self._ready and self._line.poll(0))
        except OSError:
            return True

    def kill(self) -> None:
        """Kill it without waiting; who waits for its answer is told that it is gone."""
        if self._process is not None:
            self._process.kill()

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._process is None:
            return
        with suppress(OSError):
            self._line.close()
        self._process.kill()
        if self._leash is not None:
            self._leash.close()
        self._process.join(_JOIN)

    def _await_start(self) -> None:
        if self._ready:
            return
        try:
            self._receive(self._errand.limits.start_seconds)
        except (ScanError, EOFError, OSError) as error:
            raise ScanError("reason.not-started") from error
        self._ready = True
        self._make_modest()
        self._base = self._memory() if self._watched else 0
        if self._leash is not None:
            self._leash.bound(self._committed() + self._errand.limits.memory_mib * MIB)

    def _receive(self, seconds: float, patience: float = 1.0) -> bytes:
        """Wait until it had so many seconds of the processor; without any, so many by the clock.

        Not longer than `patience` times as long by the clock, whatever the others do.
        """
        begun = perf_counter()
        first = used = self._used() if patience > 1 else 0.0
        end, last = begun + seconds, begun + patience * seconds
        self._idled = self._idle()
        while not self._line.poll(self._until(end)):
            if self._ready and self._watched:
                self._judge_memory()
            if perf_counter() < end:
                continue
            before, used = used, self._used()
            if used - first > seconds * _ITS_TURN or not self._goes_on(used - before, seconds):
                raise ScanError("reason.timeout")
            if perf_counter() >= last:
                waited = used > first or self._status() == psutil.STATUS_RUNNING
                raise ScanError("reason.busy" if waited else "reason.timeout")
            end = min(end + seconds, last)
        return self._line.recv_bytes(ipc_messages.LONGEST)

    def _until(self, end: float) -> float:
        left = max(0.0, end - perf_counter())
        return min(_LOOK, left) if self._watched else left

    def _goes_on(self, had: float, seconds: float) -> bool:
        """Check whether it worked of late, or would if it were its turn.

        `had` is what it had of the processor in the last `seconds`.
        """
        if not TOLD:  # a clock that ticks 64 times a second may count nothing of what it had
            crowded = self._is_crowded_out(seconds)
            return had > 0 or crowded
        return had > seconds * _AT_WORK or self._is_about_to_work()

    def _is_crowded_out(self, seconds: float) -> bool:
        """Check whether others took all of every processor since the last look: it comes last."""
        before, self._idled = self._idled, self._idle()
        return self._idled - before < seconds * _IDLE

    def _idle(self) -> float:
        """Return the seconds in which all processors together had nothing to do."""
        return 0.0 if TOLD else float(psutil.cpu_times().idle)

    def _is_about_to_work(self) -> bool:
        """Look for half a second: one that comes last may just wait between two pieces of work."""
        states = {psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP}
        return any(self._status() in states or self._line.poll(_APART) for _ in range(_LOOKS))

    def _status(self) -> str:
        """Return the state of the child as the system names it; empty when it is gone.

        One that runs and had nothing of the processor waits for its turn, and is not to blame.
        """
        try:
            return str(psutil.Process(self.pid).status())
        except psutil.Error:
            return ""

    def _used(self) -> float:
        """Return the seconds of the processor that it has had; 0 when it is gone."""
        try:
            had = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(had.user + had.system)

    def _judge_memory(self) -> None:
        if self._memory() - self._base > self._errand.limits.memory_mib * MIB:
            raise ScanError("reason.memory")

    def _committed(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().vms)
        except psutil.Error:
            return 0

    def _memory(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0  # it is gone, which the line tells

    def _make_modest(self) -> None:
        """Give it the lowest priority for the processor and the disk before it reads a file."""
        try:
            if self._process is not None:
                self._process.make_modest()
        except (psutil.Error, OSError):
            return  # a container may refuse; the scan is only less modest
