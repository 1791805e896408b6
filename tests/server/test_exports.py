"""What can be taken away: sheets that no spreadsheet runs, and the floor on paper."""

from __future__ import annotations

import base64
import csv
import io
import re
import threading
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.server.feeds import printed_floor, sheets
from agentguard.server.store.floor.pages import Desk
from agentguard.wire import v1

NOW = 1_790_000_000.0
MONTHS = 90 * 86400.0
WORDS = translations.load()


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith(sheets.BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(sheets.BOM), newline="")))


@given(st.text(max_size=30))
def test_no_cell_is_a_formula_and_every_cell_comes_back(value: str) -> None:
    line = sheets.lines([[value, "next"]])
    (read,) = csv.reader(io.StringIO(line, newline=""))
    assert len(read) == 2
    assert not read[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert read[0].removeprefix("'") == value.removeprefix("'")


@pytest.mark.parametrize(
    "bad",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "\uff1d1", "\uff201"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(bad: str) -> None:
    assert sheets.cell(bad) == f"'{bad}"


def test_a_cell_stays_one_where_semicolons_separate() -> None:
    """As Excel reads a file in German, French and most other languages."""
    line = sheets.lines([["desk;=1+1", "x"]])
    (read,) = csv.reader(io.StringIO(line, newline=""), delimiter=";")
    assert not [cell for cell in read if cell.startswith(("=", '"='))]


def test_a_sheet_of_findings_holds_what_is_known_and_no_mask(
    desk: Any, event: Any, browser: Any
) -> None:
    hits = [{"kind": "card", "count": 2, "masked": ["1111"]}]
    desk.send(event(1, check="pii-files", severity="high", place="documents .csv", hits=hits))
    desk.send(event(2, check="=1+1", severity="low"))
    answer = browser.get("/exports/findings.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="findings.csv"' in answer.headers["content-disposition"]
    found = rows(answer.text)
    assert [one["control"] for one in found] == ["pii-files", "'=1+1"]
    assert (found[0]["data"], found[0]["place"]) == ("card x 2", "documents .csv")
    assert found[0]["closed"] == ""
    assert "1111" not in answer.text


def test_a_sheet_is_given_in_pages_that_fit_together(
    running: Any, desk: Any, event: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "PAGE", 7)
    desk.send(*(event(number, check="firewall") for number in range(1, 51)))
    found = rows(browser.get("/exports/events.csv").text)
    assert len(found) == 50
    assert {one["kind"] for one in found} == {"finding.opened"}
    assert len(rows(browser.get("/exports/desks.csv").text)) == 1


def test_a_supervisor_takes_the_own_teams_away_alone(
    running: Any, desk: Any, new_desk: Any, another: Any
) -> None:
    new_desk(team="Sales", label="desk-2").send()
    running.admin.add_user("sue", "correct horse battery staple", "supervisor", ("Sales",))
    with another() as sue:
        sue.sign_in("sue", "correct horse battery staple")
        found = rows(sue.get("/exports/desks.csv").text)
        assert [one["desk"] for one in found] == ["desk-2"]
        assert sue.get("/exports/floor.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize("path", ["users.csv", "desks", "desks.pdf", "..csv", "server.key.csv"])
def test_there_is_no_other_sheet(browser: Any, path: str) -> None:
    assert browser.get(f"/exports/{path}").status_code == 404


def test_what_is_taken_away_is_written_down(running: Any, browser: Any) -> None:
    for path in ("/exports/desks.csv", "/exports/floor.pdf"):
        assert browser.get(path).status_code == 200
    acts = running.admin._database.run(
        lambda c: c.exec_driver_sql("SELECT act FROM audit_log ORDER BY id").scalars().all()
    )
    assert acts[-2:] == ["export.csv", "export.pdf"]
    page = browser.get("/exports").text
    assert page.count("download") >= 4


def a_desk(label: str, **more: Any) -> Desk:
    values: dict[str, Any] = {
        "id": label, "label": label, "team": "Billing", "team_id": 1, "system": "",
        "status": "active", "enrolled_at": NOW, "last_seen": NOW, "skew": 0.0,
        "locked": False, "in_call": False, "waiting": 0, "agent": "",
        "policy": "", "overall": "good", "controls": (), **more,
    }  # fmt: skip
    return Desk(**values)


def words_of(pdf: bytes) -> str:
    """Give the text of a PDF that reportlab made, by its own streams."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        except (ValueError, zlib.error):
            continue
        found += re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", plain)
    return " ".join(one.decode("latin-1") for one in found)


def test_the_floor_on_paper_says_who_needs_a_word() -> None:
    control = v1.Control(
        check="firewall",
        measure=5,
        state="fail",
        severity="high",
        since="2026-09-21T13:00:00+00:00",
    )
    desks = [
        a_desk("fine-1"),
        a_desk("bad-1", overall="act", controls=(control,)),
        a_desk("gone-1", last_seen=NOW - 3600),
        a_desk("<b>odd</b> & co", overall="attention"),
        a_desk("new-1", last_seen=None, team="Sales"),
        a_desk("sleeps-1", last_seen=NOW - 3600, goodbye="asleep", goodbye_at=NOW - 3600),
        a_desk("lost-1", last_seen=NOW - MONTHS, goodbye="asleep", goodbye_at=NOW - MONTHS),
    ]
    said = words_of(printed_floor.floor_report(desks, WORDS, NOW, 180, "sam"))
    for wanted in ("bad-1", "gone-1", "new-1", "Billing", "Sales", "1 failing", "1 fine", "sam"):
        assert wanted in said
    assert "1 asleep or off" in said
    assert "2 not heard from" in said, "gone-1, and lost-1 which has been asleep for too long"
    assert WORDS.title("firewall", "fail") in said
    assert WORDS.title("firewall", "pass") not in said, "what was wanted is no fault"
    assert "fine-1" not in said
    assert "sleeps-1" not in said, "nobody need look for it"


def test_paper_tells_the_worst_desk_first_with_what_was_found_and_what_to_do() -> None:
    def control(check: str, severity: str, detail: str = "") -> v1.Control:
        since = "2026-09-21T13:00:00+00:00"
        return v1.Control(
            check=check, measure=5, state="fail", severity=severity, since=since, detail=detail
        )

    mild = a_desk("a-mild", overall="act", controls=(control("backup", "high", "backup.none"),))
    bad = a_desk("b-bad", overall="act", controls=(control("firewall", "critical"),))
    said = words_of(printed_floor.floor_report([mild, bad], WORDS, NOW, 180, "sam"))
    assert said.index("b-bad") < said.index("a-mild")
    assert WORDS.say("backup.none-title") in said
    assert WORDS.say("backup.none") in said
    assert WORDS.say("backup.advice").split(",")[0] in said
    assert "2026-09-21 13:00 UTC" in said


def test_paper_is_made_beside_the_serving_loop(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large floor takes many seconds, in which desks report."""
    seen: list[str] = []

    def noted(*about: Any) -> bytes:
        seen.append(threading.current_thread().name)
        return paper_of(*about)

    paper_of = printed_floor.floor_report
    monkeypatch.setattr(printed_floor, "floor_report", noted)
    assert browser.get("/exports/floor.pdf").content.startswith(b"%PDF")
    assert seen
    assert seen != ["server"]


def test_an_empty_floor_and_a_large_one_fit_on_paper() -> None:
    assert printed_floor.floor_report([], WORDS, NOW, 180, "sam").startswith(b"%PDF")
    many = [a_desk(f"desk-{n}", last_seen=None, team=f"team {n % 7}") for n in range(800)]
    assert printed_floor.floor_report(many, WORDS, NOW, 180, "sam").count(b"/Type /Page") > 5
