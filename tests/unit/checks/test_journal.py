"""The journal: whole or not."""

from __future__ import annotations

from agentguard.checks.journal import CHECK
from agentguard.model.events import JournalChecked
from agentguard.model.verdicts import Severity, State


def test_a_whole_journal_passes_with_the_number_of_entries(desk) -> None:
    told = desk.judge(CHECK, JournalChecked, entries=1200, whole=True)
    assert (told.state, told.words) == (State.PASS, "Every entry is as it was written (1200).")


def test_a_broken_journal_is_the_worst_of_findings(desk) -> None:
    told = desk.judge(CHECK, JournalChecked, entries=1200, whole=False)
    assert told.state is State.FAIL
    assert CHECK.severity is Severity.CRITICAL


def test_row_111_an_empty_journal_is_no_proof(desk) -> None:
    assert desk.judge(CHECK, JournalChecked, entries=0, whole=True).state is State.UNKNOWN
