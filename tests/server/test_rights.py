"""Every route as every role: who is let in, whom it does not exist for, and no other team's things.

A route that is new fails here until somebody has said in `rights.toml` who may use it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from agentguard.model.vendors import Vendor
from agentguard.policy.parser import parse
from agentguard.server.console.gate import is_open
from agentguard.server.console.navigation import page_modules
from agentguard.server.roles import BOUND, ROLES, Right, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks.batch_codes import Wish
from agentguard.server.store.factors import resets
from agentguard.server.store.persons import use_spans
from agentguard.server.store.records import legal_holds
from agentguard.server.store.reports import exceptions, incidents
from agentguard.server.store.schema.sign_in_tables import desk_person
from agentguard.server.store.schema.tables import METADATA, device, finding
from agentguard.server.store.software import vendors
from agentguard.server.tamper import items, kinds, strangers
from tests.server import programs
from tests.server.test_policies import label
from tests.server.test_roles import signed_in
from tests.unit.policy.signing import Said, chain, root

__all__ = ["signed_in"]

TABLE = tomllib.loads((Path(__file__).parent / "rights.toml").read_text(encoding="utf-8"))
EVERYBODY = "everybody"
LAST = ("POST", "/sign-out")
PASSING = frozenset(
    {"audit_log", "audit_head", "audit_checkpoint", "session", "challenge", "sign_in_step"}
)
"""Tables that a look alone may write."""
OWN, OTHER = "desk-of-mine", "desk-of-others"
POLICY = parse(Said().text.encode(), "site", ()).digest
SHEETS = ("desks.csv", "findings.csv", "events.csv")


def wanted() -> dict[tuple[str, str], Right | None]:
    """Give the right that each route wants; None where everybody may use it."""
    found: dict[tuple[str, str], Right | None] = {}
    for route, right in TABLE.items():
        method, path = route.split()
        found[method, path] = None if right == EVERYBODY else Right(right)
    return found


NOT_MADE = frozenset({
    "/evidence/{id_:str}/pack.zip", "/evidence/{id_:str}/summary.pdf",
    "/incidents/{id_:int}/look", "/incidents/{id_:int}/look/{look:int}",
})  # fmt: skip
"""No pack is made yet (test_evidence_page), and no incident is an insider's (test_responses)."""
OF_ALL_TEAMS = frozenset({"/tamper/endpoint/{id_:int}/sign-off"})
"""What strangers did to the endpoint: who sees some teams only is shown none of it."""
OF_NO_TEAM = frozenset({"/requirements/{name:str}"})
"""What is the same for all; what stands on it is of the visitor's own teams."""


