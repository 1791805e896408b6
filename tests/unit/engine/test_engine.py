"""What follows from what is seen: findings, actions, prompts, and nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from agentguard.engine import memory
from agentguard.model.actions import Action, ActionKind, Outcome
from agentguard.model.events import (
    ActionFinished,
    CallState,
    IncidentReported,
    LessonAnswered,
    NoticeRead,
    PolicyInForce,
    PolicyRefused,
    PolicyStanding,
    PromptAnswered,
    ProofGiven,
    ProofRefused,
    SensorState,
    Watching,
)
from agentguard.model.hits import Hit
from agentguard.model.incidents import IncidentCategory
from agentguard.model.messages import say
from agentguard.model.posture import Overall
from agentguard.model.prompts import PromptKind
from agentguard.model.release import Standing
from agentguard.model.verdicts import State

CARD = Hit(kind="PAN", count=2, masked=("...1111",))


def test_a_control_that_was_never_asked_has_not_passed(rig) -> None:
    assert rig.control("firewall").state is State.UNKNOWN
    assert rig.engine.snapshot().overall is Overall.BLIND


def test_a_finding_opens_once_and_closes_when_it_is_mended(rig) -> None:
    rig.firewall(on=False)
    rig.tick(10)
    rig.firewall(on=False)
    assert rig.kinds.count("finding.opened") == 1
    assert rig.control("firewall").state is State.FAIL
    assert rig.engine.snapshot().overall is Overall.ACT
    rig.firewall(on=True)
    assert rig.kinds.count("finding.closed") == 1
    assert rig.control("firewall").state is State.PASS
    assert rig.engine.snapshot().findings == ()


def test_what_cannot_be_read_is_unknown_and_never_mends_a_finding(rig) -> None:
    rig.firewall(unread="denied")
    assert rig.control("firewall").state is State.UNKNOWN
    rig.firewall(on=False)
    rig.firewall(unread="denied")
    assert rig.control("firewall").state is State.FAIL


def test_a_verdict_gets_old(rig) -> None:
    rig.firewall(on=True)
    rig.tick(601)
    assert rig.control("firewall").state is State.UNKNOWN
    assert rig.control("firewall").detail == say("engine.stale")


def test_a_clean_file_alone_does_not_prove_that_the_folders_are_clean(rig) -> None:
    rig.file("/home/a/clean.txt")
    assert rig.control("pii-files").state is State.UNKNOWN


def test_every_file_is_a_finding_of_its_own(rig) -> None:
    rig.file("/home/a/one.csv", CARD)
    rig.file("/home/a/two.csv", CARD)
    assert {f.subject for f in rig.engine.snapshot().findings} == {
        "/home/a/one.csv",
        "/home/a/two.csv",
    }
    assert rig.control("pii-files").detail == say("engine.several", count=2)
    rig.file("/home/a/one.csv")
    assert [f.subject for f in rig.engine.snapshot().findings] == ["/home/a/two.csv"]


def test_row_263_a_desk_is_as_bad_as_the_worst_that_is_open(rig) -> None:
    rig.file("/home/a/docs.txt", Hit(kind="EMAIL", count=40))
    assert rig.control("pii-files").severity == "medium"
    assert rig.engine.snapshot().overall is Overall.ATTENTION
    rig.file("/home/a/one.csv", CARD)
    assert rig.control("pii-files").severity == "critical"
    assert rig.engine.snapshot().overall is Overall.ACT
    rig.file("/home/a/one.csv")
    assert rig.engine.snapshot().overall is Overall.ATTENTION


def test_an_action_is_written_down_before_it_is_done(rig) -> None:
    rig.file("/home/a/one.csv", CARD)
    (action,) = rig.done
    assert action.kind is ActionKind.VAULT
    assert action.subject == "/home/a/one.csv"
    assert "action.intended" in [r.kind for r in rig.journal.records[: rig.given_after[0]]]


def test_a_failed_action_is_tried_again_once_a_minute(rig) -> None:
    rig.file("/home/a/one.csv", CARD)
    (action,) = rig.done
    for _ in range(3):
        at = rig.clock.now()
        rig.see(ActionFinished(at=at, action=action, outcome=Outcome.FAILED))
        rig.tick(30)
    assert len(rig.done) == 2
    rig.see(ActionFinished(at=rig.clock.now(), action=action, outcome=Outcome.DONE))
    rig.tick(120)
    assert len(rig.done) == 2


def test_row_422_what_the_hands_still_have_is_not_given_to_them_again(rig) -> None:
    rig.file("/home/a/one.csv", CARD)
    rig.tick(600)
    assert len(rig.done) == 1, "a slow disk, or fifty files before it"
    assert rig.kinds.count("action.intended") == 1
    rig.see(ActionFinished(at=rig.clock.now(), action=rig.done[0], outcome=Outcome.FAILED))
    rig.tick(60)
    assert len(rig.done) == 2, "it is once it has failed"


def test_an_action_that_this_computer_cannot_do_is_not_tried_again(rig) -> None:
    rig.file("/home/a/one.csv", CARD)
    at = rig.clock.now()
    rig.see(ActionFinished(at=at, action=rig.done[0], outcome=Outcome.UNSUPPORTED))
    rig.tick(600)
    assert len(rig.done) == 1


def test_a_lock_is_asked_for_again_until_the_session_confirms_it(rig) -> None:
    rig.session(idle=901)
    assert [a.kind for a in rig.done] == [ActionKind.LOCK]
    rig.see(ActionFinished(at=rig.clock.now(), action=rig.done[0], outcome=Outcome.DONE))
    rig.tick(6)
    assert len(rig.done) == 2
    rig.session(idle=907, locked=True)
    rig.tick(120)
    assert len(rig.done) == 2
    assert "session.locked" in rig.kinds
    assert rig.control("screen-lock").state is State.PASS


def test_a_jump_of_the_wall_clock_locks_and_expires_nothing(rig) -> None:
    rig.firewall(on=True)
    rig.focus("crm")
    rig.clock.jump_wall(10 * 365 * 86400)
    rig.tick(1)
    rig.session(idle=5)
    assert rig.done == []
    assert len(rig.engine.snapshot().prompts) == 1
    assert rig.control("firewall").state is State.PASS


def test_a_sensitive_application_asks_for_proof_and_forgets_it_when_given(rig) -> None:
    rig.focus("crm")
    (prompt,) = rig.engine.snapshot().prompts
    assert (prompt.kind, prompt.topic) == (PromptKind.PROOF, "crm")
    rig.see(ProofRefused(at=rig.clock.now(), group="crm", message=say("mfa.wrong")))
    assert rig.engine.snapshot().prompts[0].reply == say("mfa.wrong")
    rig.see(ProofGiven(at=rig.clock.now(), group="crm", factor="totp"))
    assert rig.engine.snapshot().prompts == ()
    rig.tick(60)
    rig.focus("crm")
    assert rig.engine.snapshot().prompts == ()


def test_silence_locks_the_screen_and_the_next_focus_asks_again(rig) -> None:
    rig.focus("crm")
    rig.tick(121)
    assert [a.kind for a in rig.done] == [ActionKind.LOCK]
    assert rig.engine.snapshot().prompts == ()
    rig.focus("crm")
    assert len(rig.engine.snapshot().prompts) == 1


def test_a_proof_cannot_be_answered_away(rig) -> None:
    rig.focus("crm")
    (prompt,) = rig.engine.snapshot().prompts
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="ok"))
    assert rig.engine.snapshot().prompts == (prompt,)


def test_nobody_is_interrupted_in_a_call(rig) -> None:
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="softphone"))
    rig.firewall(on=False)
    rig.focus("crm")
    rig.tick(3600)
    assert rig.engine.snapshot().prompts == ()
    assert rig.done == []
    assert len(rig.engine.snapshot().inbox) == 1
    rig.see(CallState(at=rig.clock.now(), in_call=False, source=""))
    assert [p.kind for p in rig.engine.snapshot().prompts] == [PromptKind.PROOF]
    rig.tick(60)
    assert [p.kind for p in rig.engine.snapshot().prompts] == [PromptKind.PROOF], "one at a time"
    assert rig.done == []


def test_a_deadline_waits_for_the_end_of_a_call(rig) -> None:
    rig.focus("crm")
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="softphone"))
    rig.tick(600)
    assert rig.done == []


def test_a_prompt_is_journaled_when_it_is_shown_and_never_before(rig) -> None:
    """Each entry tells its own time: after a snooze, and after a call that held it back."""
    rig.firewall(on=False)
    (prompt,) = rig.engine.snapshot().prompts
    rig.see(PromptAnswered(at=rig.clock.now(), prompt=prompt.id, answer="later-hour"))
    rig.tick(700)
    rig.see(CallState(at=rig.clock.now(), in_call=True, source="softphone"))
    rig.file("/home/a/1.csv", CARD)
    rig.tick(3600)
    rig.see(CallState(at=rig.clock.now(), in_call=False, source=""))
    rig.tick(60)
    asked = [r.at for r in rig.journal.records if r.kind == "prompt.asked"]
    assert len(asked) == 2
    assert asked[-1] == rig.clock.now()
    walls = [r.at.wall for r in rig.journal.records]
    assert walls == sorted(walls)


def test_many_findings_of_one_check_make_one_notice_on_screen(rig) -> None:
    rig.able = False
    for number in range(5):
        rig.file(f"/home/a/{number}.csv", CARD)
    shown = [p for p in rig.engine.snapshot().prompts if p.kind is PromptKind.NOTICE]
    assert len(shown) == 1


def test_the_inbox_and_findings_outlive_a_restart(rig, make_rig: Callable[..., object]) -> None:
    rig.file("/home/a/1.csv", CARD)
    before = rig.engine.snapshot()
    again = make_rig(
        memory.findings(rig.journal.memory(memory.FINDING)),
        memory.notices(rig.journal.memory(memory.NOTICE)),
    )
    after = again.engine.snapshot()
    assert after.findings == before.findings
    assert after.inbox == before.inbox
    again.file("/home/a/1.csv")
    assert again.engine.snapshot().findings == ()
    assert "finding.closed" in again.kinds


def test_damaged_memory_is_left_out() -> None:
    assert memory.findings({"finding/x": {"check": 1}}) == ()
    assert memory.notices({"notice/x": "?"}) == ()


def test_an_entry_of_the_inbox_is_read(rig) -> None:
    rig.firewall(on=False)
    (notice,) = rig.engine.snapshot().inbox
    rig.see(NoticeRead(at=rig.clock.now(), notice=notice.id))
    assert rig.engine.snapshot().inbox[0].read


def test_a_broken_check_is_unknown_and_silences_no_other(rig) -> None:
    rig.firewall(product="bug")
    assert rig.control("firewall").detail == say("engine.check-broken", check="firewall")
    rig.session(idle=901)
    assert rig.done[0].kind is ActionKind.LOCK


def test_a_blind_sensor_shows_as_unknown_with_its_reason(rig) -> None:
    rig.session()
    absent = SensorState(
        at=rig.clock.now(), sensor="session", state=Watching.ABSENT, message=say("desktop.none")
    )
    rig.see(absent)
    rig.see(absent)
    assert rig.control("screen-lock").state is State.UNKNOWN
    assert rig.control("screen-lock").detail == say("desktop.none")
    assert rig.kinds.count("sensor.state") == 1


def test_a_paused_control_is_paused_and_its_findings_are_closed(rig, make_rig) -> None:
    rig.firewall(on=False)
    paused = make_rig(paused=("firewall",)).engine.policy()
    rig.see(PolicyInForce(at=rig.clock.now(), policy=paused))
    assert rig.control("firewall").state is State.PAUSED
    assert rig.engine.snapshot().findings == ()
    rig.firewall(on=False)
    assert rig.engine.snapshot().findings == ()
    assert "policy.in-force" in rig.kinds


def test_incidents_and_lessons_are_written_down(rig) -> None:
    at = rig.clock.now()
    rig.see(IncidentReported(at=at, id="i1", category=IncidentCategory.DATA_SENT, note="n"))
    assert not rig.journal.memory(memory.LESSON)
    rig.see(LessonAnswered(at=at, lesson="card-data", version=2))
    assert rig.journal.memory(memory.LESSON) == {"lesson/card-data": at.wall}
    assert rig.kinds == ["incident.reported", "lesson.answered"]


def test_protection_goes_on_when_the_disk_is_full_and_nothing_is_lost(rig) -> None:
    rig.journal.full = True
    rig.file("/home/a/1.csv", CARD)
    assert rig.done[0].kind is ActionKind.VAULT
    assert rig.engine.snapshot().sensors[0].state is Watching.FAILED
    rig.journal.full = False
    rig.tick()
    assert rig.engine.snapshot().sensors[0].state is Watching.WATCHING
    assert rig.kinds[0] == "finding.opened"
    assert rig.journal.memory(memory.FINDING)


@pytest.mark.parametrize("count", [9000])
def test_a_flood_is_counted_not_blocked(rig, count: int) -> None:
    at = rig.clock.now()
    for _ in range(count):
        rig.engine.submit(CallState(at=at, in_call=False, source=""))
    rig.engine.drain()
    assert "events.lost" in rig.kinds


def test_a_refused_policy_is_written_down(rig) -> None:
    rig.see(PolicyRefused(at=rig.clock.now(), message=say("policy.delivered-refused")))
    assert rig.kinds == ["policy.refused"]


def test_how_far_a_policy_can_be_relied_on_is_written_down(rig) -> None:
    standing = Standing(signed=True, trial=True, expires="2027-12-31", root=2)
    rig.see(PolicyStanding(at=rig.clock.now(), standing=standing))
    (record,) = (r for r in rig.journal.records if r.kind == "policy.standing")
    assert record.payload == {
        "signed": True,
        "trial": True,
        "expired": False,
        "expires": "2027-12-31",
        "root": 2,
    }


def test_a_new_policy_keeps_the_findings_of_what_it_still_controls(rig, make_rig) -> None:
    rig.firewall(on=False)
    rig.see(PolicyInForce(at=rig.clock.now(), policy=make_rig(version=2).engine.policy()))
    assert len(rig.engine.snapshot().findings) == 1
    assert rig.engine.policy().version == 2


def test_silence_at_a_locked_screen_asks_for_no_lock(rig) -> None:
    rig.focus("crm")
    rig.session(locked=True)
    rig.tick(121)
    assert rig.done == []


def test_the_end_of_an_action_of_an_earlier_run_is_only_written_down(rig) -> None:
    old = Action(id="0-1", kind=ActionKind.VAULT, check="pii-files", subject="/x")
    rig.see(ActionFinished(at=rig.clock.now(), action=old, outcome=Outcome.FAILED))
    rig.tick(120)
    assert rig.kinds == ["action.finished"]
    assert rig.done == []


def test_a_failure_without_words_opens_nothing(rig) -> None:
    rig.firewall(product="mute")
    assert rig.engine.snapshot().findings == ()


def test_a_moment_is_told_in_utc(rig) -> None:
    assert rig.clock.now().iso.endswith("+00:00")


def test_a_remembered_finding_whose_words_are_gone_says_so() -> None:
    (finding,) = memory.findings(
        {
            "finding/x": {
                "check": "firewall",
                "subject": "",
                "severity": "high",
                "since": [1, 2],
                "hits": [{"kind": "PAN"}],
            }
        }
    )
    assert finding.message == say("engine.forgotten")
    assert finding.hits == ()


def test_an_event_that_breaks_the_core_does_not_stop_the_engine(rig) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=rig.engine.run, args=(stop,))
    rig.engine.subscribe(lambda _snapshot: 1 // 0)
    rig.engine.submit(IncidentReported(at=rig.clock.now(), id="1", category="?", note=""))
    rig.engine.submit(LessonAnswered(at=rig.clock.now(), lesson="card-data"))
    thread.start()
    stop.set()
    thread.join(10)
    assert rig.kinds == ["lesson.answered"]
