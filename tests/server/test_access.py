"""Which role may open which page, and that nobody sees a team that is not the own one.

Every route of the console is walked as each role; a page that is added later is walked as well.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from agentguard.server.console import navigation
from agentguard.server.console.gate import is_open
from agentguard.server.console.navigation import page_modules
from agentguard.server.roles import ADMIN, AUDITOR, BOUND, OFFICER, ROLES, SUPERVISOR, Right, may
from agentguard.server.store.floor import places
from agentguard.server.store.records import held_data
from agentguard.server.store.schema.tables import audit_log, incident, team, user
from tests.server import programs
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]

EVERYBODY = frozenset(ROLES)
READERS = frozenset({OFFICER, AUDITOR, ADMIN})
CARERS = frozenset({SUPERVISOR, OFFICER, ADMIN})
HIDDEN = ("Hidden team", "hidden-desk", "hidden words", "Hidden site", "Hidden shift")
PAGES: dict[str, frozenset[str]] = {
    "/": EVERYBODY,
    "/floor/part": EVERYBODY,
    "/badges": EVERYBODY,
    "/live": EVERYBODY,
    "/floor/wall": EVERYBODY,
    "/floor/wall/part": EVERYBODY,
    "/desk/{id_:str}": EVERYBODY,
    "/desk/{id_:str}/held": EVERYBODY,
    "/desk/{id_:str}/held.json": EVERYBODY,
    "/incidents": EVERYBODY,
    "/incidents/part": EVERYBODY,
    "/incidents/{id_:int}": EVERYBODY,
    "/incidents/{id_:int}/report.pdf": EVERYBODY,
    "/incidents/new": CARERS,
    "/findings": EVERYBODY,
    "/software": EVERYBODY,
    "/software/programs.csv": EVERYBODY,
    "/software/desks": EVERYBODY,
    "/software/changes": EVERYBODY,
    "/software/findings": EVERYBODY,
    "/software/products/{slug:str}": EVERYBODY,
    "/software/products/{slug:str}/desks.csv": EVERYBODY,
    "/software/programs/{id_:int}": EVERYBODY,
    "/software/programs/{id_:int}/desks.csv": EVERYBODY,
    "/desk/{id_:str}/software": EVERYBODY,
    "/desk/{id_:str}/software.csv": EVERYBODY,
    "/training": EVERYBODY,
    "/requirements": EVERYBODY,
    "/requirements/{name:str}": EVERYBODY,
    "/drills": EVERYBODY,
    "/teams": EVERYBODY,
    "/trends": EVERYBODY,
    "/people": EVERYBODY,
    "/exports": EVERYBODY,
    "/tamper": EVERYBODY,
    "/devices": CARERS,
    "/retention": READERS,
    "/policies": READERS,
    "/policies/new": frozenset({ADMIN}),
    "/users": READERS,
    "/evidence": READERS,
    "/evidence/part": READERS,
    "/audit": READERS,
    "/audit/export.jsonl": READERS,
    "/factors": CARERS | READERS,
    "/break-glass": CARERS,
    "/access": frozenset({ADMIN}),
    "/tokens": frozenset({ADMIN}),
    "/walls": frozenset({ADMIN}),
    "/teams/arrange": frozenset({ADMIN}),
    "/codes": frozenset({ADMIN}),
    "/codes/ca.pem": frozenset({ADMIN}),
    "/codes/rollout.zip": frozenset({ADMIN}),
    "/devices/arrange": frozenset({ADMIN}),
    "/first-day": frozenset({ADMIN}),
}
FORMS: dict[str, frozenset[str]] = {
    "/incidents/{id_:int}/take": CARERS,
    "/incidents/{id_:int}/note": CARERS,
    "/incidents/{id_:int}/sign-off": CARERS,
    "/incidents/{id_:int}/close": CARERS,
    "/teams/arrange/site": frozenset({ADMIN}),
    "/teams/arrange/shift": frozenset({ADMIN}),
    "/teams/arrange/team": frozenset({ADMIN}),
    "/teams/arrange/drop": frozenset({ADMIN}),
    "/teams/arrange/place": frozenset({ADMIN}),
    "/factors/reset": CARERS,
    "/factors/reset/{id_:int}/confirm": CARERS,
    "/factors/reset/{id_:int}/refuse": CARERS,
    "/break-glass": CARERS,
    "/people/{id_:str}/open": frozenset({OFFICER, ADMIN}),
    "/access/end": frozenset({ADMIN}),
    "/tokens": frozenset({ADMIN}),
    "/walls": frozenset({ADMIN}),
    "/tokens/{id_:int}/end": frozenset({ADMIN}),
    "/walls/{id_:int}/end": frozenset({ADMIN}),
    "/policies/new": frozenset({ADMIN}),
    "/policies/publish": frozenset({ADMIN}),
    "/policies/{digest:str}/ring": frozenset({ADMIN}),
    "/users": frozenset({ADMIN}),
    "/users/change": frozenset({ADMIN}),
    "/users/disable": frozenset({ADMIN}),
    "/codes": frozenset({ADMIN}),
    "/devices/arrange": frozenset({ADMIN}),
    "/first-day/places": frozenset({ADMIN}),
    "/teams/arrange/all": frozenset({ADMIN}),
}
SOFTWARE = ("/software", "/software/desks", "/software/changes", "/software/findings")
LISTS = ("/", "/floor/part", "/floor/wall", "/findings", *SOFTWARE, "/training", "/teams")
DESKS = ("/tamper", "/devices", "/break-glass")
FILTERED = (*LISTS, "/tamper", "/trends", "/floor/wall/part", "/incidents", "/incidents/part")


def routes(method: str) -> list[str]:
    """Give the paths of all handlers, with their parameters."""
    handlers = (handler for room in page_modules() for handler in room.HANDLERS)
    found = {path for one in handlers if method in one.http_methods for path in one.paths}
    inside = (path for path in found if not is_open(path))
    return sorted(path for path in inside if not path.startswith(("/sign", "/account", "/prove")))


def filled(path: str, desk: str, number: int) -> str:
    """Give a path with an id in the place of each parameter."""
    path = path.replace("requirements/{name:str}", "requirements/pci-dss-8.2.8")
    return re.sub(r"\{\w+:int\}", str(number), re.sub(r"\{\w+:str\}", desk, path))


@pytest.fixture
def two(running: Any, new_desk: Any, event: Any, control: Any) -> tuple[Any, Any]:
    """Give a desk of the own team and one of another; both have all that can be shown."""
    desks = []
    for name, label, words in (
        ("Own team", "own-desk", "own words"),
        ("Hidden team", "hidden-desk", "hidden words"),
    ):
        one = new_desk(team=name, label=label)
        found = {"check": "software", "severity": "high", "message": "software.unsupported"}
        params = {"count": 1, "products": words}
        one.send(
            event(1, "incident.reported", params={"category": "other"}, text=words),
            event(2, **found, params=params),
            event(3, "lesson.answered", params={"lesson": words, "correct": 1}),
            controls=[control("software", "fail", detail=found["message"], params=params)],
            overall="act",
            user=words,
        )
        number, now = len(desks) + 1, running.time()
        running.admin._database.run(lambda c, o=one: programs.give(c, o.id, number, words, now))  # noqa: B023
        desks.append(one)
    running.admin._database.run(_place)
    return desks[0], desks[1]


def _place(connection: Any) -> None:
    ids = {row.name: row.id for row in connection.execute(select(team.c.id, team.c.name))}
    for n, name in enumerate(("Own", "Hidden"), 1):
        places.put_site(connection, f"{name} site")
        places.put_shift(connection, f"{name} shift", 360, 840)
        places.place(connection, ids[f"{name} team"], n, n, 0.0)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_pages_and_no_other(
    running: Any, two: Any, signed_in: Any, role: str
) -> None:
    own, _ = two
    browser = signed_in("rob", role, ("Own team",))
    for path, who in PAGES.items():
        status = browser.get(filled(path, own.id, 1)).status_code
        assert status == (200 if role in who else 404), (role, path)
    assert set(PAGES) <= set(routes("GET"))


@pytest.mark.parametrize("role", sorted(BOUND))
def test_no_route_shows_anything_of_another_team(two: Any, signed_in: Any, role: str) -> None:
    own, hidden = two
    browser = signed_in("rob", role, ("Own team",))
    for path in routes("GET"):
        page = browser.get(filled(path, own.id, 1))
        assert page.status_code in {200, 303, 404}, path
        assert [word for word in HIDDEN if word in page.text] == [], path
        if "{" in path and not path.startswith("/requirements/"):  # the same for every team
            refused = browser.get(filled(path, hidden.id, 2))
            unknown = browser.get(filled(path, "0" * 24, 999))
            assert (refused.status_code, unknown.status_code) == (404, 404), path
            assert refused.text == unknown.text, path
    assert "own-desk" in browser.get("/").text


@pytest.mark.parametrize("role", sorted(BOUND))
def test_no_filter_reaches_another_team(two: Any, signed_in: Any, role: str) -> None:
    assert len(two) == 2
    browser = signed_in("rob", role, ("Own team",))
    for path in FILTERED:
        for name in ("team", "site", "shift"):
            assert browser.get(f"{path}?{name}=1").status_code == 200, (path, name)
            assert browser.get(f"{path}?{name}=2").status_code == 404, (path, name)
        assert "hidden-desk" not in browser.get(f"{path}?text=hidden").text


@pytest.mark.parametrize("role", sorted(BOUND))
def test_no_form_changes_anything_of_another_team(
    running: Any, two: Any, signed_in: Any, role: str
) -> None:
    _, hidden = two
    browser = signed_in("rob", role, ("Own team",))
    token = browser.token()
    before = all_of(running, hidden.id)
    for path in routes("POST"):
        fields = {"outcome": "x", "text": "x", "reason": "x", "name": "x", "id": "2"}
        fields |= {"device": hidden.id, "team": "2"}
        answer = browser.submit(filled(path, hidden.id, 2), token=token, **fields)
        assert answer.status_code < 500, path
        assert [word for word in HIDDEN if word in answer.text] == [], path
    assert all_of(running, hidden.id) == before


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sends_its_forms_and_no_other(
    running: Any, two: Any, signed_in: Any, role: str
) -> None:
    own, _ = two
    browser = signed_in("rob", role, ("Own team",))
    token = browser.token()
    before = counted(running)
    for path, who in FORMS.items():
        if role not in who:
            refused = browser.submit(filled(path, own.id, 1), token=token, name="new", text="x")
            assert refused.status_code == 404, (role, path)
    assert counted(running) == before
    assert set(FORMS) <= set(routes("POST"))
    if role in CARERS:
        assert browser.submit("/incidents/1/note", token=token, text="seen").status_code == 303


def all_of(running: Any, desk: str) -> Any:
    return running.admin._database.run(lambda c: held_data.everything(c, desk, str.upper))


def counted(running: Any) -> list[int]:
    tables = (user, team, incident)
    return running.admin._database.run(  # type: ignore[no-any-return]
        lambda c: [c.scalar(select(func.count()).select_from(t)) for t in tables]
    )


def test_every_line_of_the_menu_leads_to_a_page(two: Any, signed_in: Any) -> None:
    assert len(two) == 2
    for role in ROLES:
        browser = signed_in(f"rob-{role}", role)
        shown = browser.get("/").text
        every = [entry for _, entries in navigation.menu(role) for entry in entries]
        assert {"/", "/teams", "/trends"} <= {entry.path for entry in every}
        for entry in every:
            assert browser.get(entry.path).status_code == 200, (role, entry.path)
            assert f'href="{entry.path}"' in shown


def test_a_page_marks_its_line_in_the_menu(two: Any, browser: Any) -> None:
    own, _ = two
    for path, line in (
        ("/", "/"),
        (f"/desk/{own.id}", "/"),
        ("/teams/arrange", "/teams"),
        ("/incidents/1", "/incidents"),
        ("/users", "/users"),
    ):
        marked = re.findall(r'href="([^"]+)" aria-current="page"', browser.get(path).text)
        assert marked == [line], path


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("stranger", right) for right in Right)
    assert {r for r in Right if not may(ADMIN, r)} == {Right.INSIDE}


def test_each_look_at_people_is_written_down(running: Any, two: Any, signed_in: Any) -> None:
    own, hidden = two
    browser = signed_in("bea", SUPERVISOR, ("Own team",))
    for path in ("/", "/findings", "/incidents", "/incidents/1", "/incidents/2", *DESKS):
        browser.get(path)
    for desk in (own.id, hidden.id):
        for path in (f"/desk/{desk}", f"/desk/{desk}/held", f"/desk/{desk}/held.json"):
            browser.get(path)
    browser.get("/floor/part")
    asked = select(audit_log.c.act, audit_log.c.subject).where(audit_log.c.actor == "bea")
    rows = running.admin._database.run(lambda c: c.execute(asked.order_by(audit_log.c.id)).all())
    acts = [tuple(row) for row in rows if ".seen" in row.act or row.act.startswith("desk.")]
    assert acts == [
        ("floor.seen", ""),
        ("findings.seen", ""),
        ("incidents.seen", ""),
        ("incident.seen", "1"),
        ("tamper.seen", ""),
        ("devices.seen", ""),
        ("break-glass.seen", ""),
        ("desk.seen", own.id),
        ("desk.held", own.id),
        ("desk.exported", own.id),
        ("desk.refused", hidden.id),
        ("desk.refused", hidden.id),
        ("desk.refused", hidden.id),
    ]
