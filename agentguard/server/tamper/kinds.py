"""The kinds of what looks like tampering; the words are `tamper.<kind>` in the texts.

The ids never change their meaning: they stand in the database and in what goes out to a SIEM.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind; one that `lasts` ends by itself, any other one when a person signs it off."""

    id: str
    severity: str
    lasts: bool = False


LATE = Kind(id="late", severity="medium", lasts=True)
MISSING = Kind(id="missing", severity="high", lasts=True)
CLOCK_WRONG = Kind(id="clock-wrong", severity="medium", lasts=True)
POLICY_DIFFERS = Kind(id="policy-differs", severity="high", lasts=True)
AGENT_MISSING = Kind(id="agent-missing", severity="critical", lasts=True)
AGENT_SILENT = Kind(id="agent-silent", severity="critical", lasts=True)
CLONE = Kind(id="clone", severity="critical")
FORK = Kind(id="fork", severity="high")
ROLLBACK = Kind(id="rollback", severity="high")
CLOCK_JUMP = Kind(id="clock-jump", severity="medium")
POLICY_REFUSED = Kind(id="policy-refused", severity="high")
JOURNAL_NEW = Kind(id="journal-new", severity="high")
JOURNAL_BROKEN = Kind(id="journal-broken", severity="critical")
JOURNAL_ERASED = Kind(id="journal-erased", severity="critical")
JOURNAL_CHAIN = Kind(id="journal-chain", severity="critical")
JOURNAL_GAP = Kind(id="journal-gap", severity="high")
EVENTS_LOST = Kind(id="events-lost", severity="medium")
CONTROL_FAILED = Kind(id="control-failed", severity="high")
AGENT_FAILING = Kind(id="agent-failing", severity="high")
SAFE_MODE = Kind(id="safe-mode", severity="high")
KEEPER_REMOVED = Kind(id="keeper-removed", severity="critical")
TOO_OFTEN = Kind(id="too-often", severity="high")
OPENED_UNASKED = Kind(id="opened-unasked", severity="critical")
KEY_UNASKED = Kind(id="key-unasked", severity="high")
KEY_HELD_TWICE = Kind(id="key-held-twice", severity="critical")
OVER_QUOTA = Kind(id="over-quota", severity="high")
BEYOND_BOUNDS = Kind(id="beyond-bounds", severity="high")

KINDS = {
    kind.id: kind
    for kind in (
        LATE, MISSING, CLOCK_WRONG, POLICY_DIFFERS, AGENT_MISSING, AGENT_SILENT, CLONE, FORK,
        ROLLBACK, CLOCK_JUMP, POLICY_REFUSED, JOURNAL_NEW, JOURNAL_BROKEN, JOURNAL_ERASED,
        JOURNAL_CHAIN, JOURNAL_GAP, EVENTS_LOST,
        CONTROL_FAILED, AGENT_FAILING, SAFE_MODE, KEEPER_REMOVED, OPENED_UNASKED, TOO_OFTEN,
        KEY_UNASKED, KEY_HELD_TWICE, OVER_QUOTA, BEYOND_BOUNDS,
    )
}  # fmt: skip
UNRULY = (TOO_OFTEN, OVER_QUOTA, BEYOND_BOUNDS)
"""The items of a desk that asks more of the endpoint than a desk may."""

SILENCE = (LATE, MISSING)
SHARED = (
    POLICY_DIFFERS, POLICY_REFUSED, CLOCK_WRONG, CLOCK_JUMP, EVENTS_LOST, JOURNAL_NEW,
    CONTROL_FAILED, AGENT_FAILING, SAFE_MODE,
)  # fmt: skip
"""Items that one cause brings to many desks, as a policy or a release does; a copy of a key or a
journal that was changed is looked at desk by desk."""

STRANGERS_SILENT = Kind(id="strangers-silent", severity="high")
STRANGERS_BEYOND = Kind(id="strangers-beyond", severity="medium")
STRANGERS = (STRANGERS_SILENT, STRANGERS_BEYOND)
AUDIT_BROKEN = Kind(id="audit-broken", severity="critical")
OF_ENDPOINT = (*STRANGERS, AUDIT_BROKEN)
"""Signs of the endpoint, which are about no desk."""
ENDPOINT = "endpoint"
"""Stands where a desk's id would."""
LASTING = tuple(kind for kind in KINDS.values() if kind.lasts)
