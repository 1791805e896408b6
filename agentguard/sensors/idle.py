"""How long nobody has been at the desk, as far as it can be believed.

A source of idle time may change, begin to answer, follow the wall clock, or still count from before
a switch of users or a reconnected remote session. A lock may come from none of that, so these rules
hold for what is told:

- idle time grows no faster than the boot clock and is never below nothing; where a source says
  so, counting goes on from here;
- it begins anew when the source was away, when the session comes to the front or is unlocked, for
  a person did that; a session that is told to be open after nobody knew whether it was locked (the
  remote desktop was switched meanwhile) counts as unlocked;
- a source that tells the same time for 10 s stands still, and tells nothing: with input it would
  tell less, without more;
- the first reading of all counts as it is, so that a restart of the agent gives no time away; but a
  stamp of the future, which in ticks of 32 bits looks like weeks, is no idle time.
"""

from __future__ import annotations

from agentguard.model.moments import Moment
from agentguard.ports.desktop import SessionReading

HALF = 2**31 / 1000
"""Seconds of half the ticks of 32 bits: what lies further back lies in the future, if anywhere."""

SLACK = 2.0
"""Seconds by which two clocks may differ without one of them being wrong."""

STANDS, STANDING = 10.0, 5.0
"""Seconds after which a source that tells one time stands still, and from which time on: one that
is asked each second may well find fresh input each time."""
MOVES = 0.5
"""Seconds within which two idle times are one."""


class BelievedIdle:
    """Gives the idle time to believe; `see` takes every reading in order."""

    def __init__(self) -> None:
        self._last: SessionReading | None = None
        self._at: Moment | None = None
        self._idle: float | None = None
        self._still: tuple[float, Moment] | None = None

    def gap(self) -> None:
        """Know that nothing was read for a while."""
        if self._at is not None:
            self._idle = None

    def see(self, reading: SessionReading, now: Moment) -> float | None:
        """Return the seconds without input; None while no source tells them."""
        before, at = self._last, self._at
        self._last, self._at = reading, now
        if reading.idle is None or self._stands(reading.idle, now):
            self._idle = None
        elif before is None or at is None:
            can_be = reading.idle <= max(now.boot + SLACK, HALF)
            self._idle = max(0.0, reading.idle) if can_be else 0.0
        elif self._idle is None or _person_came(before, reading):
            self._idle = 0.0
        else:
            most = self._idle + max(0.0, now.since(at))
            self._idle = reading.idle if 0 <= reading.idle <= most + SLACK else most
        return self._idle

    def _stands(self, idle: float, now: Moment) -> bool:
        """Check whether the source has told one time for so long that it stands still."""
        if self._still is None or idle < STANDING or abs(idle - self._still[0]) > MOVES:
            self._still = (idle, now)
        return idle >= STANDING and now.since(self._still[1]) >= STANDS


def _person_came(before: SessionReading, now: SessionReading) -> bool:
    """Check whether somebody must have been there in between."""
    unlocked = before.locked is not False and now.locked is False
    return unlocked or (before.active is False and now.active is not False)
