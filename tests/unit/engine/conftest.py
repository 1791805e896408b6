"""An engine with made-up checks, a clock that obeys and a journal in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from agentguard.base.errors import StoreError
from agentguard.checks.base import Check, NoSettings
from agentguard.engine import lock_requests
from agentguard.engine.action_outcome import SHOWN
from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    AppFocused,
    Facts,
    FileScanned,
    PolicyInForce,
    ProofGiven,
    SessionState,
    SweepFinished,
    Tick,
)
from agentguard.model.facts import FirewallSeen
from agentguard.model.messages import say
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import Contact, Control, Policy, Watch
from agentguard.model.posture import ControlState
from agentguard.model.prompts import Notice
from agentguard.model.records import Entry, Json, Record
from agentguard.model.verdicts import Finding, Severity, State, Verdict, passed, unknown, wrong
from agentguard.platforms.simulated import FakeClock


def _firewall(event: FirewallSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    if event.unread:
        return unknown("unread.denied")
    if event.product == "bug":
        raise ZeroDivisionError
    if event.product == "mute":
        return Verdict(state=State.FAIL)
    return passed() if event.on else wrong("firewall.off", product=event.product)


def _files(event: object, _facts: Facts, _settings: NoSettings) -> Verdict | None:
    match event:
        case FileScanned(hits=hits) if hits:
            found = wrong("pii-files.found", count=len(hits))
            contact = all(hit.kind == "EMAIL" for hit in hits)
            return replace(found, at_most=Severity.MEDIUM) if contact else found
        case FileScanned() | SweepFinished():
            return passed()
        case _:
            return None


def _lock(event: SessionState, _facts: Facts, _settings: NoSettings) -> Verdict:
    if event.locked is None:  # as the real one says it
        left = (event.idle or 0) > 900
        return wrong(lock_requests.UNSEEN) if left else unknown("screen-lock.no-lock-source")
    return wrong("screen-lock.late") if (event.idle or 0) > 900 and not event.locked else passed()


def _gate(event: object, facts: Facts, _settings: NoSettings) -> Verdict | None:
    match event:
        case ProofGiven():
            return passed()
        case AppFocused(image="crm", at=at):
            proof = facts.get(ProofGiven)
            fresh = proof is not None and at.since(proof.at) < 900
            return passed() if fresh else wrong("reauth.stale", group="crm")
        case _:
            return None


CHECKS = (
    Check(
        id="firewall",
        measure=5,
        severity=Severity.HIGH,
        on=(FirewallSeen,),
        settings=NoSettings,
        judge=_firewall,
        fresh=600,
    ),
    Check(
        id="pii-files",
        measure=1,
        severity=Severity.CRITICAL,
        on=(FileScanned, SweepFinished),
        settings=NoSettings,
        judge=_files,
        subject=lambda event, _: getattr(event, "path", ""),
        lessons=("card-data",),
    ),
    Check(
        id="screen-lock",
        measure=4,
        severity=Severity.HIGH,
        on=(SessionState,),
        settings=NoSettings,
        judge=_lock,
    ),
    Check(
        id="reauth",
        measure=2,
        severity=Severity.MEDIUM,
        on=(AppFocused, ProofGiven),
        settings=NoSettings,
        judge=_gate,
        subject=lambda _event, _settings: "crm",
    ),
)

RESPOND = {
    "firewall": (ActionKind.NOTIFY,),
    "pii-files": (ActionKind.NOTIFY, ActionKind.COACH, ActionKind.VAULT),
    "screen-lock": (ActionKind.LOCK,),
    "reauth": (ActionKind.PROVE,),
}


def make_policy(version: int = 1, paused: tuple[str, ...] = ()) -> Policy:
    return Policy(
        name="test",
        version=version,
        description="",
        watch=Watch(),
        retention=(),
        backup_markers=(),
        contact=Contact(),
        controls={
            c.id: Control(
                check=c.id,
                paused=c.id in paused,
                severity=c.severity,
                respond=RESPOND[c.id],
                settings=NoSettings(),
            )
            for c in CHECKS
        },
        digest="0" * 64,
    )


@dataclass
class ListJournal:
    """Keeps records in order; `full` makes the disk refuse."""

    records: list[Record] = field(default_factory=list)
    known: dict[str, Json] = field(default_factory=dict)
    full: bool = False
    before_action: list[int] = field(default_factory=list)

    def commit(self, records: Sequence[Record], memory: Mapping[str, Json]) -> None:
        if self.full:
            raise StoreError("The disk is full.")
        self.records.extend(records)
        for key, value in memory.items():
            if value is None:
                self.known.pop(key, None)
            else:
                self.known[key] = value

    def memory(self, prefix: str) -> Mapping[str, Json]:
        return {k: v for k, v in self.known.items() if k.startswith(prefix)}

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        return ()

    def verify(self) -> tuple[int, bool]:
        return len(self.records), True


@dataclass
class Rig:
    """What a test drives and looks at; `able` is false where the hands say that they cannot."""

    clock: FakeClock
    journal: ListJournal
    engine: Engine
    done: list[Action]
    given_after: list[int]
    able: bool = True
    answered: int = 0

    def see(self, event: object) -> None:
        self.engine.submit(event)  # type: ignore[arg-type] - tests hand over made events
        self.engine.drain()
        while not self.able and self.answered < len(self.done):
            action, self.answered = self.done[self.answered], self.answered + 1
            if action.kind in SHOWN:
                self.ended(action, Outcome.UNSUPPORTED)

    def ended(self, action: Action, outcome: Outcome, said: str = "action.unsupported") -> None:
        """Tell the engine how an action ended."""
        told = say(said, kind=action.kind.value)
        at = self.clock.now()
        self.see(ActionFinished(at=at, action=action, outcome=outcome, message=told))

    def tick(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        self.see(Tick(at=self.clock.now()))

    def firewall(self, *, on: bool | None = True, unread: str = "", product: str = "ufw") -> None:
        at = self.clock.now()
        self.see(FirewallSeen(at=at, on=on, unread=unread, product=product))

    def file(self, path: str, *hits: object) -> None:
        at = self.clock.now()
        outcome = FileOutcome.READ
        self.see(FileScanned(at=at, path=path, outcome=outcome, hits=hits))  # type: ignore[arg-type] - Hits

    def session(self, *, idle: float = 0.0, locked: bool | None = False) -> None:
        at = self.clock.now()
        self.see(SessionState(at=at, idle=idle, locked=locked, source="test"))

    def focus(self, image: str) -> None:
        self.see(AppFocused(at=self.clock.now(), image=image, window_class=image))

    def control(self, check: str) -> ControlState:
        return next(c for c in self.engine.snapshot().controls if c.check == check)

    @property
    def kinds(self) -> list[str]:
        return [r.kind for r in self.journal.records]


def new_rig(
    findings: tuple[Finding, ...] = (), inbox: tuple[Notice, ...] = (), **policy: object
) -> Rig:
    """Return an engine; `findings` and `inbox` are remembered from before."""
    clock = FakeClock()
    begun = PolicyInForce(at=clock.now(), policy=make_policy(**policy))  # type: ignore[arg-type] - test values
    journal = ListJournal()
    done: list[Action] = []
    given: list[int] = []

    def give(action: Action) -> None:
        done.append(action)
        given.append(len(journal.records))

    engine = Engine(
        state=begin(make_plan(CHECKS, begun.policy), begun, findings, inbox),
        ledger=Ledger(journal=journal),
        replan=lambda event: make_plan(CHECKS, event.policy),
        clock=clock,
        give=give,
    )
    return Rig(clock, journal, engine, done, given)


@pytest.fixture
def make_rig() -> Callable[..., Rig]:
    """Give a maker of rigs."""
    return new_rig


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """Give a fresh engine."""
    return make_rig()


__all__ = ["Rig", "replace"]
