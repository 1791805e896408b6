"""One simulated shift: calls, notes, copies, files, the gate and lunch, and when cards are shown.

The engine, the checks and the policy are the real ones; the clock is moved and the person made up.
Calls and what happens in them come by chance, as a seed gives it; occupancy is the share of the
time at the desk that is spent on calls and their notes, as contact centres count it.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from agentguard.engine.action_outcome import SHOWN
from agentguard.engine.attention_book import Cause
from agentguard.engine.core import begin, decide
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, Outcome
from agentguard.model.events import (
    ActionFinished,
    AppFocused,
    CallState,
    ClipboardScanned,
    Event,
    FileScanned,
    PolicyInForce,
    PromptAnswered,
    ProofGiven,
    SessionState,
    Tick,
)
from agentguard.model.hits import Hit
from agentguard.model.local_hours import local
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.policy import AttentionRules, Policy, ShiftRules
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.verdicts import Severity
from agentguard.platforms.simulated import FakeClock
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import catalogue, shapes

POLICY = Path(__file__).parents[2] / "policies" / "pci-contact-centre.yaml"
HOURS = 8
STEP = 4.0
"""Seconds between two looks of the engine, which looks each second: this errs on the late side."""
TALK = 280.0
"""Seconds of a call, on average."""
CARD = Hit(kind="PAN", count=1, masked=("...1111",))
CODE = Hit(kind="CVV", count=1)
NOTED, FORBIDDEN = 0.05, 0.2
"""How often a file is saved after a call, and how often one has a security code."""
ANSWERS = ("ok", "ok", "ok", "ok", "later-soon", "later-hour", "")
"""What becomes of a card: mostly closed, sometimes put off, sometimes never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card: when it came, how long after the last call, and how long idle the person was."""

    at: float
    urgent: bool
    in_call: bool
    after_call: float
    locked: bool
    idle: float
    promised: bool


@dataclass(slots=True)
class Day:
    """What became of a shift: the cards, and how long urgent causes waited to be told (seconds)."""

    cards: list[Shown] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    untold: int = 0
    events: int = 0


@cache
def shipped() -> Policy:
    """Return the policy for contact centres that take cards, as it is shipped."""
    return parse(POLICY.read_bytes(), POLICY.name, shapes())


def policy_of(wrap_up: int, begin_at: float) -> Policy:
    """Return the shipped policy for a shift that begins now."""
    now = local(begin_at)
    end, rest = now + timedelta(hours=HOURS), now + timedelta(hours=4)
    plan = ShiftRules(
        ends=(f"{end:%H:%M}",), breaks=(f"{rest:%H:%M}-{rest + timedelta(minutes=45):%H:%M}",)
    )
    return replace(shipped(), shift=plan, attention=AttentionRules(wrap_up_seconds=wrap_up))


def _undone(action: Action) -> Event:
    """Return that nothing could be done about it here: so most of it is to be told."""
    return ActionFinished(
        at=action.at or Moment(boot=0.0, wall=0.0),
        action=action,
        outcome=Outcome.UNSUPPORTED,
        message=say("action.unsupported", kind=action.kind.value),
    )


class Shift:
    """Lives through one shift; `run` gives what became of it."""

    def __init__(self, seed: int, occupancy: float, wrap_up: int) -> None:
        self._chance = random.Random(f"{seed}/{occupancy}/{wrap_up}")  # noqa: S311 - a simulation
        self._occupancy, self._wrap_up = occupancy, wrap_up
        self._clock = FakeClock()
        at = self._clock.now()
        begun = PolicyInForce(at=at, policy=policy_of(wrap_up, at.wall))
        plan = make_plan(catalogue(), begun.policy)
        self._state, self._plan = begin(plan, begun, (), ()), plan
        self._begun, self._day = at.boot, Day()
        self._last_call = -1e9
        self._idle, self._answer_at, self._told = 0.0, 0.0, -1
        self._seen: set[tuple[str, float]] = set()
        self._urgent: dict[Cause, float] = {}
        self._files = 0

    def run(self) -> Day:
        """Work until the shift is over."""
        lunch = self._begun + 4 * 3600
        while self._left() > 0:
            if lunch and self._clock.now().boot >= lunch:
                lunch = 0.0
                self._away(45 * 60)
            self._gap()
            self._call()
        self._day.untold = len(self._urgent)
        return self._day

    def _left(self) -> float:
        return self._begun + HOURS * 3600 - self._clock.now().boot

    def _call(self) -> None:
        talk = self._chance.expovariate(1 / TALK) + 20
        self._see(CallState(at=self._clock.now(), in_call=True, source="softphone"))
        self._see(AppFocused(at=self._clock.now(), image="crm", window_class="crm"))
        incidents = self._chance.choices((None, self._copies, self._saves), weights=(80, 12, 8))[0]
        self._pass(talk / 2, typing=0.7)
        if incidents is not None:
            incidents()
        self._pass(talk / 2, typing=0.7)
        self._last_call = self._clock.now().boot
        self._see(CallState(at=self._clock.now(), in_call=False, source=""))
        self._pass(self._wrap_up * self._chance.uniform(0.6, 1.1), typing=0.8)
        if self._chance.random() < NOTED:
            self._saves()

    def _gap(self) -> None:
        """Wait for the next call, as long as the occupancy leaves."""
        busy = TALK + 20 + self._wrap_up
        mean = busy * (1 - self._occupancy) / self._occupancy
        self._pass(self._chance.expovariate(1 / mean), typing=0.3)

    def _away(self, seconds: float) -> None:
        self._see(SessionState(at=self._clock.now(), locked=True, idle=1.0, source="simulated"))
        self._pass(seconds, typing=0.0, locked=True)
        self._see(SessionState(at=self._clock.now(), locked=False, idle=0.0, source="simulated"))

    def _copies(self) -> None:
        at = self._clock.now()
        seen = ClipboardScanned(at=at, app="crm", selection="CLIPBOARD", hits=(CARD,), full=True)
        self._see(seen)
        self._clock.advance(1)
        self._see(ClipboardScanned(at=self._clock.now(), app="", selection="CLIPBOARD", hits=()))

    def _saves(self) -> None:
        """Save files with card numbers, of which one in five has a security code."""
        folder = self._chance.choice(("Desktop", "Documents", "Downloads"))
        for _ in range(self._chance.choice((1, 1, 1, 5, 30))):
            self._files += 1
            hits = (CARD, CODE) if self._chance.random() < FORBIDDEN else (CARD,)
            path = f"/home/ann/{folder}/{self._files}.csv"
            at = self._clock.now()
            self._see(FileScanned(at=at, path=path, outcome=FileOutcome.READ, hits=hits))

    def _pass(self, seconds: float, *, typing: float, locked: bool = False) -> None:
        """Let time pass; `typing` is the share of it in which keys or the mouse move."""
        end = self._clock.now().boot + seconds
        while self._clock.now().boot < end and self._left() > 0:
            at = self._clock.now()
            stretch = min(end, at.boot + self._chance.uniform(4, 16))
            moves = self._chance.random() < typing
            while at.boot < stretch:
                self._clock.advance(STEP)
                self._idle = 1.0 if moves else self._idle + STEP
                at = self._clock.now()
                idle = 1.0 if locked else min(self._idle, 250.0)
                if int(idle // 5) != self._told:  # as the sensor tells it, in steps
                    self._told = int(idle // 5)
                    self._see(SessionState(at=at, locked=locked, idle=idle, source="simulated"))
                self._see(Tick(at=at))
                self._react()

    def _react(self) -> None:
        """Do what a person does with what is shown: prove at once, and read a card for a while."""
        now = self._clock.now()
        for prompt in tuple(self._state.prompts.values()):
            if prompt.kind is PromptKind.PROOF:
                self._see(ProofGiven(at=now, group=prompt.topic, factor="totp", person="p-1"))
            elif now.boot >= self._answer_at:
                wish = self._chance.choice(ANSWERS)
                if wish:
                    self._see(PromptAnswered(at=now, prompt=prompt.id, answer=wish))
                else:
                    self._answer_at = now.boot + 3600

    def _see(self, event: Event) -> None:
        self._day.events += not isinstance(event, Tick | SessionState)
        news: deque[Event] = deque((event,))
        while news:
            decision = decide(self._state, news.popleft(), lambda _event: self._plan)
            self._state = decision.state
            given = [one for one in decision.actions if one.kind in SHOWN]
            news.extend((*decision.events, *map(_undone, given)))
        self._look()

    def _look(self) -> None:
        state, now = self._state, self._clock.now()
        fresh = [
            p
            for p in state.prompts.values()
            if p.kind is not PromptKind.PROOF and (p.id, p.asked.boot) not in self._seen
        ]
        for prompt in fresh:
            self._shown(prompt)
        waits = {
            one.cause: one.since.boot
            for one in state.attention.waiting
            if one.severity is Severity.CRITICAL and one.until is None
        }
        for cause, since in self._urgent.items():
            if cause not in waits and fresh:
                self._day.waits.append(now.boot - since)
        told = {p.body.id for p in fresh if p.urgent}
        self._urgent = {cause: since for cause, since in waits.items() if cause[1] not in told}

    def _shown(self, prompt: Prompt) -> None:
        now = self._clock.now()
        before = {id_ for id_, _ in self._seen}
        self._seen.add((prompt.id, prompt.asked.boot))
        self._answer_at = now.boot + self._chance.uniform(3, 25)
        state = self._state
        self._day.cards.append(
            Shown(
                at=now.boot,
                urgent=prompt.urgent,
                in_call=state.in_call,
                after_call=now.boot - self._last_call,
                locked=state.locked,
                idle=self._idle,
                promised=prompt.id in before,
            )
        )
