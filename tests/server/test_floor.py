"""Who stands first on the floor, and that nothing an agent says can break a page."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from agentguard.server.console import assets, floor
from agentguard.server.store.desks import desk_status
from agentguard.server.store.floor.pages import Desk
from agentguard.server.store.floor.team_counts import TIERS, TeamCount
from agentguard.server.store.schema.tables import METADATA
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
        team_id=0,
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


def urgency(one: floor.Line) -> tuple[int, int]:
    """Give the order in which the board gives its desks."""
    return TIERS.index(one.tier), desk_status.severity(one.control.severity) if one.control else 9


def counted(lines: list[floor.Line]) -> list[TeamCount]:
    """Count the lines by team."""
    names = sorted({one.desk.team for one in lines})
    tiers = {name: Counter(one.tier for one in lines if one.desk.team == name) for name in names}
    return [
        TeamCount(id=n, name=name, counts={tier: tiers[name][tier] for tier in TIERS})
        for n, name in enumerate(names)
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(a_desk(), max_size=12))
def test_every_desk_stands_once_and_the_worst_stand_first(desks: list[Desk]) -> None:
    lines = sorted((floor.line(one, NOW, SILENT_AFTER) for one in desks), key=urgency)
    teams = floor.views(lines, counted(lines))
    shown = [one.desk.id for team in teams for one in (*team.words, *team.fine)]
    assert sorted(shown) == sorted(one.id for one in desks)
    for team in teams:
        tiers = [TIERS.index(one.tier) for one in team.words]
        assert tiers == sorted(tiers)
        assert team.team.total == len(team.words) + len(team.fine)
        assert all(one.tier == "ok" for one in team.fine)
        failing = [one for one in team.words if one.tier == "failing" and one.control]
        ranks = [desk_status.severity(one.control.severity) for one in failing if one.control]
        assert ranks == sorted(ranks)
    worst = [tuple(team.team.counts[tier] for tier in TIERS[:3]) for team in teams]
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
        self.scripts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += [dict(attrs).get("src")] if tag == "script" else []
        self.bad += [tag] if tag in {"img", "iframe", "style", "object"} else []
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.bad.append(name)
            if name in ATTRIBUTES and not (value or "").startswith(("/", "#")):
                self.bad.append(f"{name}={value}")


@pytest.mark.heavy
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_field_that_an_agent_sets_becomes_markup_sql_or_a_header(
    running: Any, desk: Any, browser: Any, data: st.DataObject
) -> None:
    head = [assets.address("rows.js"), assets.address("console.js")]
    own = {"/": head, "/floor/part": [], "/incidents": head, f"/desk/{desk.id}": head}

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
    running.time.at += 60  # no example is refused for the many before it
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
        assert seen.scripts == own[path]
    counts = running.admin._database.run(
        lambda c: [c.scalar(select(func.count()).select_from(t)) for t in METADATA.sorted_tables]
    )
    assert all(count is not None for count in counts)


def test_the_same_floor_is_not_sent_again_but_its_time_is(
    running: Any, desk: Any, browser: Any, control: Any
) -> None:
    for path, state in (("/floor/part", "fail"), ("/floor/wall/part", "pass")):
        first = browser.get(path)
        tag = first.headers["etag"]
        running.time.at += 1
        again = browser.get(path, **{"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["date"] != first.headers["date"]
        assert again.headers["cache-control"] == "no-store"
        desk.send(overall="act" if state == "fail" else "good", controls=[control(state=state)])
        running.time.at += 5
        changed = browser.get(path, **{"if-none-match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


def tiles(page: str) -> dict[str, int]:
    """Give what the large numbers of a page count."""
    found = re.findall(r'class="tile tile-(\w+).*?<strong>(\d+)</strong>', page, re.DOTALL)
    return {tier: int(count) for tier, count in found}


def test_desks_are_fine_when_nobody_but_those_that_sleep_is_silent(
    running: Any, new_desk: Any, browser: Any, control: Any
) -> None:
    sleeps, works = new_desk(label="sleeps"), new_desk(label="works")
    sleeps.send(controls=[], run="a", goodbye="asleep")
    assert "Every desk that you see and that is on is fine" not in browser.get("/").text
    running.time.at += running.settings.limits.silent_after + 1
    assert "Every desk that you see and that is on is fine" not in browser.get("/").text, (
        "one fell silent"
    )
    works.send(controls=[control()])
    assert "Every desk that you see and that is on is fine" in browser.get("/").text


def test_a_desk_that_said_goodbye_is_shown_asleep_and_not_among_who_needs_a_word(
    running: Any, new_desk: Any, browser: Any
) -> None:
    sleeps, stops, lost = (new_desk(label=name) for name in ("sleeps", "stops", "lost"))
    sleeps.send(controls=[], run="a", goodbye="asleep")
    stops.send(controls=[], run="b", goodbye="session-ended")
    lost.send(controls=[], run="c")
    running.time.at += running.settings.limits.silent_after + 1
    page = browser.get("/").text
    words = re.findall(r'<tr class="row-silent">.*?</tr>', page, re.DOTALL)
    assert ["lost" in one for one in words] == [True]
    assert "2 asleep or off" in page
    assert tiles(page) == {"failing": 0, "attention": 0, "silent": 1, "away": 2, "ok": 0}
    for path in ("/floor/wall", "/?kind=away"):
        assert tiles(browser.get(path).text) == tiles(page), path
    away = browser.get("/?kind=away").text
    assert ["sleeps" in away, "stops" in away, "lost" in away] == [True, True, False]
    assert "sleeps" not in browser.get("/?kind=silent").text
    assert "Asleep" in browser.get(f"/desk/{sleeps.id}").text
    assert "Switched off" in browser.get(f"/desk/{stops.id}").text
    assert "Asleep" not in browser.get(f"/desk/{lost.id}").text
    sleeps.send(controls=[], run="a")
    assert "Asleep" not in browser.get(f"/desk/{sleeps.id}").text, "it is awake again"
    running.time.at += running.settings.limits.silent_after + 1
    assert "Asleep" not in browser.get(f"/desk/{sleeps.id}").text, "it fell silent without a word"
