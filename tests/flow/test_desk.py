"""From what happens at the desk to what the agent does about it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from agentguard.base.errors import StoreError
from agentguard.commands._local import FILE, tell
from agentguard.engine.supervisor import Actor
from agentguard.model.facts import OldFile, RetentionSeen
from agentguard.model.incidents import IncidentCategory
from agentguard.model.lesson_days import Stage
from agentguard.model.machine import (
    PrintJob,
    PrintJobsSeen,
    ScreenSharesSeen,
    VpnLink,
    VpnSeen,
)
from agentguard.model.prompts import PromptKind
from agentguard.model.retention_rules import RetentionRule, rule_name
from agentguard.model.vault import Taking
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.policy.parser import parse
from agentguard.runtime import status
from agentguard.runtime.bootstrap import Place, opened
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.vault_actions import PurgeHand
from agentguard.store.memory import InMemoryJournal
from agentguard.trust.removal_proof import proves
from agentguard.vault.vault import Vault
from tests.flow.conftest import POLICY, Floor
from tests.flow.incidents import report

CARD = "4556 7375 8689 9855"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"


def test_a_file_with_a_card_number_goes_to_the_vault_and_comes_back(start: Callable) -> None:
    floor = start()
    file = floor.folder / "export.txt"
    file.write_text(LETTER)
    floor.until(lambda: not file.exists())
    floor.until(lambda: floor.findings("pii-files") == [])
    (item,) = floor.agent.desk.vault_items()
    assert item.path == str(file)
    assert item.hits[0].kind == "PAN"
    kinds = [r.kind for r in floor.records()]
    assert kinds.index("finding.opened") < kinds.index("action.intended")
    assert kinds.index("action.intended") < kinds.index("vault.put")
    assert "finding.closed" in kinds
    assert not floor.agent.desk.vault_asks(), "nobody has a code here"
    said = floor.agent.desk.restore(item.id, Taking(reason="work"))
    assert (said.id, said.params["minutes"]) == ("prompt.restored-for", 60)
    assert file.read_text() == LETTER


def test_no_record_holds_the_value(start: Callable) -> None:
    floor = start()
    (floor.folder / "export.txt").write_text(LETTER)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: "vault.put" in [r.kind for r in floor.records()])
    floor.until(lambda: not floor.desktop.paste())
    report(floor.agent.desk, IncidentCategory.DATA_SEEN, f"I saw {CARD} on a screen")
    floor.until(lambda: "incident.reported" in [r.kind for r in floor.records()])
    digits = CARD.replace(" ", "")
    for file in floor.home.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert digits.encode() not in raw
            assert CARD.encode() not in raw


def test_a_copied_card_number_is_cleared_and_coached(start: Callable) -> None:
    floor = start()
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: not floor.desktop.paste())
    floor.until(lambda: floor.findings("clipboard") == [])
    floor.desktop.copy("hello", app="notes")
    floor.until(lambda: floor.desktop.paste() == "hello")
    floor.until(lambda: any(p.coach == "clipboard" for s in floor.seen for p in s.prompts))


LENIENT = POLICY.replace("clear-clipboard, ", "")
"""Nothing is done about a copied card number at once."""


def test_the_end_of_a_shift_empties_the_clipboard_and_locks(
    start: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = start(words=LENIENT)
    monkeypatch.setenv("AGENTGUARD_HOME", str(floor.home))
    floor.until(lambda: floor.desktop.watchers >= 1 and (floor.home / FILE).exists())
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: floor.findings("clipboard"))
    tell("shift/end")
    floor.until(lambda: floor.desktop.locked and not floor.desktop.paste())
    kinds = [r.kind for r in floor.records()]
    assert kinds.index("shift.ended") < kinds.index("lock.asked")


def test_the_end_of_the_agent_takes_a_copied_number_away_and_says_so(start: Callable) -> None:
    floor = start(words=LENIENT)
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: floor.findings("clipboard"))
    assert floor.agent.stop() == ()
    assert floor.desktop.paste() == ""
    (left,) = (r for r in floor.records() if r.kind == "desk.left")
    assert left.payload == {"cleared": ["CLIPBOARD"], "kept": []}


def test_a_leave_that_takes_its_time_is_written_down(start: Callable) -> None:
    """A program that holds the clipboard open delays it; the engine hears of it all the same."""
    floor = start(words=LENIENT)
    floor.until(lambda: floor.desktop.watchers >= 1)
    floor.desktop.copy(LETTER, app="crm")
    floor.until(lambda: floor.findings("clipboard"))
    leave, never = floor.agent.farewell, threading.Event()
    late = replace(floor.agent, farewell=lambda: never.wait(0.8) or leave())
    assert late.stop() == ()
    assert [r.kind for r in floor.records()].count("desk.left") == 1


def test_an_agent_that_ends_waits_for_no_file_that_is_being_read(start: Callable) -> None:
    floor = start()
    (floor.folder / "first.txt").write_text(LETTER)
    floor.until(lambda: floor.findings("pii-files") and floor.agent.scan.child_pid)
    reader = psutil.Process(floor.agent.scan.child_pid)
    reader.suspend()  # as one that gets nothing of a busy processor
    (floor.folder / "second.txt").write_text(LETTER)
    floor.until(floor.agent.scan._lock.locked)
    assert floor.agent.stop() == ()
    assert not reader.is_running()


def test_a_screen_that_is_left_alone_is_locked(start: Callable) -> None:
    floor = start(idle=11 * 60)
    floor.until(lambda: floor.desktop.locked)
    floor.until(lambda: "session.locked" in [r.kind for r in floor.records()])
    floor.until(lambda: floor.findings("screen-lock") == [])


TOLD = (
    POLICY
    + """  vpn: {{respond: [notify], settings: {{required: true, grace_seconds: 0}}}}
  printing: {{respond: [notify], settings: {{programs: [crm]}}}}
  screen-sharing: {{respond: [notify], settings: {{judged: true, allowed: [zoom]}}}}
