"""Matches the fleet's programs with the vendor register, and tells before its days."""

from __future__ import annotations

from sqlalchemy import Connection

from agentguard.server.store.engine import leadership, times
from agentguard.server.store.records import lived_time
from agentguard.server.store.software import vendor_programs, vendor_reminders
from agentguard.software import classes

JOB = "vendors"
EVERY = vendor_reminders.EVERY
COUNTED = 3600
"""Seconds after which desks are counted anew although no version is new."""


def look(
    connection: Connection,
    now: float,
    last: float,
    *,
    told: bool,
    most: int = vendor_programs.AT_ONCE,
) -> None:
    """Do what is due; `told` says whether anybody hears of days that come.

    Where `most` versions were matched, others may wait: it is due again at once.
    """
    matched = vendor_programs.match(connection, classes.shipped(), str(times.day(now)), most)
    if matched == most:
        leadership.note(connection, JOB, now - EVERY)
    if matched or now // COUNTED != last // COUNTED:
        vendor_programs.count(connection)
    if told:
        sure = lived_time.known(connection, now).edge(now, 0.0)
        vendor_reminders.remind(connection, now, sure)
