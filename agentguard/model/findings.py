"""A finding: a check found something wrong, and it is not mended yet."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.hits import Hit
from agentguard.model.messages import Message
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Owner, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something is wrong since `since`.

    `subject` tells findings of one check apart (a path, an application group); it is empty for
    checks that judge the machine as a whole and never leaves the device as it is. `gaps` are the
    ids of what could not be looked at when it was last seen, None when an older version kept it.
    `owner` can mend it; it is told in a snapshot, by the policy of the moment. `mark` tells which
    state of a file it is about; `left` is why what the policy has done about it was not done, told
    in a snapshot.
    """

    check: str
    subject: str
    severity: Severity
    message: Message
    since: Moment
    hits: tuple[Hit, ...] = ()
    gaps: tuple[str, ...] | None = None
    owner: Owner = Owner.PERSON
    mark: str = ""
    left: Message | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same finding."""
        return (self.check, self.subject)


def file_name(subject: str) -> str:
    """Return the name of a subject that is a file's path on any system; empty for all others."""
    if not subject.startswith(("/", "\\\\")) and subject[1:3] not in {":\\", ":/"}:
        return ""
    return subject.replace("\\", "/").rstrip("/").rpartition("/")[2]
