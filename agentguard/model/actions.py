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


class Deed(StrEnum):
    """What a person may have done about a finding, by a button; no policy does it by itself."""

    VAULT = "asked-vault"
    DELETE = "asked-delete"
    CLEAR = "asked-clear"
    PURGE = "asked-purge"
    PRIVATE = "asked-private"


Act = ActionKind | Deed
"""What the hands can be given: a policy's response, or what a person asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do about a finding; `subject` is what it is done to (a path, a selection).

    `at` is when it was decided: what was seen later is not what it is about. `mark` tells which
    state of a file was looked at: another one is not what it is about either.
    """

    id: str
    kind: Act
    check: str
    subject: str
    at: Moment | None = None
    mark: str = ""


class Outcome(StrEnum):
    """How an action ended."""

    DONE = "done"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"
    WAITING = "waiting"
