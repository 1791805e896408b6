"""Whoever is bound to teams acts on people of those teams, whatever a desk says of its user.

A search: every form and every page about one thing, with every desk, person and thing of another
team in it, alone and beside one's own. What is out of scope is not there, and nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pyotp
import pytest

from agentguard.server.console.gate import is_open
from agentguard.server.roles import BOUND, Right, may
from agentguard.server.store.factors import one_time_codes, opened_desks, team_scope
from tests.server.test_factors import act
from tests.server.test_rights import (
    OF_NO_TEAM,
    OTHER,
    OWN,
    Team,
    held,
    routes,
    signed_in,
    team,
    visit,
    wanted,
)

__all__ = ["signed_in", "team", "visit"]

ABOUT: dict[str, tuple[str, ...]] = {
    "/break-glass": ("desk",),
    "/factors/app": ("desk", "owner"),
    "/factors/reset": ("owner",),
}
"""What a form without a parameter in its address acts on."""
OF_ONESELF = {
    *("/prove", "/sign-out", "/account/passkey", "/account/totp", "/account/totp/confirm"),
    *(
        "/account/totp/forget",
        "/account/recovery",
        "/account/password",
        "/account/language",
        "/account/zone",
    ),
    *("/account/notices", "/findings/views"),
    # these name neither a desk nor a person, and are held against the scope in test_drills,
    # test_exceptions, test_care and test_responses
    *("/drills", "/exceptions", "/findings/change", "/incidents/new"),
    "/tamper/together/sign-off",  # by a key of the whole, held against the scope in test_together
}
OWN_ID = ("/account/",)
"""Where the parameter is a thing of the visitor's own."""
CLAIMED, TOLD, UNKNOWN = "carl of sales", "dora of sales", "nobody anywhere"


def bound(right: Right | None) -> bool:
    return right is None or any(may(role, right) for role in BOUND)


def forms() -> list[str]:
    """Give the forms that somebody bound to teams may send, and whose address names nothing."""
    return [
        path
        for method, path in routes()
        if method == "POST" and "{" not in path and bound(wanted()[method, path])
    ]


def things() -> list[tuple[str, str]]:
    """Give the pages and forms about one thing."""
    return [
        (method, path)
        for method, path in routes()
        if "{" in path and not path.startswith(OWN_ID) and bound(wanted()[method, path])
    ]


def test_of_every_form_somebody_has_said_what_it_is_about() -> None:
    assert set(forms()) == {*ABOUT, *OF_ONESELF}
    assert not any(is_open(path) for path in ABOUT)


class World:
    """Two teams, and people of the other one whom a desk of the visitor's own team names."""

    def __init__(self, running: Any, new_desk: Any, mine: Team, other: Team) -> None:
        self.running, self.mine, self.other = running, mine, other
        self.desk = new_desk(label="desk-that-lies")
        theirs = new_desk(team="Sales", label="s-9")
        secret = pyotp.TOTP(running.admin.desk_totp(CLAIMED)[0])
        self.prove(theirs, CLAIMED, secret.at(running.time.at))
        assert theirs.send(user=TOLD).status_code == 200
        for name in (CLAIMED, TOLD, other.person):
            assert self.desk.send(user=name).status_code == 200
            code = running.admin._database.run(
                lambda c: opened_desks.make(c, self.desk.id, "r", "boss", running.time.at)
            )
            self.prove(self.desk, name, code, "break-glass")

    def prove(self, desk: Any, name: str, answer: str, factor: str = "totp") -> None:
        asked = {"device": desk.id, "user": name, "group": "g", "factor": factor}
        assert desk.post("/v1/proofs", {**asked, "answer": answer}).json()["accepted"]

    @property
    def strangers(self) -> tuple[str, ...]:
        """People who are not the visitor's, whatever the lying desk says."""
        return CLAIMED, TOLD, UNKNOWN, self.other.person

    @property
    def desks(self) -> dict[str, bool]:
        """Give desks by id and by name, and whether they are the visitor's."""
        return {self.mine.desk: True, OWN: True, self.other.desk: False, OTHER: False}


@pytest.fixture
def world(running: Any, new_desk: Callable[..., Any], team: Any) -> World:
    return World(running, new_desk, team("Billing", OWN), team("Sales", OTHER))


def test_no_form_does_anything_for_a_desk_or_a_person_of_another_team(
    running: Any, world: World, visit: Any
) -> None:
    browser = visit("supervisor")
    token, before = browser.token(), held(running)
    people = dict.fromkeys(world.strangers, False) | {world.mine.person: True}
    words = {"reason": "a word", "realm": "desk"}
    tried = 0
    for path, (desk, own_desk), (person, own_person) in product(
        sorted(ABOUT), world.desks.items(), people.items()
    ):
        mine = {"desk": own_desk, "owner": own_person}
        if all(mine[what] for what in ABOUT[path]):
            continue
        browser.submit(path, token=token, desk=desk, owner=person, **words)
        assert held(running) == before, (path, desk, person)
        tried += 1
    assert tried > 30


