"""What waits for whoever reads a page, whose teams it is about, and playbooks that are wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from agentguard.server.admin import doctor
from agentguard.server.roles import BOUND, ROLES
from agentguard.server.store.reports import exceptions, notices
from agentguard.server.store.reports.exceptions import Wish
from agentguard.server.store.schema.care_tables import finding_care
from agentguard.server.store.schema.tables import finding
from tests.server.test_access import PAGES
from tests.server.test_exceptions import INSTEAD, REASON, do, said
from tests.server.test_responses import begin
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]

HOUR = 3600.0
ABOUT_OWN = "What this page says is about them, not about the whole centre."
WHOLE = re.compile(r"\b(No|Every|All|Nobody)\b[^.]*\b(desk|finding|incident|drill)s?\b[^.]*")
CLAIM = re.compile(r"is open|is waiting|is fine|enrolled yet|was closed|has one|has told|has sent")
OWN = re.compile(r"you see|you may see")
PLAIN = sorted(path for path in PAGES if "{" not in path)
PARTS = {"/floor/part", "/floor/wall", "/floor/wall/part", "/badges", "/incidents/part"}
"""What stands in a page that says it, or is a screen without a person."""


def whole(path: str) -> bool:
    return path not in PARTS and not path.endswith((".csv", ".json", ".jsonl", ".pdf", "/part"))


def request(running: Any, desk: Any, by: str, hours: float) -> str:
    now = running.time()
    wish = Wish(
        control="usb-storage", scope="desk", place=desk.id, named="d", reason=REASON,
        instead=INSTEAD, until=now + hours * HOUR, worst="high",
    )  # fmt: skip
    return str(do(running, lambda c: exceptions.ask(c, wish, by, now)))


def given(running: Any, desk: Any, to: str, due: float, *, state: str = "working") -> None:
    """Give somebody a finding with a moment."""
    values = {
        "device": desk.id, "check": "c", "subject": f"s{due}{state}{to}", "severity": "high",
        "message": "m", "params": "{}", "hits": "[]", "place": "", "opened_at": 1.0,
    }  # fmt: skip

    def put(connection: Any) -> None:
        made = insert(finding).values(**values).returning(finding.c.id)
        id_ = connection.scalar(made)
        care = {"finding": id_, "state": state, "assignee": to, "due_at": due, "at": 1.0}
        connection.execute(insert(finding_care).values(**care))

    do(running, put)


def test_row_349_what_waits_stands_on_every_page_with_a_way_to_it(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    desk = new_desk(label="d")
    olga, ann = signed_in("olga", "officer"), signed_in("ann", teams=("Billing",))
    assert "What waits for you" not in olga.get("/exports").text
    at = begin(ann, playbook="general", desk="d")
    request(running, desk, "", 8)
    now = running.time()
    given(running, desk, "ann", now + HOUR)
    given(running, desk, "ann", now - HOUR)
    given(running, desk, "ann", now - HOUR, state="done")
    given(running, desk, "eve", now - HOUR)
    to_olga = {"token": olga.token(), "name": "olga"}
    assert olga.submit(f"{at}/assign", **to_olga).status_code == 303
    assert "Incidents given to you: 1" in said(olga.get("/exports"))
    seen = ann.get("/trends")
    for line in (
        "Findings given to you, past their time: 1",
        "Findings given to you, due within a day: 1",
    ):
        assert line in said(seen), line
    assert 'href="/findings?assignee=ann&amp;sort=due"' in seen.text
    assert "Exceptions to decide" not in said(seen), "a supervisor approves none"
    assert "Exceptions to decide: 1" in said(olga.get("/exports"))
    assert 'href="/exceptions"' in olga.get("/exports").text
    vic = signed_in("vic", "viewer", teams=("Billing",))
    assert "What waits for you" not in vic.get("/").text


def test_row_349_nobody_waits_for_what_somebody_may_not_approve_alone(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    desk = new_desk(label="d")
    signed_in("olga", "officer")
    request(running, desk, "olga", 48)
    request(running, desk, "olga", 8)

    def waits(name: str) -> int:
        from agentguard.server.store.accounts.people import Visitor  # noqa: PLC0415

        by = Visitor(name=name, role="officer", token="", scope=None)
        return int(do(running, lambda c: notices.of(c, by, running.time())).exceptions)

    assert (waits("olga"), waits("oscar")) == (1, 2)


def test_row_349_a_time_that_passed_is_told_once_by_mail(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    desk = new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    ann.submit("/account/notices", token=ann.token(), mail="ann@example.org", minutes="60")
    start = running.time()
    given(running, desk, "ann", start + 2 * HOUR)

    def told(at: float) -> list[tuple[int, int]]:
        due = do(running, lambda c: notices.due(c, at))
        marks = [(wish.user, waits.mark()) for wish, waits in due]
        do(running, lambda c: notices.sent(c, marks, at))
        return [(waits.today, waits.overdue) for _, waits in due]

    assert told(start) == [(1, 0)]
    assert told(start + 1.5 * HOUR) == []
    assert told(start + 3 * HOUR) == [(0, 1)]
    given(running, desk, "ann", start + 30 * HOUR)
    assert told(start + 10 * HOUR) == [(1, 0)], "what was told as passed is not told again"
    assert told(start + 12 * HOUR) == []


@pytest.mark.parametrize("role", ROLES)
def test_row_348_no_page_of_somebody_bound_to_teams_speaks_for_the_whole_centre(
    running: Any, signed_in: Any, new_desk: Any, role: str
) -> None:
    """A desk of another team has all there is; whoever sees none of it reads of that team alone."""
    other = new_desk(label="other", team="Sales")
    request(running, other, "", 8)
    given(running, other, "eve", running.time() - HOUR)
    ann = signed_in("ann", role, teams=("Billing",) if role in BOUND else ())
    for path in filter(whole, PLAIN):
        page = ann.get(path)
        if page.status_code != 200 or "text/html" not in page.headers["content-type"]:
            continue
        words = said(page)
        assert (ABOUT_OWN in words) == (role in BOUND), path
        if role in BOUND:
            claims = [one.group(0) for one in WHOLE.finditer(words)]
            bad = [one for one in claims if not OWN.search(one) and CLAIM.search(one)]
            assert bad == [], (path, bad)


def test_row_349_a_wrong_playbook_is_named_with_file_line_and_reason(running: Any) -> None:
    settings = running.settings
    folder = settings.data / "playbooks"
    folder.mkdir()
    (folder / "mine.yaml").write_text("id: mine\nseverity: enormous\n")
    found = [one for one in doctor.examine(settings, running.time) if one.name == "playbooks"]
    assert {one.health for one in found} == {doctor.Health.BAD}
    problems = [str(one.what.params["problem"]) for one in found]
    assert any("mine.yaml:2" in one for one in problems)
    (folder / "mine.yaml").unlink()
    (good,) = [one for one in doctor.examine(settings, running.time) if one.name == "playbooks"]
    assert good.health is doctor.Health.GOOD


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Write a playbook that is wrong, before the endpoint starts."""
    folder = tmp_path / "server" / "playbooks"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("id: mine\nseverity: enormous\n")
    return folder


def test_row_349_administrators_alone_read_of_a_wrong_playbook_on_every_page(
    wrong: Path, signed_in: Any
) -> None:
    ada, olga = signed_in("ada", "admin"), signed_in("olga", "officer")
    for path in ("/", "/incidents", "/trends"):
        assert "A playbook of your site is wrong" in said(ada.get(path))
        assert "mine.yaml:2" in said(ada.get(path))
        assert "A playbook of your site is wrong" not in said(olga.get(path))
