"""Entries that a desk leaves out: every report must go on where the one before it ended."""

from __future__ import annotations

from agentguard.wire import v1

NEW_EPOCH = "journal.epoch"
NEWS = frozenset({"lost", "damaged"})
"""Why an epoch was begun that is a sign: of a conflict the endpoint knows itself."""


def missing(report: v1.Report) -> int:
    """Count the entries that a report passes over; an agent that tells no `since` is not judged.

    A new epoch may begin at another number, and is an item of its own.
    """
    if report.since < 0 or not report.events:
        return 0
    if any(_elsewhere(report, one) for one in report.events):
        return 0
    numbers = {one.seq for one in report.events if one.seq > report.since}
    return max(numbers) - report.since - len(numbers) if numbers else 0


def _elsewhere(report: v1.Report, one: v1.Event) -> bool:
    """Check whether an epoch begins that is an item; an agent that tells no links is believed."""
    return one.kind == NEW_EPOCH and (not report.links or one.params.get("reason") in NEWS)