@pytest.mark.parametrize("role", sorted(BOUND))
def test_nothing_of_another_team_is_there_beside_one_s_own_in_the_form(
    running: Any, world: World, visit: Any, role: str
) -> None:
    """The thing of the other team in the address, and in the form what is the visitor's."""
    browser = visit(role)
    token, before = browser.token(), held(running)
    for (method, path), fields in product(things(), (world.mine.fields, world.other.fields)):
        if path in OF_NO_TEAM or path.startswith(
            "/exports"
        ):  # a sheet of whatever may be seen, held in test_rights
            continue
        where = world.other.filled(path)
        answer = (
            browser.get(where) if method == "GET" else browser.submit(where, token=token, **fields)
        )
        assert answer.status_code in {404, 303}, (method, path)
        assert OTHER not in answer.text.replace(world.other.desk, "")
    assert held(running) == before


def test_a_form_for_one_s_own_desk_and_person_is_done(
    running: Any, world: World, visit: Any
) -> None:
    """What the search above leaves out does work, so that it searches something."""
    browser = visit("supervisor")
    for path in sorted(ABOUT):
        before = held(running)
        act(browser, path, **world.mine.fields)
        assert held(running) != before, path


def test_whom_a_desk_opened_for_is_not_its_team_s_to_see_or_to_reset(
    running: Any, world: World, signed_in: Any
) -> None:
    """Two supervisors of a team, and a code of theirs that was sent with another team's person."""
    sue, tom = (signed_in(name, teams=("Billing",)) for name in ("sue", "tom"))
    for name in (CLAIMED, world.other.person):
        for page in ("/factors", "/break-glass"):
            assert name not in sue.get(page).text
        for browser in (sue, tom):
            asked = act(browser, "/factors/reset", owner=name, reason="lost")
            assert asked.status_code == 404
    sam = signed_in("sam", teams=("Sales",))
    assert CLAIMED in sam.get("/factors").text
    assert act(sam, "/factors/reset", owner=CLAIMED, reason="lost").status_code == 303
    assert CLAIMED not in sue.get("/factors").text, "nor that a reset waits"
    assert act(signed_in("ada", "admin"), "/factors/reset", owner=TOLD, reason="lost").is_redirect


def test_a_person_s_page_tells_who_only_has_a_desk_that_says_so_nothing_of_factors_and_openings(
    running: Any, world: World, signed_in: Any
) -> None:
    sue, ada = signed_in("sue", teams=("Billing",)), signed_in("ada", "admin")
    page = f"/people/{running.admin._keys.pseudonym(CLAIMED)}"
    act(ada, f"{page}/open", reason="a theft")
    assert "One-time codes" in ada.get(page).text
    with_app = sue.get(page)
    assert with_app.status_code == 200, "that its desk named somebody is the team's to see"
    assert "Name unknown" not in with_app.text
    assert CLAIMED not in with_app.text
    running.admin._database.run(lambda c: one_time_codes.forget(c, one_time_codes.DESK, CLAIMED))
    plain = sue.get(page).text
    assert plain.count("One-time codes") == with_app.text.count("One-time codes") == 0


def test_a_person_moves_with_the_proofs(running: Any, new_desk: Any) -> None:
    """Who proves at desks of another team is of both, and after three months of that one alone."""
    here, there = new_desk(), new_desk(team="Sales", label="s-1")
    secret = pyotp.TOTP(running.admin.desk_totp("maria")[0])

    def prove(desk: Any) -> None:
        running.time.at += 60
        asked = {"device": desk.id, "user": "maria", "group": "g", "factor": "totp"}
        code = secret.at(running.time.at)
        assert desk.post("/v1/proofs", {**asked, "answer": code}).json()["accepted"]

    def teams() -> set[str]:
        read, keys = running.admin._database.run, running.admin._keys
        ids = {row.name: row.id for row in read(belonging_teams)}
        now = running.time.at
        return {
            name
            for name, id_ in ids.items()
            if read(lambda c, i=id_: team_scope.belongs(c, keys, frozenset({i}), "maria", now))
        }

    assert teams() == set(), "an app that nobody has proved with is for who sees every team"
    prove(here)
    assert teams() == {"Billing"}
    prove(there)
    assert teams() == {"Billing", "Sales"}
    running.time.at += team_scope.SECONDS
    assert teams() == {"Billing", "Sales"}, "who was away for long is still of the last teams"
    prove(there)
    assert teams() == {"Sales"}


def belonging_teams(connection: Any) -> Any:
    from sqlalchemy import select  # noqa: PLC0415 - only here

    from agentguard.server.store.schema.tables import team as teams  # noqa: PLC0415 - as above

    return connection.execute(select(teams)).all()
