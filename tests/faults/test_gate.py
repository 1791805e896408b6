"""Rows 51, 52 and 57 to 59 of the failure matrix: the gate under races, kills and broken keys."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agentguard.mfa import Verifiers, offline_codes
from agentguard.mfa.break_glass import BreakGlass
from agentguard.mfa.gate_proofs import Proving
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.mfa.totp import RemoteTotp
from agentguard.model.gate import GateLeft, GateSeen
from agentguard.model.prompts import Prompt
from agentguard.ports.people import Ruling
from tests.unit.engine.test_gate import Gate

GLASS = "7KX2M9QWRT4C"
STEP = 30


class Endpoint:
    """The reference of RFC 6238 as the endpoint keeps it: each step once, none before the last."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.last = -1
        self.fails = 0
        self.locked_until = 0.0
        self.glass = False
        self.threading = threading.Lock()

    def step(self, drift: int = 0) -> int:
        return int(self.gate.clock.now().boot // STEP) + drift

    def code(self, drift: int = 0) -> str:
        return f"{self.step(drift) % 1_000_000:06}"

    def __call__(self, factor: str, _group: str, answer: str) -> Ruling:
        with self.threading:
            now = self.gate.clock.now().boot
            if factor == "break-glass":
                fresh, self.glass = self.glass and answer == GLASS, False
                return Ruling(accepted=fresh, problem="" if fresh else "wrong")
            if now < self.locked_until:
                return Ruling(accepted=False, problem="locked", wait=60)
            for drift in (-1, 0, 1):
                if answer == self.code(drift) and self.step(drift) > self.last:
                    self.last, self.fails = self.step(drift), 0
                    return Ruling(accepted=True)
            self.fails += 1
            if self.fails >= 8:
                self.fails, self.locked_until = 0, now + 1800
            return Ruling(accepted=False, problem="wrong")


class Desk(RuleBasedStateMachine):
    """A person, an intruder and a reference model at one gate."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.gate = Gate()
        self.endpoint = Endpoint(self.gate)
        self.codes = OfflineCodes(self.folder, self.gate.clock)
        self.unused = set(self.codes.issue(3))
        self.used: set[str] = set()
        self.proofs = 0
        self.allowed = 0
        self.proving = self._proving()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def _proving(self) -> Proving:
        verifiers = (RemoteTotp(self.endpoint), self.codes, BreakGlass(self.endpoint))
        return Proving(
            clock=self.gate.clock,
            submit=self.gate.engine.submit,
            shown=self._shown,
            give=lambda work: (work(), True)[1],
            codes=Verifiers(verifiers),
        )

    def _shown(self, prompt: str) -> Prompt | None:
        return self.gate.engine.state.prompts.get(prompt)

    def _prompt(self) -> str:
        return next((p.id for p in self.gate.asked if p.topic == "Records"), "")

    def _answer(self, code: str, *, right: bool) -> None:
        prompt = self._prompt()
        if not prompt:
            return
        self.proving.by_code(prompt, code)
        self.gate.engine.drain()
        self.allowed += right
        assert (not self._prompt()) is right

    @rule()
    def focus(self) -> None:
        self.gate.focus("crm")
        if self.gate.asked:
            self.gate.see(GateSeen, prompt=self.gate.asked[0].id, seen=True)

    @rule(drift=st.integers(-3, 3))
    def type_a_code(self, drift: int) -> None:
        if not self._prompt():
            return
        locked = self.gate.clock.now().boot < self.endpoint.locked_until
        right = abs(drift) <= 1 and self.endpoint.step(drift) > self.endpoint.last and not locked
        code = self.endpoint.code(drift)
        self._answer(code, right=right)
        if right:  # what was accepted once is a replay from now on
            self.focus_away()
            self.gate.session(locked=True)
            self.gate.tick()
            self.gate.session()
            self.gate.focus("crm")
            self._answer(code, right=False)

    @rule()
    def type_nonsense(self) -> None:
        self._answer("no code at all", right=False)

    @precondition(lambda self: self.unused)
    @rule()
    def type_an_offline_code(self) -> None:
        if not self._prompt():
            return
        code = min(self.unused)
        fresh = self.gate.clock.now().wall < self._expires()
        if fresh:
            self.unused.discard(code)
            self.used.add(code)
        self._answer(code, right=fresh)

    @precondition(lambda self: self.used)
    @rule()
    def type_a_used_code(self) -> None:
        self._answer(min(self.used), right=False)

    @precondition(lambda self: self.unused)
    @rule()
    def two_dialogs_race_for_one_code(self) -> None:
        code = min(self.unused)
        fresh = self.gate.clock.now().wall < self._expires()
        accepted: list[bool] = []
        threads = [
            threading.Thread(
                target=lambda: accepted.append(
                    OfflineCodes(self.folder, self.gate.clock).verify("g", code).accepted
                )
            )
            for _ in range(2)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sum(accepted) == (1 if fresh else 0)
        if fresh:
            self.unused.discard(code)
            self.used.add(code)

    @precondition(lambda self: self.unused)
    @rule()
    def killed_after_the_mark(self) -> None:
        """The code is marked and the agent dies before the gate opens: it is lost, not free."""
        code = min(self.unused)
        if OfflineCodes(self.folder, self.gate.clock).verify("g", code).accepted:
            self.unused.discard(code)
            self.used.add(code)
        self.codes = OfflineCodes(self.folder, self.gate.clock)
        self.proving = self._proving()

    @rule()
    def break_glass(self) -> None:
        if self._prompt():
            self.endpoint.glass = True
            self._answer(GLASS, right=True)
            self.gate.session(locked=True)
            self.gate.tick()
            self.gate.session()
            self.gate.focus("crm")
            self._answer(GLASS, right=False)

    @rule()
    def put_it_away(self) -> None:
        if self._prompt():
            self.gate.see(GateLeft, prompt=self._prompt())

    @rule()
    def focus_away(self) -> None:
        self.gate.focus("mail")

    @rule(seconds=st.sampled_from([1, 31, 16 * 60, 3601, 25 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.gate.tick(seconds)

    def _expires(self) -> float:
        issued = self.codes._read()
        return issued.expires if hasattr(issued, "expires") else 0.0

    @invariant()
    def only_proofs_open(self) -> None:
        assert len(self.gate.records("proof.given")) == self.allowed
        assert len([p for p in self.gate.asked if p.topic]) <= 1


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with a hundredth of the memory: the model hashes thousands of times."""
    monkeypatch.setattr(offline_codes, "COST", (1, 64))


def test_row_57_the_gate_opens_for_what_a_reference_model_accepts_and_nothing_else() -> None:
    Desk.TestCase.settings = settings(
        max_examples=40, stateful_step_count=20, deadline=None, database=None
    )
    Desk.TestCase("runTest").runTest()


def test_row_58_a_list_that_is_used_up_or_too_old_stays_closed_until_a_supervisor_helps() -> None:
    desk = Desk()
    desk.focus()
    for code in sorted(desk.unused):
        assert desk.codes.verify("g", code).accepted
        desk._answer(code, right=False)
    assert desk.codes.left() == 0
    desk.break_glass()
    old = Desk()
    old.gate.tick(73 * 3600)
    old.focus()
    for code in sorted(old.unused):
        old._answer(code, right=False)
    assert old.gate.asked[0].reply.id == "mfa.offline.expired"
    old.break_glass()
