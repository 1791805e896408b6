"""A desk that shows one event after another to a check, and tells what a person would read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.checks.base import Check
from agentguard.model.detection import Detection, OwnKind
from agentguard.model.events import Event, Facts, PolicyInForce
from agentguard.model.moments import Moment
from agentguard.model.policy import (
    NO_PAYMENT,
    Contact,
    Payment,
    Policy,
    Watch,
)
from agentguard.model.verdicts import State

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Told:
    """What a check said: the state, the sentence as it is shown, and whom it is about."""

    state: State | None
    words: str
    subject: str


class Desk:
    """Remembers what was seen, as the engine does."""

    def __init__(self) -> None:
        self.boot = 10_000.0
        self.wall = NOON
        self.facts = Facts(last={})

    def pass_time(self, seconds: float) -> None:
        """Let both clocks go on."""
        self.boot += seconds
        self.wall += seconds

    def see(self, kind: type[Event], **fields: Any) -> Event:
        """Show an event."""
        event = kind(at=Moment(boot=self.boot, wall=self.wall), **fields)
        self.facts = self.facts.seeing(event)
        return event

    def judge(
        self, check: Check[Any], kind: type[Event], settings: object = None, **fields: Any
    ) -> Told:
        """Show an event and have it judged."""
        assert kind in check.on
        event = self.see(kind, **fields)
        chosen = settings or check.settings()
        verdict = check.judge(event, self.facts, chosen)
        if verdict is None:
            return Told(None, "", "")
        message = verdict.message
        if message is not None:
            assert translations.load().has(message.id), message.id
        words = translations.load().render(message)
        assert "{" not in words
        subject = check.subject(event, chosen) if verdict.subject is None else verdict.subject
        return Told(verdict.state, words, subject)

    def policy(
        self,
        *,
        watch: Watch | None = None,
        contact: Contact | None = None,
        markers: tuple[str, ...] = (),
        own: tuple[OwnKind, ...] = (),
        payment: Payment = NO_PAYMENT,
    ) -> Policy:
        """Make a policy."""
        return Policy(
            name="test",
            version=1,
            description="",
            watch=watch or Watch(),
            retention=(),
            backup_markers=markers,
            contact=contact or Contact(),
            controls={},
            digest="",
            detection=Detection(recognisers=own),
            payment=payment,
        )

    def policy_in_force(self, **fields: Any) -> None:
        """Bring a policy into force."""
        self.see(PolicyInForce, policy=self.policy(**fields))


@pytest.fixture
def desk() -> Desk:
    """Give a desk at noon, in the machine's third hour."""
    return Desk()
