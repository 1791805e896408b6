"""What others may know of the engine's state: read only, as it is when they ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agentguard.engine.state import State
from agentguard.model.drills import OpenRun
from agentguard.model.events import Event
from agentguard.model.findings import Finding
from agentguard.model.hits import Hit
from agentguard.model.policy import Control
from agentguard.model.prompts import Prompt

PII_FILES = "pii-files"

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Known:
    """Answers the few questions that sensors, hands and windows have, from any thread."""

    _state: Callable[[], State]

    def findings(self) -> tuple[Finding, ...]:
        """Return every finding that is open."""
        return tuple(self._state().findings.values())

    def subjects(self, check: str) -> tuple[str, ...]:
        """Return what the open findings of a check are about."""
        return tuple(one.subject for one in self.findings() if one.check == check)

    def files(self) -> tuple[str, ...]:
        """Return the paths of the files in which personal data was found."""
        return self.subjects(PII_FILES)

    def hits(self, path: str) -> tuple[Hit, ...]:
        """Return what was found in a file; nothing for one without a finding."""
        finding = self._state().findings.get((PII_FILES, path))
        return finding.hits if finding else ()

    def kinds(self, path: str) -> frozenset[str]:
        """Return the kinds of data that were found in a file."""
        return frozenset(hit.kind for hit in self.hits(path))

    def latest(self, kind: type[E], facet: str = "") -> E | None:
        """Return the last event of a kind; None before the first."""
        return self._state().facts.get(kind, facet)

    def prompt(self, name: str) -> Prompt | None:
        """Return the prompt of this name, while it is open."""
        return self._state().prompts.get(name)

    def control(self, check: str) -> Control:
        """Return what the policy in force says of a check."""
        return self._state().plan.bound[check].control

    def in_call(self) -> bool:
        """Check whether a call is live."""
        return self._state().in_call

    def is_paying(self) -> bool:
        """Check whether a payment window is in front."""
        return self._state().paying.since is not None

    def is_locked(self) -> bool:
        """Check whether the session is known to be locked."""
        return self._state().locked

    def drill(self, run: str) -> OpenRun | None:
        """Return what is known of a run of a drill."""
        return self._state().drills.get(run)
