"""When an agent's process has given no sign of life for so long that its keeper ends it.

A sign of life is what Windows itself counts of the process: each call of it that reads, writes or
asks something of a file or device. An agent makes some each second, and no other program can make
or take away one of them, so there is nothing to hand over and no door that somebody could knock at
(docs/adr/0104).

What cannot give a sign is not silent: a process that runs nothing at all is frozen, by a modern
standby or by whoever suspended it, and one with a debugger waits for that. Time is that in which
the computer did not sleep, a look is worth a few seconds at most, and what Windows does not tell
silences nobody.

Sources: Microsoft, GetProcessIoCounters and IO_COUNTERS (winnt.h), QueryProcessCycleTime,
CheckRemoteDebuggerPresent, QueryUnbiasedInterruptTime.
"""

from __future__ import annotations

from dataclasses import dataclass

PATIENCE = 600.0
"""Seconds without a sign after which an agent hangs: that of its own two halves for each other."""
LOOK = 5.0
"""Seconds that a look is worth at most: after a pause of the keeper's nobody knows what was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What Windows counts of a process since its start; None where it does not tell.

    `operations` are calls that read, write or ask something of a file or device, `cycles` those
    that its threads have run for; `debugged` tells whether a debugger holds it.
    """

    operations: int | None = None
    cycles: int | None = None
    debugged: bool | None = None

    @property
    def told(self) -> bool:
        """Whether silence can be told by these: a count that stands at nothing counts nothing."""
        return bool(self.operations and self.cycles) and self.debugged is False


class Silence:
    """For how long a process has given no sign."""

    def __init__(self) -> None:
        self._last = Signs()
        self._at: float | None = None
        self.seconds = 0.0

    def hangs(self, signs: Signs, now: float) -> bool:
        """Take what is counted at `now`, in seconds without sleep; tell whether it hangs."""
        passed = 0.0 if self._at is None else min(max(0.0, now - self._at), LOOK)
        last, self._last, self._at = self._last, signs, now
        if not (signs.told and last.told) or signs.operations != last.operations:
            self.seconds = 0.0
        elif signs.cycles != last.cycles:
            self.seconds += passed
        return self.seconds >= PATIENCE