def routes() -> list[tuple[str, str]]:
    """Give the routes that are there for people who are signed in, to sign out at the end."""
    every = [
        (method, path)
        for room in page_modules()
        for handler in room.HANDLERS
        for path in handler.paths
        for method in sorted(handler.http_methods - {"OPTIONS"})
    ]
    inside = [one for one in every if not is_open(one[1])]
    return sorted(inside, key=lambda one: one == LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What a team has: a desk, one that waits, things to decide, and a person who proved there."""

    desk: str
    waits: str
    incident: int
    closed: int
    tamper: int
    endpoint: int
    resets: tuple[int, int]
    person: str
    pseudonym: str
    program: int
    finding: int
    exception: str
    wave: dict[str, str]

    def filled(self, path: str) -> str:
        """Put what is the team's into the place of a route's parameter."""
        what = {
            "/incidents": self.incident,
            "/findings": self.finding,
            "/exceptions": self.exception,
            "/tamper/endpoint": self.endpoint,
            "/tamper": self.tamper,
            "/desk": self.desk,
            "/devices": self.waits,
            "/factors": self.resets[path.endswith("refuse")],
            "/exports": SHEETS[0],
            "/people": self.pseudonym,
            "/policies": POLICY,
            "/software/products": self.desk,
            "/software/programs": self.program,
            "/requirements": "pci-dss-8.2.8",
        }
        place = next((str(of) for start, of in what.items() if path.startswith(start)), "1")
        if path in {"/incidents/{id_:int}/sign-off", "/incidents/{id_:int}/reopen"}:
            place = str(self.closed)
        path = path.replace("{hold:int}", "1")  # what was asked for one route before
        return re.sub(r"\{\w+:\w+\}", place, path)

    @property
    def fields(self) -> dict[str, str]:
        """What any form is sent with: for those that name a desk or a person, the team's."""
        words = dict.fromkeys(("note", "outcome", "text", "reason"), "a word")
        lock = {"device": self.desk, "act": "lock", "seconds": "3600", "do": "end"}
        words["playbook"] = "general"
        return {**words, **lock, "desk": self.desk, "owner": self.person, "realm": "desk"}


def wish(desk: str, now: float) -> exceptions.Wish:
    """Give what is asked for at a desk."""
    return exceptions.Wish(
        control="firewall",
        scope="desk",
        place=desk,
        named=desk,
        reason="a reason of many signs",
        instead="somebody watches",
        until=now + 3600,
        worst="high",
    )


def seat(running: Any, desk: str, name: str) -> use_spans.Seen:
    """Say that a person used a desk."""
    now, sealed = running.time(), running.admin._keys.seal(name)
    return use_spans.Seen(device=desk, person=f"p-{desk}", sealed=sealed, since=now, at=now)


@pytest.fixture
def team(running: Any, new_desk: Callable[..., Any], event: Any) -> Callable[..., Team]:
    """Make a team that has one of everything."""

    def make(name: str, label: str) -> Team:
        desk, waits = new_desk(team=name, label=label), new_desk(team=name, label=f"{label}-2")
        first, second = (event(n, "incident.reported", text=f"seen by {label}") for n in (1, 2))
        desk.send(first, event(3, "finding.opened", check="firewall", subject="s"), second)
        now, run = running.time(), running.admin._database.run
        boss = Visitor(name="boss", role="admin", token="", scope=None)
        seen = [one for one in running.admin.incidents() if one.device == desk.id]
        run(lambda c: vendors.add(c, Vendor(name=f"Maker at {label}"), "boss", now))
        run(lambda c: incidents.close(c, seen[1].id, boss, now, "done"))
        run(
            lambda c: c.execute(
                update(device).values(status="pending").where(device.c.id == waits.id)
            )
        )
        asked = []
        for person in (f"ada at {label}", f"bob at {label}"):
            run(
                lambda c, p=person: c.execute(
                    insert(desk_person).values(user=p, device=desk.id, at=now)
                )
            )
            run(lambda c, p=person: resets.ask(c, ("desk", p), "lost", "boss", now))
            asked.append(run(lambda c: resets.waiting(c, now))[-1].id)
        turn = run(lambda c: items.raise_(c, desk.id, kinds.FORK, now))
        run(lambda c: items.raise_(c, desk.id, kinds.CLOCK_WRONG, now))
        run(lambda c: strangers.note(c, kinds.STRANGERS_SILENT, 100, now))
        number = ord(label[-1])
        run(lambda c: programs.give(c, desk.id, number, label, now))
        third = f"eve at {label}"
        run(lambda c: c.execute(insert(desk_person).values(user=third, device=desk.id, at=now)))
        run(lambda c: use_spans.take_all(c, [seat(running, desk.id, third)]))
        return Team(
            desk=desk.id,
            waits=waits.id,
            incident=seen[0].id,
            closed=seen[1].id,
            tamper=turn.id,
            endpoint=run(lambda c: strangers.waiting(c, None))[0].id,
            resets=(asked[0], asked[1]),
            person=third,
            pseudonym=f"p-{desk.id}",
            program=number,
            finding=run(
                lambda c: c.scalar(select(finding.c.id).where(finding.c.device == desk.id))
            ),
            exception=run(lambda c: exceptions.ask(c, wish(desk.id, now), "boss", now)),
            wave={"kind": kinds.CLOCK_WRONG.id, "first": str(now), "last": str(now)},
        )

    return make


@pytest.fixture
def visit(running: Any, signed_in: Callable[..., Any]) -> Callable[[str], Any]:
    """Sign somebody of a role in, who sees the team Billing where the role is bound to teams."""

    def begin(role: str) -> Any:
        running.admin.policies.publish_roots(chain(root()))
        running.admin.policies.publish(Said().signed(), label(Said()), 1)
        running.admin.batch_code("Billing", Wish(team=0, most=2, hours=24, confirm=True))
        running.admin.keeping.hold(
            legal_holds.Asked(kind="team", subject="Billing", reason="r"), "boss"
        )
        return signed_in("vera", role, ("Billing",) if role in BOUND else ())

    return begin


def ask(browser: Any, method: str, path: str, mine: Team, token: str) -> Any:
    if method == "GET":
        return browser.get(path)
    wave = mine.wave if path == "/tamper/together/sign-off" else {}
    return browser.submit(path, token=token, **mine.fields, **wave)


def held(running: Any) -> dict[str, list[Any]]:
    """Give all rows but those that a look alone may write."""
    tables = [one for one in METADATA.sorted_tables if one.name not in PASSING]
    read = running.admin._database.run
    return {one.name: read(lambda c, t=one: c.execute(select(t)).all()) for one in tables}


def test_somebody_has_said_of_every_route_who_may_use_it() -> None:
    assert set(routes()) == set(wanted())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_let_in_where_it_has_the_right(
    running: Any, team: Any, visit: Any, role: str
) -> None:
    mine, browser = team("Billing", OWN), visit(role)
    token = browser.token()
    for method, path in routes():
        right = wanted()[method, path]
        if path in NOT_MADE:
            continue
        if right is None or may(role, right):
            answer = ask(browser, method, mine.filled(path), mine, token)
            if role in BOUND and path in OF_ALL_TEAMS:
                assert answer.status_code == 404, (method, path)
                continue
            assert answer.status_code not in {404, 405, 500, 503}, (method, path)
            assert answer.headers.get("location") != "/sign-in" or (method, path) == LAST, path


@pytest.mark.parametrize("role", ROLES)
def test_where_a_role_has_no_right_there_is_nothing_and_nothing_is_done(
    running: Any, team: Any, visit: Any, role: str
) -> None:
    mine, browser = team("Billing", OWN), visit(role)
    token, before = browser.token(), held(running)
    for method, path in routes():
        right = wanted()[method, path]
        if right is not None and not may(role, right):
            answer = ask(browser, method, mine.filled(path), mine, token)
            assert answer.status_code == 404, (method, path)
            assert OWN not in answer.text
    assert held(running) == before


@pytest.mark.parametrize("role", sorted(BOUND))
def test_what_is_another_team_s_is_neither_seen_nor_changed(
    running: Any, team: Any, visit: Any, role: str
) -> None:
    team("Billing", OWN)
    other, browser = team("Sales", OTHER), visit(role)
    token, before = browser.token(), held(running)
    for method, path in routes():
        about_one = "{" in path or path in {"/break-glass", "/factors/reset", "/factors/app"}
        if path.startswith("/account") or (method == "POST" and not about_one):
            continue
        answer = ask(browser, method, other.filled(path), other, token)
        assert OTHER not in answer.text.replace(other.person, "").replace(other.desk, ""), path
        if "{" in path and not path.startswith("/exports") and path not in OF_NO_TEAM:
            assert answer.status_code in {404, 303}, (method, path)
    for sheet in SHEETS:
        text = browser.get(f"/exports/{sheet}").text
        assert OWN in text
        assert OTHER not in text
    assert held(running) == before
