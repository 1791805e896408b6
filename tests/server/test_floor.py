"""Who stands first on the floor, and that nothing an agent says can break a page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from agentguard.server.console import floor
from agentguard.server.store.floor import Desk
from agentguard.server.store.tables import METADATA
from agentguard.wire import v1

NOW = 1_790_000_000.0
SILENT_AFTER = 180
TEXT = st.text(max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "'; DROP TABLE device; --",
        "x\r\nset-cookie: a=b",
        "{{ 7 * 7 }}{% raw %}",
        "\u202egnp.exe",
        "javascript:alert(1)",
        "\x00",
        "%s%n{0}{count}",
    ]
)
ATTRIBUTES = {"src", "href", "action"}


@st.composite
def a_control(draw: st.DrawFn) -> v1.Control:
    return v1.Control(
        check=draw(st.sampled_from(["firewall", "backup", "software"])),
        measure=5,
        state=draw(st.sampled_from(["pass", "fail", "unknown", "paused"])),
        since=draw(st.sampled_from(["", "2026-09-21T13:00:00+00:00", "2026-09-20T13:00:00+00:00"])),
        severity=draw(st.sampled_from(["critical", "high", "medium", "low", "odd"])),
    )


@st.composite
def a_desk(draw: st.DrawFn) -> Desk:
    return Desk(
        id=draw(st.uuids()).hex,
        label="d",
        team=draw(st.sampled_from(["A", "B", "C"])),
        system="",
        status="active",
        enrolled_at=NOW - 1000,
        last_seen=draw(st.none() | st.floats(NOW - 400, NOW)),
        skew=0.0,
        locked=False,
        in_call=False,
        waiting=0,
        agent="",
        policy="",
        overall=draw(st.sampled_from(["good", "attention", "act", "blind", "", "odd"])),
        controls=tuple(draw(st.lists(a_control(), max_size=4))),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(a_desk(), max_size=12))
def test_every_desk_stands_once_and_the_worst_stand_first(desks: list[Desk]) -> None:
    lines = [floor.line(one, NOW, SILENT_AFTER) for one in desks]
    teams = floor.teams(lines)
    shown = [one.desk.id for team in teams for one in (*team.words, *team.fine)]
    assert sorted(shown) == sorted(one.id for one in desks)
    for team in teams:
        tiers = [floor.TIERS.index(one.tier) for one in team.words]
        assert tiers == sorted(tiers)
        assert sum(team.counts.values()) == len(team.words) + len(team.fine)
        assert all(one.tier == "ok" for one in team.fine)
        failing = [one for one in team.words if one.tier == "failing" and one.control]
        ranks = [floor.rank(one.control.severity) for one in failing if one.control]
        assert ranks == sorted(ranks)
    worst = [tuple(team.counts[tier] for tier in floor.TIERS[:3]) for team in teams]
    assert worst == sorted(worst, reverse=True)


@settings(max_examples=200, deadline=None)
@given(a_desk())
def test_an_old_report_proves_nothing(desk: Desk) -> None:
    line = floor.line(desk, NOW, SILENT_AFTER)
    silent = desk.last_seen is None or NOW - desk.last_seen > SILENT_AFTER
    assert (line.tier == "silent") is silent
    assert not (silent and line.control)
    if line.tier == "ok":
        assert desk.overall == "good"


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.scripts = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.bad += [tag] if tag in {"img", "iframe", "style", "object"} else []
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.bad.append(name)
            if name in ATTRIBUTES and not (value or "").startswith(("/", "#")):
                self.bad.append(f"{name}={value}")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_field_that_an_agent_sets_becomes_markup_sql_or_a_header(
    running: Any, desk: Any, browser: Any, data: st.DataObject
) -> None:
    def any_text() -> str:
        return data.draw(TEXT)

    hits = [{"kind": any_text(), "count": 1, "masked": [any_text()]}]
    told = {
        "seq": desk.seq + 1,
        "kind": data.draw(st.sampled_from(["finding.opened", "incident.reported"]) | TEXT),
        "at": any_text(),
        "check": data.draw(st.sampled_from(["firewall", "pii-files"]) | TEXT),
        "subject": any_text(),
        "place": any_text(),
        "severity": any_text(),
        "message": data.draw(st.sampled_from(["firewall.off", "pii-files.found"]) | TEXT),
        "params": {any_text(): any_text(), "count": any_text(), "category": any_text()},
        "hits": hits,
        "text": any_text(),
    }
    control = {"check": any_text(), "measure": 5, "state": any_text(), "since": any_text()}
    control |= {"severity": any_text(), "detail": any_text(), "params": {"x": any_text()}}
    bad = {**control, "check": "firewall", "state": "fail"}
    answer = desk.send(
        told,
        controls=[control, bad],
        overall=any_text(),
        agent=any_text(),
        policy=any_text(),
        sent_at=any_text(),
        hash=any_text(),
    )
    assert answer.status_code == 200, answer.text
    for path in ("/", "/floor/part", "/incidents", f"/desk/{desk.id}"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        seen = Page(page.text)
        assert seen.bad == []
        assert seen.scripts <= 1
    counts = running.admin._database.run(
        lambda c: [c.scalar(select(func.count()).select_from(t)) for t in METADATA.sorted_tables]
    )
    assert all(count is not None for count in counts)
