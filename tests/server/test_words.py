from __future__ import annotations

import re
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.model.incidents import IncidentCategory
from agentguard.model.verdicts import Severity, State
from agentguard.server.console import moments
from agentguard.server.console.navigation import entries

ROOT = Path(__file__).parents[2] / "agentguard" / "server"
WORDS = translations.load()


def test_every_sentence_of_a_page_exists() -> None:
    pages = [p.read_text() for p in (ROOT / "console" / "templates").glob("*.html")]
    asked = re.findall(r"""say\(["']([a-z0-9.-]+)["'](?! ~)""", "".join(pages))
    assert len(asked) > 60
    assert [id_ for id_ in asked if not WORDS.has(id_)] == []


def test_every_page_of_the_menu_has_a_picture_of_its_own() -> None:
    drawn = (ROOT / "console" / "templates" / "_icons.html").read_text()
    assert [one.word for one in entries() if f'name == "{one.word}"' not in drawn] == ["walls"]
    assert '"walls")' in drawn


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    code = "".join(p.read_text() for p in (ROOT / "ingest").glob("*.py"))
    kinds = {*re.findall(r'Refused\(\d+, "([a-z_-]+)"', code), "code-wrong", "code-used"}
    assert len(kinds) > 15
    for kind in {*kinds, "code-expired"}:
        assert WORDS.has(f"server.problem.{kind}.title"), kind
        assert WORDS.has(f"server.problem.{kind}.detail"), kind


def test_every_state_severity_measure_and_incident_has_its_words() -> None:
    for state in State:
        assert WORDS.has(f"console.state.{state}")
    for severity in Severity:
        assert WORDS.has(f"console.severity.{severity}")
    for category in IncidentCategory:
        assert WORDS.has(f"console.incident.{category}")
        assert WORDS.has(f"console.incident-advice.{category}")
    for measure in range(1, 11):
        assert WORDS.has(f"console.measure.{measure}")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 00 min"),
        (86399, "23 h 59 min"),
        (86400 * 3 + 5, "3 d"),
    ],
)
def test_a_span_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert moments.ago(1000.0, 1000.0 + seconds, WORDS) == said


@pytest.mark.parametrize("at", [float("inf"), float("nan"), -1e20, 1e20])
def test_an_impossible_time_is_no_error(at: float) -> None:
    assert moments.stamp(at).endswith("UTC")
    assert moments.iso(at)
