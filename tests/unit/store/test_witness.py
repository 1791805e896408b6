"""What the system's own log is told of the journal, and that it costs nothing when it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.base.translations import load
from agentguard.model.records import Json, Record
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.desktop import Weight
from agentguard.store.memory import InMemoryJournal
from agentguard.store.system_log_witness import (
    HOUR,
    KINDS,
    MOST,
    Witness,
    WitnessedJournal,
    happening,
)

DOCS = Path(__file__).parents[3] / "docs" / "event-log.md"
FINDING: dict[str, Json] = {
    "check": "pii-files", "severity": "high", "subject": "C:\\Ann Smith\\4539148803436467.txt",
    "message": "x", "params": {"name": "Ann"},
    "hits": [{"kind": "card", "count": 2, "masked": ["6467"]}],
}  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desktop(clock: FakeClock) -> SimulatedDesktop:
    return SimulatedDesktop(clock)


@pytest.fixture
def journal(desktop: SimulatedDesktop) -> WitnessedJournal:
    return WitnessedJournal(InMemoryJournal(), Witness(desktop.backend.system_log, load()))


def record(clock: FakeClock, kind: str, **payload: Json) -> Record:
    return Record(kind=kind, at=clock.now(), payload=payload)


def test_a_grave_finding_is_told_by_control_and_counts_alone(clock, desktop, journal) -> None:
    journal.commit([record(clock, "finding.opened", **FINDING)], {})
    ((event, weight, text),) = desktop.logged
    assert (event, weight) == (30, Weight.WARNING)
    assert "pii-files" in text
    assert "card 2" in text
    assert not re.search(r"Ann|Smith|6467", text)


@pytest.mark.parametrize(
    ("kind", "payload", "event"),
    [
        ("agent.started", {}, 1),
        ("agent.stopped", {}, 2),
        ("policy.in-force", {"name": "baseline", "version": 3, "digest": "ab"}, 10),
        ("policy.refused", {"message": "policy.delivered-refused", "params": {}}, 11),
        ("finding.opened", {**FINDING, "check": "screen-lock", "subject": "unconfirmed"}, 20),
        ("shield.raised", {"why": "not-locked"}, 21),
        ("finding.opened", {**FINDING, "severity": "critical", "hits": None}, 30),
        ("vault.put", {"item": "ab12", "subject": "Ann.txt", "size": 3}, 40),
        ("vault.restored", {"item": "ab12", "subject": "Ann.txt"}, 41),
        ("vault.purged", {"item": "ab12", "subject": "Ann.txt", "reason": "age"}, 42),
        ("vault.damaged", {"item": "ab12", "subject": "Ann.txt"}, 43),
        ("incident.reported", {"id": "1", "category": "lost-device", "note": "Ann"}, 50),
        ("journal.checked", {"entries": 9, "whole": False}, 60),
        ("events.lost", {"count": 5}, 61),
        ("clock.changed", {"how": "set", "seconds": -3600}, 62),
        ("control.failed", {"control": "vault"}, 63),
    ],
)
def test_each_has_its_id_and_whole_words(clock, desktop, journal, kind, payload, event) -> None:
    journal.commit([record(clock, kind, **payload)], {})
    ((told, _, text),) = desktop.logged
    assert told == event
    assert " " in text
    assert "{" not in text
    assert "Ann" not in text


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("finding.opened", {**FINDING, "severity": "medium"}),
        ("finding.closed", {"check": "pii-files", "subject": ""}),
        ("shield.raised", {"why": "call"}),
        ("journal.checked", {"entries": 9, "whole": True}),
        ("session.locked", {"source": "logind"}),
    ],
)
def test_what_is_daily_is_the_journals_alone(clock, desktop, journal, kind, payload) -> None:
    journal.commit([record(clock, kind, **payload)], {})
    assert desktop.logged == ()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-86_399, "The clock of this computer went back by 23 h 59 min."),
        (-2, "The clock of this computer went back by 2 s."),
        (90, "The clock of this computer went forward by 1 min."),
        (34_560_000, "The clock of this computer went forward by 400 d."),
    ],
)
def test_row_597_the_systems_log_says_how_far_a_clock_went_and_whereto(
    clock, desktop, journal, seconds, said
) -> None:
    journal.commit([record(clock, "clock.changed", how="step", seconds=seconds)], {})
    assert [(event, text) for event, _, text in desktop.logged] == [(62, said)]


def test_what_was_not_written_is_not_told(clock, desktop) -> None:
    inner = InMemoryJournal()
    inner.refuse = True
    journal = WitnessedJournal(inner, Witness(desktop.backend.system_log, load()))
    with pytest.raises(Exception, match="refuse"):
        journal.commit([record(clock, "agent.started")], {})
    assert desktop.logged == ()


def test_a_log_that_refuses_costs_nothing_and_is_said_once(clock, desktop, journal, caplog) -> None:
    desktop.refuse("system-log")
    journal.commit([record(clock, "agent.started"), record(clock, "agent.stopped")], {"a": 1})
    desktop.refuse("system-log", on=False)
    journal.commit([record(clock, "agent.started")], {})
    assert [event for event, *_ in desktop.logged] == [1]
    assert len([r for r in caplog.records if "system's log" in r.message]) == 1
    assert journal.memory("") == {"a": 1}
    assert journal.verify() == (3, True)
    assert len(journal.read(0, 10)) == 3
    caplog.clear()


def test_a_flood_of_one_kind_leaves_room_for_others_and_is_said(clock, desktop, journal) -> None:
    for _ in range(3 * MOST):
        journal.commit([record(clock, "finding.opened", **FINDING)], {})
    journal.commit([record(clock, "policy.refused")], {})
    assert [event for event, *_ in desktop.logged] == [*[30] * MOST, 11]
    assert "journal alone" in desktop.logged[MOST - 1][2]
    clock.advance(HOUR + 1)
    journal.commit([record(clock, "finding.opened", **FINDING)], {})
    assert [event for event, *_ in desktop.logged][-1] == 30


def test_ids_stand_once_within_what_windows_has_texts_for_and_in_the_docs() -> None:
    every = [kind for kinds in KINDS.values() for kind in kinds]
    ids = [kind.event for kind in every]
    assert len(set(ids)) == len(ids)
    assert all(1 <= one <= 1000 for one in ids)
    listed = DOCS.read_text(encoding="utf-8")
    for kind in every:
        assert f"| {kind.event} | {kind.weight} |" in listed


def test_a_kind_that_nobody_knows_is_no_happening(clock) -> None:
    assert happening(record(clock, "no.such")) is None
