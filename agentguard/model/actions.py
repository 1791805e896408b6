"""What the agent's hands can do, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.moments import Moment


class ActionKind(StrEnum):
    """A response that a policy may list under `respond`."""

    NOTIFY = "notify"
    COACH = "coach"
    PROVE = "prove"
    LOCK = "lock"
    CLEAR_CLIPBOARD = "clear-clipboard"
    MASK_CLIPBOARD = "mask-clipboard"
    PAUSE_RECORDER = "pause-recorder"
    RESUME_RECORDER = "resume-recorder"
    VAULT = "vault"
    PURGE = "purge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do about a finding; `subject` is what it is done to (a path, a selection).

    `at` is when it was decided: what was seen later is not what it is about.
    """

    id: str
    kind: ActionKind
    check: str
    subject: str
    at: Moment | None = None


class Outcome(StrEnum):
    """How an action ended."""

    DONE = "done"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    WAITING = "waiting"
