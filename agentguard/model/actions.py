"""What the agent's hands can do, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """A response that a policy may list under `respond`."""

    NOTIFY = "notify"
    COACH = "coach"
    PROVE = "prove"
    LOCK = "lock"
    CLEAR_CLIPBOARD = "clear-clipboard"
    VAULT = "vault"
    PURGE = "purge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do about a finding; `subject` is what it is done to (a path, a selection)."""

    id: str
    kind: ActionKind
    check: str
    subject: str


class Outcome(StrEnum):
    """How an action ended."""

    DONE = "done"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
