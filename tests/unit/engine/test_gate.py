"""The gate: who is asked, when, how often, and what happens when a prover or a dialog is broken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from agentguard.checks.reauth import CHECK
from agentguard.engine.core import begin
from agentguard.engine.loop import Engine, Ledger
from agentguard.engine.plan import make_plan
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import (
    AppFocused,
    CallState,
    PolicyInForce,
    ProofGiven,
    ProofRefused,
    SensorState,
    SessionState,
    Tick,
    Watching,
)
from agentguard.model.gate import (
    BY_KEY,
    AppGroup,
    Ended,
    GateCalls,
    GateLeft,
    GateSeen,
    ProofsEnded,
    ProverBroken,
    Settings,
)
from agentguard.model.messages import say
from agentguard.model.policy import Contact, Control, Policy, Watch
from agentguard.model.prompts import Prompt
from agentguard.model.verdicts import Owner, Severity, State
from agentguard.platforms.simulated import FakeClock
from tests.unit.engine.conftest import ListJournal

RULES = Settings(
    groups=(AppGroup(name="Payments", images=("till",)), AppGroup(name="Records", images=("crm",))),
    after_call_seconds=20,
)


def policy_of(settings: Settings) -> Policy:
    control = Control(
        check="reauth",
        paused=False,
        severity=Severity.HIGH,
        respond=(ActionKind.PROVE,),
        settings=settings,
    )
    return Policy(
        name="test",
        version=1,
        description="",
        watch=Watch(),
        retention=(),
        backup_markers=(),
        contact=Contact(),
        controls={"reauth": control},
        digest="0" * 64,
    )


@dataclass
class Gate:
    """An engine with the real check, and what a desk does to it."""

    broken: bool = False
    settings: Settings = RULES
    checks: tuple[object, ...] = (CHECK,)
    clock: FakeClock = field(default_factory=FakeClock)
    journal: ListJournal = field(default_factory=ListJournal)
    done: list[Action] = field(default_factory=list)

    def __post_init__(self) -> None:
        begun = PolicyInForce(at=self.clock.now(), policy=policy_of(self.settings))
        plan = make_plan(self.checks, begun.policy)
        self.engine = Engine(
            state=begin(plan, begun, (), (), broken=self.broken),
            ledger=Ledger(journal=self.journal),
            replan=lambda event: make_plan(self.checks, event.policy),
            clock=self.clock,
            give=self.done.append,
        )
        self.see(SensorState, sensor="foreground", state=Watching.WATCHING)
        self.session()

    def see(self, kind: type, **fields: object) -> None:
        self.engine.submit(kind(at=self.clock.now(), **fields))
        self.engine.drain()

    def session(
        self, *, locked: bool = False, active: bool | None = True, idle: float = 10.0
    ) -> None:
        self.see(SessionState, locked=locked, idle=idle, source="test", active=active)

    def focus(self, image: str, window: int = 7, **more: object) -> None:
        self.see(AppFocused, image=image, window_class=image, window=window, **more)

    def prove(self, group: str = "Records", factor: str = "totp", person: str = "p-1") -> None:
        self.see(ProofGiven, group=group, factor=factor, person=person)

    def call(self, *, on: bool) -> None:
        self.see(CallState, in_call=on, source="test")

    def tick(self, seconds: float = 1.0) -> None:
        self.clock.advance(seconds)
        self.see(Tick)

    def pass_time(self, seconds: float, *, seen: bool = True) -> None:
        """Let time pass as an agent that is awake sees it."""
        while seconds > 0:
            self.tick(min(30.0, seconds))
            seconds -= 30.0
            if seen and self.asked:
                self.see(GateSeen, prompt=self.asked[0].id, seen=True)

    @property
    def asked(self) -> list[Prompt]:
        return list(self.engine.state.prompts.values())

    @property
    def open(self) -> set[str]:
        return {subject for _, subject in self.engine.state.findings}

    def records(self, kind: str) -> list[dict[str, object]]:
        return [dict(r.payload) for r in self.journal.records if r.kind == kind]

    def pass_gate(self) -> None:
        self.focus("crm")
        self.prove()
        assert not self.asked
        assert not self.open


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_a_sensitive_application_is_asked_for_with_its_window(gate) -> None:
    gate.focus("crm", window=42)
    (prompt,) = gate.asked
    assert (prompt.topic, prompt.window) == ("Records", 42)
    gate.prove()
    assert not gate.asked
    assert gate.records("proof.given") == [{"group": "Records", "factor": "totp", "person": "p-1"}]


def test_there_is_one_dialog_and_it_is_that_of_the_window_in_front(gate) -> None:
    gate.focus("crm")
    gate.focus("till")
    assert [p.topic for p in gate.asked] == ["Payments"]
    assert gate.open == {"Records", "Payments"}
    gate.focus("till")
    assert len(gate.asked) == 1


def test_what_was_left_open_is_asked_for_when_it_comes_back(gate) -> None:
    gate.focus("crm")
    gate.focus("till")
    gate.prove("Payments")
    gate.focus("crm")
    assert [p.topic for p in gate.asked] == ["Records"]


def test_six_questions_an_hour_and_then_a_report(gate) -> None:
    for _ in range(6):
        gate.focus("crm")
        assert len(gate.asked) == 1
        gate.see(GateLeft, prompt=gate.asked[0].id)
        gate.tick(60)
    for _ in range(5):
        gate.focus("crm")
        gate.tick(10)
    assert not gate.asked
    assert gate.open == {"Records"}
    assert gate.records("gate.spared") == [{"group": "Records", "count": 6}]
    gate.pass_time(3600)
    gate.focus("crm")
    assert len(gate.asked) == 1


def test_that_there_were_too_many_is_told_once_an_hour(gate) -> None:
    for _ in range(40):
        gate.focus("crm")
        if gate.asked:
            gate.see(GateLeft, prompt=gate.asked[0].id)
        gate.tick(59)
    assert len(gate.records("gate.spared")) == 1
    for _ in range(100):
        gate.focus("crm")
        if gate.asked:
            gate.see(GateLeft, prompt=gate.asked[0].id)
        gate.tick(59)
    assert len(gate.records("gate.spared")) == 3


def test_an_application_that_was_put_away_is_no_finding(gate) -> None:
    gate.focus("crm")
    gate.see(GateLeft, prompt=gate.asked[0].id)
    assert not gate.asked
    assert not gate.open
    assert gate.records("prompt.answered")[-1]["answer"] == "left"
    gate.see(GateLeft, prompt="unknown")
    assert len(gate.records("prompt.answered")) == 1


def test_in_a_call_nobody_is_asked_and_afterwards_there_is_time_to_finish(gate) -> None:
    gate.call(on=True)
    gate.focus("crm")
    gate.focus("crm")
    gate.pass_time(600)
    assert not gate.asked
    assert len(gate.engine.state.held) == 1
    gate.call(on=False)
    gate.tick(19)
    assert not gate.asked
    gate.tick(1)
    (prompt,) = gate.asked
    assert prompt.deadline == gate.clock.now().boot + 120


def test_who_calls_a_supervisor_has_as_long_as_the_letters_hold(gate) -> None:
    gate.see(GateCalls, seconds=900.0)
    assert not gate.asked, "nobody is asked, so nothing waits"
    gate.focus("crm")
    begun = gate.clock.now().boot
    gate.see(GateCalls, seconds=900.0)
    assert gate.asked[0].deadline == gate.clock.now().boot + 900
    gate.see(GateCalls, seconds=60.0)
    assert gate.asked[0].deadline >= begun + 900, "never shorter"


def test_the_next_call_makes_the_question_wait_again(gate) -> None:
    gate.call(on=True)
    gate.focus("crm")
    gate.call(on=False)
    gate.tick(10)
    gate.call(on=True)
    gate.tick(30)
    assert not gate.asked
    gate.call(on=False)
    gate.tick(20)
    assert len(gate.asked) == 1


def test_who_left_the_application_in_the_call_is_not_asked(gate) -> None:
    gate.call(on=True)
    gate.focus("crm")
    gate.focus("mail")
    assert not gate.open
    gate.call(on=False)
    gate.pass_time(60)
    assert not gate.asked


def test_notices_wait_for_the_end_of_a_call_and_no_longer(gate) -> None:
    rules = policy_of(RULES)
    hers = replace(rules.controls["reauth"], owner=Owner.PERSON)
    gate.see(PolicyInForce, policy=replace(rules, controls={"reauth": hers}))
    gate.call(on=True)
    gate.see(ProverBroken, group="Records", factor="passkey")
    assert not gate.asked
    gate.call(on=False)
    gate.tick(59)
    assert not gate.asked, "the notes of the call are written first"
    gate.tick(1)
    assert [p.subject for p in gate.asked] == ["prover"]


def test_an_application_that_was_left_is_no_finding_any_more(gate) -> None:
    for _ in range(7):
        gate.focus("crm")
        if gate.asked:
            gate.see(GateLeft, prompt=gate.asked[0].id)
    gate.focus("crm")
    assert gate.open == {"Records"}
    gate.focus("mail")
    assert not gate.open


@pytest.mark.parametrize("why", list(Ended))
def test_what_ends_proofs_is_written_down(gate, why) -> None:
    gate.see(ProofsEnded, why=why)
    assert gate.records("proof.ended") == [{"why": why.value}]


def test_after_sleep_it_is_asked_for_again_at_once(gate) -> None:
    gate.pass_gate()
    gate.tick()
    gate.tick(3600)
    assert gate.records("proof.ended") == [{"why": "resumed"}]
    (prompt,) = gate.asked
    assert prompt.body.id == "reauth.resumed-since"


def test_a_busy_minute_is_no_sleep(gate) -> None:
    gate.pass_gate()
    gate.tick()
    gate.tick(59)
    assert gate.records("proof.ended") == []


def test_a_switch_of_users_ends_proofs_once(gate) -> None:
    gate.pass_gate()
    gate.tick()
    gate.session(active=False)
    gate.session(active=False)
    assert gate.records("proof.ended") == [{"why": "switched"}]
    assert not gate.asked  # nobody of this session is there
    gate.tick()
    gate.session()
    (prompt,) = gate.asked
    assert prompt.body.id == "reauth.switched-since"


def test_a_session_that_begins_in_the_background_ends_nothing_it_knows(gate) -> None:
    assert gate.records("proof.ended") == []
    fresh = Gate()
    fresh.session(active=None)
    assert fresh.records("proof.ended") == []


def test_a_pulled_key_ends_only_what_a_key_gave(gate) -> None:
    gate.pass_gate()
    gate.tick()
    gate.see(ProofsEnded, why=Ended.KEY_GONE)
    assert not gate.asked
    gate.prove(factor=BY_KEY)
    gate.tick()
    gate.see(ProofsEnded, why=Ended.KEY_GONE)
    assert gate.asked[0].body.id == "reauth.key-gone-since"


def test_an_application_in_front_all_day_is_asked_for_after_twelve_hours(gate) -> None:
    gate.pass_gate()
    for _ in range(12 * 60):
        gate.pass_time(60)
        gate.session()
    assert not gate.asked
    gate.tick(1)
    gate.session()
    assert gate.asked[0].body.id == "reauth.limit"


def test_a_broken_prover_opens_once_and_says_so(gate) -> None:
    gate.focus("crm")
    gate.see(ProverBroken, group="Records", factor="passkey")
    assert not gate.asked, "the desktop team mends it"
    (told,) = gate.engine.state.inbox
    assert (told.title, told.body) == (
        say("theirs.notice-team"),
        say("reauth.broken", factor="passkey"),
    )
    assert gate.open == {"prover"}
    finding = gate.engine.state.findings["reauth", "prover"]
    assert finding.severity is Severity.CRITICAL
    assert gate.records("gate.broken") == [
        {"group": "Records", "factor": "passkey", "opened": True}
    ]
    assert gate.records("proof.given") == []
    assert "gate.broken" in gate.journal.known


def test_a_prover_that_stays_broken_stays_closed(gate) -> None:
    gate.focus("crm")
    gate.see(ProverBroken, group="Records", factor="passkey")
    gate.tick(16 * 60)
    gate.focus("crm")
    asked = next(p for p in gate.asked if p.topic == "Records")
    gate.see(ProverBroken, group="Records", factor="passkey")
    after = next(p for p in gate.asked if p.topic == "Records")
    assert after.id == asked.id
    assert after.reply == say("mfa.broken")
    assert gate.records("gate.broken")[-1]["opened"] is False


def test_after_a_proof_a_broken_prover_may_open_again(gate) -> None:
    gate.focus("crm")
    gate.see(ProverBroken, group="Records", factor="passkey")
    gate.prove()
    assert gate.open == set()
    assert "gate.broken" not in gate.journal.known
    gate.focus("till")
    gate.see(ProverBroken, group="Payments", factor="passkey")
    assert gate.records("gate.broken")[-1]["opened"] is True


def test_a_restart_does_not_open_a_broken_gate_again() -> None:
    again = Gate(broken=True)
    again.focus("crm")
    again.see(ProverBroken, group="Records", factor="passkey")
    assert again.asked[0].topic == "Records"
    assert again.records("gate.broken") == [
        {"group": "Records", "factor": "passkey", "opened": False}
    ]


def test_a_dialog_that_nobody_sees_is_told_after_two_seconds(gate) -> None:
    gate.focus("crm")
    gate.tick(1)
    assert gate.records("gate.missing") == []
    gate.tick(1)
    gate.tick(1)
    assert gate.records("gate.missing") == [{"group": "Records"}]
    assert "dialog" in gate.open
    control = next(c for c in gate.engine.snapshot().controls if c.check == "reauth")
    assert control.state is State.FAIL


def test_a_dialog_that_is_seen_is_not_told(gate) -> None:
    gate.focus("crm")
    gate.see(GateSeen, prompt=gate.asked[0].id, seen=True)
    gate.tick(60)
    assert gate.records("gate.missing") == []


def test_a_dialog_that_vanishes_and_comes_back_is_told_both_times(gate) -> None:
    gate.focus("crm")
    prompt = gate.asked[0].id
    gate.see(GateSeen, prompt=prompt, seen=True)
    gate.tick(1)
    gate.see(GateSeen, prompt=prompt, seen=False)
    gate.tick(1)
    gate.tick(1)
    assert len(gate.records("gate.missing")) == 1
    assert "dialog" in gate.open
    gate.see(GateSeen, prompt=prompt, seen=True)
    assert "dialog" not in gate.open
    assert len(gate.records("gate.seen-again")) == 1
    gate.see(GateSeen, prompt="another", seen=False)
    gate.tick(10)
    assert len(gate.records("gate.missing")) == 1


def test_a_wrong_code_leaves_it_closed(gate) -> None:
    gate.focus("crm")
    gate.see(ProofRefused, group="Records", message=say("mfa.wrong"))
    assert gate.asked[0].reply == say("mfa.wrong")
    assert gate.open == {"Records"}


def test_an_engine_without_the_check_has_no_gate() -> None:
    bare = Gate(checks=())
    bare.focus("crm")
    bare.call(on=True)
    bare.call(on=False)
    assert not bare.asked


def test_windows_that_flap_between_two_groups_bring_six_questions_at_most(gate) -> None:
    for _ in range(500):
        gate.focus("crm")
        gate.focus("till")
        gate.clock.advance(0.02)
    assert len(gate.asked) == 1
    assert len(gate.records("prompt.asked")) <= 6
