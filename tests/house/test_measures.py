"""All ten measures stand, each by a check, its words, its test and a requirement."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard import checks
from agentguard.base import lessons, mappings, translations
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.model.posture import MEASURES

CHECKS = discover(checks, "CHECK", Check)
TESTS = Path(__file__).parents[1] / "unit" / "checks"


@pytest.mark.parametrize("measure", MEASURES)
def test_the_measure_stands(measure: int) -> None:
    found = [check for check in CHECKS if check.measure == measure]
    assert found
    assert all(check.on and mappings.of_check(check.id) for check in found)


def test_ids_and_measures_are_sound() -> None:
    ids = [check.id for check in CHECKS]
    assert len(set(ids)) == len(ids)
    assert {check.measure for check in CHECKS} == set(MEASURES)


def test_ids_are_for_ever() -> None:
    """A check may be added here; an id that is taken away or renamed breaks policies."""
    assert {check.id for check in CHECKS} >= {
        "agent-health",
        "antivirus",
        "backup",
        "clipboard",
        "disk-encryption",
        "firewall",
        "folder-access",
        "incident-response",
        "journal",
        "listeners",
        "pii-files",
        "reauth",
        "remote-tools",
        "retention",
        "screen-lock",
        "software",
        "training",
        "vendors",
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_check_has_its_words_and_its_test(check: Check) -> None:  # type: ignore[type-arg] # any
    words = translations.load()
    assert words.has(f"{check.id}.title")
    assert words.has(f"{check.id}.advice")
    assert (TESTS / f"test_{check.id.replace('-', '_')}.py").is_file()


def test_lessons_that_checks_point_to_are_there() -> None:
    known = {lesson.id for lesson in lessons.load()}
    pointed = {lesson for check in CHECKS for lesson in check.lessons}
    assert pointed <= known
    assert known <= pointed, "a lesson that nothing points to is never taught at the moment"
