"""What an auditor who knows the endpoint's key demands of a journal, and what is open without."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.trust.chain.evidence import Evidence

AHEAD = 86_400.0
"""Seconds that the newest receipt may be later than the auditor's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is demanded; times are seconds since 1970, and None demands nothing.

    `key` is the endpoint's public key (base64) as the auditor knows it: without it nothing is
    proved. The newest receipt must be of `since` or later. With `until` only what was written up
    to then counts, and the newest receipt must be later; with `least` only what was written up to
    that entry. Without both the newest receipt must cover the last entry.
    """

    key: str = ""
    now: float | None = None
    since: float | None = None
    until: float | None = None
    least: int = 0

    def unmet(self, evidence: Evidence, *, last: int, epoch: int) -> list[Message]:
        """Return what is open; `last` is the last entry, `epoch` the newest epoch of the file."""
        if not self.key:
            return [say("journal-review.no-key")]
        covered, at = evidence.receipted, evidence.receipted_at
        notes = []
        if evidence.receipted_epoch != epoch:
            notes.append(say("journal-review.epoch-unconfirmed", epoch=epoch))
        if self.until is None and not self.least and covered < last:
            notes.append(say("journal-review.unconfirmed", first=covered + 1, last=last))
        if covered < self.least:
            notes.append(say("journal-review.least", entry=self.least, receipted=covered))
        if self.until is not None and at < self.until:
            notes.append(say("journal-review.until", at=written(at), until=written(self.until)))
        if self.since is not None and at < self.since:
            notes.append(say("journal-review.older", at=written(at), since=written(self.since)))
        if self.now is not None and at > self.now + AHEAD:
            notes.append(say("journal-review.ahead", at=written(at)))
        return notes


NOTHING = Demands()


def written(at: float) -> str:
    """Write a time in UTC, to the second."""
    return f"{Moment(boot=0.0, wall=at).iso[:19]}Z"
