"""Matches the fleet's programs with the vendor register, and tells before its days."""

from __future__ import annotations

from sqlalchemy import Connection

from agentguard.server.store.records import lived_time
from agentguard.server.store.software import vendor_programs, vendor_reminders
from agentguard.software import classes

EVERY = vendor_reminders.EVERY
COUNTED = 3600
"""Seconds after which desks are counted anew although no version is new."""


def look(connection: Connection, now: float, last: float, *, told: bool) -> None:
    """Do what is due; `told` says whether anybody hears of days that come."""
    matched = vendor_programs.match(connection, classes.shipped())
    if matched or now // COUNTED != last // COUNTED:
        vendor_programs.count(connection)
    if told:
        sure = lived_time.known(connection, now).edge(now, 0.0)
        vendor_reminders.remind(connection, now, sure)