"""
)


def test_what_leaves_the_desk_is_told_and_no_name_goes_into_a_record(
    start: Callable,
) -> None:
    floor = start(words=TOLD)
    checks = ("vpn", "printing", "screen-sharing")
    floor.until(lambda: floor.seen and all(state(floor, c) is State.PASS for c in checks))
    now = system_clock().now()
    beside = frozenset({"crm", "secret-tool"})
    job = PrintJob(done=now.wall, printer="network", pages=4, beside=beside)
    floor.desktop.set(VpnSeen(at=now, links=(VpnLink(kind="ppp", name="Kim's cellar"),)))
    floor.desktop.set(PrintJobsSeen(at=now, jobs=(job,)))
    floor.desktop.set(ScreenSharesSeen(at=now, programs=("zoom", "obs")))
    floor.agent.desk.check_now()
    floor.until(lambda: all(floor.findings(check) for check in checks))
    floor.until(lambda: len([r for r in floor.records() if r.kind == "finding.opened"]) >= 3)
    told = repr([r.payload for r in floor.records()])
    assert "obs" in told
    assert "cellar" not in told
    assert "secret-tool" not in told
    floor.desktop.set(VpnSeen(at=now, links=(VpnLink(kind="wireguard"),)))
    floor.desktop.set(PrintJobsSeen(at=now))
    floor.desktop.set(ScreenSharesSeen(at=now, programs=("zoom",)))
    floor.agent.desk.check_now()
    floor.until(lambda: not any(floor.findings(check) for check in checks))


def state(floor: Floor, check: str) -> State:
    return next(c.state for c in floor.seen[-1].controls if c.check == check)


def test_a_sensitive_application_needs_a_code(start: Callable) -> None:
    floor = start()
    floor.until(lambda: floor.desktop.watchers >= 2)
    floor.desktop.focus("crm")
    floor.until(lambda: floor.agent.desk.snapshot().prompts)
    (prompt,) = floor.agent.desk.snapshot().prompts
    assert prompt.kind is PromptKind.PROOF
    floor.agent.desk.prove(prompt.id, "000000")
    floor.until(lambda: floor.agent.desk.snapshot().prompts[0].reply)
    floor.agent.desk.prove(prompt.id, "123456")
    floor.until(lambda: not floor.agent.desk.snapshot().prompts)
    assert "123456" not in str(floor.records())


def test_a_file_past_its_age_is_removed_with_a_proof(start: Callable) -> None:
    floor = start()
    file = floor.folder / "calls.old"
    file.write_text("nothing special\n")
    long_ago = file.stat().st_mtime - 40 * 86400
    os.utime(file, (long_ago, long_ago))
    floor.agent.desk.check_now()
    floor.until(lambda: "retention.removed" in [r.kind for r in floor.records()])
    assert not file.exists()
    proof = next(r for r in floor.records() if r.kind == "retention.removed")
    assert proof.payload["subject"] == str(file)
    assert proves(dict(proof.payload), b"nothing special\n")
    before = next(r for r in floor.records() if r.kind == "retention.removing")
    assert before.payload == proof.payload


def test_a_file_stays_when_the_proof_of_its_end_cannot_be_kept(tmp_path: Path) -> None:
    file = tmp_path / "calls.old"
    file.write_text("nothing special\n")
    os.utime(file, (0, 0))
    clock, journal = system_clock(), InMemoryJournal()
    journal.refuse = True
    rule = RetentionRule(folder=str(tmp_path), days=30, pattern="*.old")
    old = OldFile(path=str(file), rule=rule_name(rule), age_days=20000)
    hand = PurgeHand(
        policy=lambda: parse(b"policy: p\nversion: 1\n", "p", shapes()),
        old=lambda: RetentionSeen(at=clock.now(), rules=1, old=(old,)),
        vault=Vault(tmp_path / "vault", journal, clock),
        journal=journal,
        clock=clock,
        age=lambda then: clock.now().wall - then,
    )
    with pytest.raises(StoreError):
        hand._remove(old, rule)
    assert file.exists()


def test_training_is_answered_and_remembered(start: Callable) -> None:
    floor = start()
    count = len(floor.agent.desk.lessons())
    for lesson in floor.agent.desk.lessons():
        floor.agent.desk.finish_lesson(lesson.id)
    floor.agent.desk.finish_lesson("no-such-lesson")
    floor.until(lambda: [r.kind for r in floor.records()].count("lesson.answered") == count)
    assert {one.stage for one in floor.agent.desk.lesson_days()} == {Stage.DONE}
    again = start()
    memory = again.agent.parts.storage.journal.memory("lesson/")
    assert len(memory) == count
    assert {one.stage for one in again.agent.desk.lesson_days()} == {Stage.DONE}


def test_a_finding_outlives_a_restart_and_closes_when_its_file_is_gone(start: Callable) -> None:
    floor = start()
    file = floor.folder / "export.txt"
    floor.agent.supervisor.stop()
    file.write_text(LETTER)
    floor = start()
    floor.until(lambda: not file.exists())
    floor = start()
    assert floor.findings("pii-files") == []


def test_the_end_is_bounded_and_written_down_whatever_hangs(start: Callable) -> None:
    """A session that ends gives a program 5 s."""
    floor, forever = start(), threading.Event()
    agent, hanging = replace(floor.agent, farewell=forever.wait), ("sense", "hand")
    for name in hanging:
        agent.supervisor.start(Actor(name=name, run=lambda _stop: forever.wait()))
    begun = system_clock().now()
    late = agent.stop()
    assert system_clock().now().since(begun) < 5
    assert late == (*hanging, "farewell")
    assert floor.records()[-1].kind == "agent.stopped"
    assert agent.stop() == ()
    assert [r.kind for r in floor.records()].count("agent.stopped") == 1
    forever.set()


def test_row_159_what_only_waits_for_time_shares_its_threads(start: Callable) -> None:
    """Each thread costs a desk memory; whoever is in a shared one is known by his own name."""
    agent = start().agent
    threads = agent.supervisor.at_work()
    alive = agent.supervisor.alive()
    shared = {
        "ticker", "pulse", "session", "call", "shift", "auditor", "scan", "holds", "lived", "host",
        "policy", "self-test", "changes", "retention", "renewing", "catalogue", "training",
        "memory",
    }  # fmt: skip
    assert shared <= alive
    assert shared.isdisjoint(threads)
    assert {"wheel", "worker"} <= set(threads)
    said = json.loads(status.told(agent.engine.snapshot, agent.supervisor.at_work))
    assert {"wheel", "worker", "files"} <= set(said["threads"]), "and whoever asks is told"
    assert len(threads) <= 14


def test_every_measure_has_a_control_and_none_is_green_without_proof(start: Callable) -> None:
    floor = start()
    controls = floor.agent.desk.snapshot().controls
    assert {c.measure for c in controls} == set(range(1, 11))
    assert all(c.detail is not None for c in controls if c.state is State.UNKNOWN)


def test_a_damaged_enrolment_is_seen_and_the_desk_is_guarded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "enrolment.json").write_text("{broken")
    clock = system_clock()
    desktop = SimulatedDesktop(clock)
    place = Place(folder=tmp_path, backend=desktop.backend, clock=clock)
    with opened(place) as agent:
        floor = Floor(agent=agent, desktop=desktop, folder=tmp_path, home=tmp_path)
        agent.start()

        def health() -> State:
            controls = agent.desk.snapshot().controls
            return next(one.state for one in controls if one.check == "agent-health")

        floor.until(lambda: health() is State.FAIL)
        floor.until(lambda: desktop.watchers >= 1)
        desktop.copy(LETTER, app="crm")
        floor.until(lambda: not desktop.paste())
