"""Talks in which an agent asks for several things at once."""

from __future__ import annotations

import pytest

from agentguard.detect.tables.chat_transcripts import in_turns
from tests.unit.detect.files.extracted import counts


@pytest.mark.parametrize(
    ("talk", "found"),
    [
        (
            "Agent: Could I take your NHS No and DOB?\nAnn: 943 476 5919\nAnn: 1997-12-19\n",
            {"NHS": 1, "DOB": 1},
        ),
        (
            "Bea: passport no, dob and mobile pls\nCy: 533401372\nCy: 3/4/80\nCy: 07911 123456\n",
            {"PASSPORT": 1, "DOB": 1, "PHONE": 1},
        ),
        (
            "Medewerker: uw telefoon en geboortedatum?\nKlant: 030 8102240\nKlant: 20-08-1977\n",
            {"PHONE": 1, "DOB": 1},
        ),
        (
            "Nurse: have you got his NHS number?\nCarer: yes hang on\nCarer: 943 476 5919\n",
            {"NHS": 1},
        ),
    ],
)
def test_each_answer_belongs_to_its_own_question(talk: str, found: dict[str, int]) -> None:
    assert counts(talk.encode()) == found
    assert counts(talk.replace("\n", "\r\n").encode()) == found


@pytest.mark.parametrize(
    "talk",
    [
        "Agent: order and passport?\nAgent: still there?\nVisitor: hello",
        "Agent: NHS no and DOB?\nVisitor: wait",
        "Are you well and happy?\n\nBest",
        "no question",
    ],
)
def test_other_lines_stay_as_they_are(talk: str) -> None:
    assert in_turns(talk) == talk
