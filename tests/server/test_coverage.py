"""The endpoint shows nothing as fine that was not looked at, whatever version reports it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agentguard.base import translations
from agentguard.server.console import floor
from agentguard.server.feeds import printed_floor
from agentguard.server.store.desks import desk_status
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.reports.intake import controls_of, posture_values
from agentguard.wire import v1

NOW = 1_790_000_000.0
SINCE = "2026-09-21T13:00:00+00:00"
WORDS = translations.load()
NOT_WELL = ("partial", "unknown", "glowing", "")


def a_control(state: str, severity: str = "high") -> v1.Control:
    """Give a control of this state."""
    return v1.Control(check="firewall", measure=5, state=state, since=SINCE, severity=severity)


def a_report(overall: str, *controls: v1.Control) -> v1.Report:
    """Give a report of a desk that calls itself this."""
    told = {"sent_at": "", "boot": 0.0, "hash": "", "agent": "", "policy": "", "policy_digest": ""}
    flags = {"locked": False, "in_call": False, "waiting": 0}
    return v1.Report(
        device="d1", epoch=1, seq=1, overall=overall, controls=controls, **told, **flags
    )


def a_desk(overall: str, *controls: v1.Control) -> Desk:
    """Give a desk as it is stored."""
    return Desk(
        id="d1", label="desk-1", team="Billing", team_id=1, system="", status="active",
        enrolled_at=NOW - 9, last_seen=NOW, skew=0.0, locked=False, in_call=False, waiting=0,
        agent="", policy="", overall=overall, controls=controls,
    )  # fmt: skip


@pytest.mark.parametrize("state", NOT_WELL)
def test_a_desk_is_no_better_than_its_controls_whatever_it_calls_itself(state: str) -> None:
    controls = (a_control("pass"), a_control(state))
    stored = posture_values(a_report("good", *controls), controls, NOW)["overall"]
    assert stored == "blind"
    row = desk_status.row(
        desk_status.Stands(device="d1", overall="good", controls=controls, now=NOW)
    )
    assert row["rank"] == desk_status.BLIND
    assert floor.line(a_desk("blind", *controls), NOW, 180).tier != "ok"


@pytest.mark.parametrize(
    ("severity", "word"),
    [("critical", "act"), ("high", "act"), ("medium", "attention"), ("odd", "attention")],
)
@pytest.mark.parametrize("said", ["good", "blind"])
def test_a_failing_control_is_heard_whatever_the_desk_calls_itself(said, severity, word) -> None:
    assert desk_status.overall(said, [a_control("partial"), a_control("fail", severity)]) == word


def test_row_521_a_desk_that_names_no_control_is_not_fine_whatever_it_calls_itself() -> None:
    assert desk_status.overall("good", ()) == "blind"
    assert posture_values(a_report("good"), (), NOW)["overall"] == "blind"
    row = desk_status.row(desk_status.Stands(device="d1", overall="good", controls=(), now=NOW))
    assert row["rank"] == desk_status.BLIND
    shown = floor.line(a_desk("blind"), NOW, 180)
    assert (shown.tier, shown.blind, shown.control) == ("attention", True, None)


@pytest.mark.parametrize("said", ["good", "blind", "attention", "act", "odd"])
def test_a_desk_is_never_made_better_than_it_says(said: str) -> None:
    assert desk_status.overall(said, [a_control(s) for s in sorted(desk_status.WELL)]) == said


@pytest.mark.parametrize("state", NOT_WELL)
def test_the_printed_floor_names_what_was_not_looked_at(state: str) -> None:
    controls = (a_control("pass"), a_control(state))
    assert [c.state for c in desk_status.worst_first(controls)] == [state]
    printed = printed_floor.floor_report([a_desk("blind", *controls)], WORDS, NOW, 180, "sam")
    without = printed_floor.floor_report([a_desk("blind", controls[0])], WORDS, NOW, 180, "sam")
    assert len(printed) != len(without)


def test_what_an_older_agent_reported_is_read_as_it_was() -> None:
    stored = b'[{"check":"firewall","measure":5,"state":"pass","since":"","severity":"high"}]'
    (one,) = controls_of(stored.decode())
    assert (one.state, one.looked, one.missed, one.gaps) == ("pass", 0, 0, ())
    assert msgspec.json.encode([one]) == stored


def test_an_older_endpoint_understands_what_a_newer_agent_reports() -> None:
    class Before(v1.Struct, frozen=True, kw_only=True, omit_defaults=True):
        """A control as version 1 began."""

        check: str
        state: str
        detail: str = ""

    new = v1.Control(
        check="pii-files", measure=1, state="partial", since="", severity="high",
        looked=3, missed=1, gaps=(v1.Said(id="coverage.files-unread", params={"count": 1}),),
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(new), type=Before).state == "partial"


@pytest.mark.parametrize("state", NOT_WELL)
def test_a_desk_that_calls_itself_well_is_shown_by_its_controls(
    desk: Any, browser: Any, control: Any, state: str
) -> None:
    """A state that the console does not know, of a newer agent, is shown by its own name."""
    gaps = [
        {"id": "coverage.files-in-part", "params": {"count": 2}},
        {"id": "of.a-newer-agent", "params": {"x": "<b>"}},
    ]
    desk.send(overall="good", controls=[control(state=state, gaps=gaps)])
    floor_page = browser.get("/").text
    assert "row-unknown" in floor_page
    assert "Nobody needs a word" not in floor_page
    assert "Nothing is known to be wrong." in floor_page
    assert WORDS.say("firewall.advice") not in floor_page, (
        "what mends a finding is not said of none"
    )
    page = browser.get(f"/desk/{desk.id}").text
    assert "state-pass" not in page
    assert f"state-{state if state == 'partial' else 'unknown'}" in page
    assert "Left out: Files that were read only in part: 2." in page
    assert "of.a-newer-agent" in page
