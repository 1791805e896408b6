"""By when a finding is to be mended, and what happens if it is not; pure, without Qt."""

from __future__ import annotations

from enum import StrEnum

from agentguard.model.actions import ActionKind
from agentguard.model.custody import FORBIDDEN
from agentguard.model.events import NOT_ENROLLED
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding, Severity
from agentguard.ui.wording import DAY, Wording


class Due(StrEnum):
    """By when something is to be mended."""

    NOW = "now"
    NEXT_CALL = "next-call"
    TODAY = "today"
    WEEK = "week"


DUES = {
    "clipboard": Due.NOW,
    "screen-lock": Due.NOW,
    "remote-tools": Due.NOW,
    "wireless": Due.NOW,
    "usb-storage": Due.NEXT_CALL,
    "pii-files": Due.TODAY,
    "clear-text": Due.TODAY,
    "clipboard-history": Due.TODAY,
    "folder-access": Due.TODAY,
    "patches": Due.TODAY,
    "updaters": Due.TODAY,
    "retention": Due.WEEK,
}
URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})
SOON = frozenset({Due.NOW, Due.NEXT_CALL})
WEEK = 7 * DAY
DOES = (
    ActionKind.VAULT,
    ActionKind.PURGE,
    ActionKind.LOCK,
    ActionKind.CLEAR_CLIPBOARD,
    ActionKind.MASK_CLIPBOARD,
)
"""Responses that mend by themselves, as far as they can."""


def is_forbidden(finding: Finding) -> bool:
    """Check whether it is about what may not even be kept encrypted."""
    return any(hit.kind in FORBIDDEN for hit in finding.hits)


def due(finding: Finding) -> Due:
    """Return by when it is to be mended."""
    if is_forbidden(finding):
        return Due.NEXT_CALL
    usual = Due.TODAY if finding.severity in URGENT else Due.WEEK
    return DUES.get(finding.check, usual)


def due_words(finding: Finding, words: Wording) -> tuple[str, bool]:
    """Return by when it is to be mended, and whether that is now: what is over is due now."""
    when = due(finding)
    if when is Due.WEEK:
        end = Moment(boot=finding.since.boot + WEEK, wall=finding.since.wall + WEEK)
        if words.is_over(end):
            return words.texts.say("todo.due.now"), True
        return words.texts.say("todo.due.day", day=words.day(end)), False
    if when is Due.TODAY and not words.is_today(finding.since):
        when = Due.NOW
    return words.texts.say(f"todo.due.{when}"), when in SOON


def if_not(finding: Finding, count: int, snapshot: Snapshot, words: Wording) -> str:
    """Return what happens if nothing is done: what the policy of this moment has done about it."""
    texts, policy = words.texts, snapshot.policy
    if finding.left is not None:  # it was tried, and this is why it did not happen
        return texts.render(finding.left)
    control = policy.controls.get(finding.check)
    respond = control.respond if control is not None else ()
    does = next((one for one in DOES if one in respond), None)
    if does is ActionKind.VAULT and is_forbidden(finding):
        return texts.say("todo.if-not.held", hours=policy.vault.hold_hours)
    if does is ActionKind.VAULT and count > 1:
        return texts.say("todo.if-not.vault-many")
    if does is not None:
        return texts.say(f"todo.if-not.{does}")
    uplink = snapshot.uplink
    reported = uplink is not None and uplink.problem != NOT_ENROLLED
    return texts.say("todo.if-not.reported" if reported else "todo.if-not.stays")
