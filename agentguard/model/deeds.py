"""What a person asks for about a finding, how far it is, and what was found and done here.

The engine decides whether a deed may be done, one after the other; the windows only ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.actions import Deed
from agentguard.model.custody import FORBIDDEN
from agentguard.model.events import Event
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.model.verdicts import Finding

ALL_DEEDS = frozenset(Deed)

_FILES = "pii-files"
_DEEDS = {
    "clipboard": Deed.CLEAR,
    "folder-access": Deed.PRIVATE,
    "retention": Deed.PURGE,
}
_FINAL = frozenset({Deed.DELETE, Deed.PURGE})


def deeds_for(finding: Finding, policy: Policy) -> tuple[Deed, ...]:
    """Return what a person may have done about a finding, the best first.

    What may not even be kept encrypted (PCI DSS 4.0.1, 3.3.1) never goes to the vault, and nothing
    is removed while a legal hold is in force.
    """
    if finding.check == _FILES:
        forbidden = any(hit.kind in FORBIDDEN for hit in finding.hits)
        offered: tuple[Deed, ...] = (Deed.DELETE,) if forbidden else (Deed.VAULT, Deed.DELETE)
    else:
        known = _DEEDS.get(finding.check)
        offered = (known,) if known is not None else ()
    return tuple(one for one in offered if not (policy.legal_hold and one in _FINAL))


class Stage(StrEnum):
    """How far a deed is; `looking` is done, and what it was about is looked at again."""

    WAITING = "waiting"
    DOING = "doing"
    LOOKING = "looking"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A deed that a person asked for about the finding (`check`, `subject`).

    Those that were asked for at once have one `batch`. `action` is the id of what the hands were
    given, `item` the file's id in the vault, `message` why it failed.
    """

    check: str
    subject: str
    deed: Deed
    batch: str
    at: Moment
    stage: Stage = Stage.WAITING
    action: str = ""
    item: str = ""
    message: Message | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The finding that it is about."""
        return (self.check, self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was found here and is no more: since when, until when, and by what.

    `how` is the deed or the response that ended it; empty where it is simply gone. `place` is a
    file's name. `item` is its id in the vault, from which it can be brought back, and `back` when
    it was.
    """

    id: str
    check: str
    message: Message
    found: Moment
    at: Moment
    how: str = ""
    place: str = ""
    batch: str = ""
    action: str = ""
    item: str = ""
    back: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedAsked(Event):
    """A person asks for a deed about these subjects of a check, by one press of a button."""

    check: str
    subjects: tuple[str, ...]
    deed: Deed
    batch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedsStopped(Event):
    """A person wants no more of a batch done; what is done stays done."""

    batch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack(Event):
    """A person brought a file back out of the vault."""

    item: str
