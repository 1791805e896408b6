from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.store.schema.tables import audit_log

PASSWORD = "correct horse battery staple"


@pytest.fixture
def signed_in(
    running: Any, add_known: Any, another: Callable[..., Any]
) -> Iterator[Callable[..., Any]]:
    """Give a browser of a new user with a role and teams."""
    with ExitStack() as open_ones:

        def make(name: str, role: str = "supervisor", teams: tuple[str, ...] = ()) -> Any:
            add_known(running, name, PASSWORD, role, teams)
            browser = open_ones.enter_context(another())
            assert browser.sign_in(name, PASSWORD).status_code == 303
            return browser

        yield make


def audit(running: Any, actor: str) -> list[tuple[str, str]]:
    """Give what the audit log says that a user did."""
    asked = select(audit_log.c.act, audit_log.c.subject).where(audit_log.c.actor == actor)
    rows = running.admin._database.run(lambda c: list(c.execute(asked.order_by(audit_log.c.id))))
    return [(row.act, row.subject) for row in rows]


def test_a_supervisor_sees_the_own_teams_alone(new_desk: Any, signed_in: Any, event: Any) -> None:
    for team in ("Billing", "Sales", "Night"):
        desk = new_desk(team=team, label=f"{team}-1")
        desk.send(event(1, "incident.reported", params={"category": "other"}, text=f"in {team}"))
    mine = signed_in("bea", teams=("Billing", "Night"))
    for path in ("/", "/floor/part", "/incidents"):
        page = mine.get(path).text
        assert "Billing" in page
        assert "Night" in page
        assert "Sales" not in page
    assert 'class="badge">2' in mine.get("/").text


@pytest.mark.parametrize("role", ["admin", "officer", "auditor"])
def test_who_is_bound_to_no_team_sees_all(new_desk: Any, signed_in: Any, role: str) -> None:
    for team in ("Billing", "Sales"):
        new_desk(team=team, label=f"{team}-1")
    page = signed_in("boss", role, ("Billing",)).get("/").text
    assert "Billing-1" in page
    assert "Sales-1" in page
    assert GIVE_TEAMS not in page


GIVE_TEAMS = "Nobody gave you a team yet"


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
def test_without_a_team_nothing_is_seen_but_what_to_do_about_it(
    new_desk: Any, signed_in: Any, event: Any, control: Any, role: str
) -> None:
    desk = new_desk(team="Billing", label="Billing-1")
    told = event(1, "incident.reported", params={"category": "other"}, text="a stranger")
    desk.send(told, controls=[control(state="fail")], overall="act")
    browser = signed_in("sue", role)
    pages = ("/", "/incidents", "/findings", "/teams", "/trends", "/software", "/training")
    for path in (*pages, "/tamper", "/exports", "/floor/wall"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert GIVE_TEAMS in page.text, path
        assert "Billing" not in page.text, path
        assert "a stranger" not in page.text, path
    assert browser.get(f"/desk/{desk.id}").status_code == 404
    assert browser.get("/incidents/1").status_code == 404
    for sheet in ("desks", "findings", "events"):
        assert "Billing" not in browser.get(f"/exports/{sheet}.csv").text


def test_a_desk_of_another_team_is_not_there_and_the_try_is_written_down(
    running: Any, new_desk: Any, signed_in: Any
) -> None:
    own, other = new_desk(team="Billing"), new_desk(team="Sales", label="secret-desk")
    browser = signed_in("bea", teams=("Billing",))
    assert browser.get(f"/desk/{own.id}").status_code == 200
    refused = browser.get(f"/desk/{other.id}")
    unknown = browser.get("/desk/" + "0" * 24)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert "secret-desk" not in refused.text
    assert refused.text == unknown.text
    acts = audit(running, "bea")
    assert ("desk.seen", own.id) in acts
    assert ("desk.refused", other.id) in acts


@pytest.mark.parametrize("act", ["take", "close"])
def test_an_incident_of_another_team_cannot_be_touched(
    running: Any, new_desk: Any, signed_in: Any, event: Any, act: str
) -> None:
    new_desk(team="Sales").send(event(1, "incident.reported"))
    one = running.admin.incidents()[0]
    browser = signed_in("bea", teams=("Billing",))
    browser.submit(f"/incidents/{one.id}/{act}", token=browser.token(), outcome="gone")
    assert running.admin.incidents() == [one]
    assert ("incident.refused", str(one.id)) in audit(running, "bea")


def test_only_an_administrator_makes_codes(running: Any, signed_in: Any) -> None:
    supervisor, boss = signed_in("bea", teams=("Billing",)), signed_in("boss", "admin")
    assert "/codes" not in supervisor.get("/").text
    assert "An administrator enrols desks" in supervisor.get("/").text
    assert supervisor.get("/codes").status_code == 404
    made = supervisor.submit("/codes", token=supervisor.token(), team="Billing")
    assert made.status_code == 404
    assert "/codes" in boss.get("/").text
    assert boss.submit("/codes", token=boss.token(), team="Billing").status_code == 200
    assert ("code.made", "Billing (1)") in audit(running, "boss")


def test_new_teams_end_the_sessions_and_count_at_the_next_sign_in(
    running: Any, new_desk: Any, signed_in: Any
) -> None:
    new_desk(team="Billing", label="b-1")
    browser = signed_in("bea", teams=("Billing",))
    running.admin.add_user("bea", PASSWORD, "supervisor", ("Sales",))
    assert browser.get("/").status_code == 303
    browser.sign_in("bea", PASSWORD)
    assert "b-1" not in browser.get("/").text
    running.admin.add_user("bea", PASSWORD, "supervisor", ("Sales", "Billing"))
    browser.sign_in("bea", PASSWORD)
    assert "b-1" in browser.get("/").text
