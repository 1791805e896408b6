"""Desks and teams get other names and places: all that was asked for or nothing, and audited."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.roles import Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.floor import moves, places
from agentguard.server.store.floor.moves import MoveRefused, Wanted
from agentguard.server.store.records import legal_holds
from agentguard.server.store.schema.control_tables import desk_team
from agentguard.server.store.schema.tables import audit_log, device, team
from agentguard.wire import v1
from tests.server.test_policies import label
from tests.unit.policy.signing import Said, chain, root


def standing(running: Any) -> dict[str, tuple[str, str]]:
    """Give label and team of each desk."""
    asked = select(device.c.id, device.c.label, team.c.name).join(team, team.c.id == device.c.team)
    rows = running.admin._database.run(lambda c: c.execute(asked).all())
    return {row.id: (row.label, row.name) for row in rows}


def acts(running: Any) -> list[tuple[str, str]]:
    asked = select(audit_log.c.act, audit_log.c.subject).order_by(audit_log.c.id)
    rows = running.admin._database.run(lambda c: c.execute(asked).all())
    return [(r.act, r.subject) for r in rows if r.act.endswith((".moved", ".renamed"))]


@pytest.fixture
def two(running: Any, new_desk: Any) -> tuple[str, str, int]:
    """Give two desks of Billing and the number of the team Sales."""
    first, second = (new_desk(team="Billing", label=name).id for name in ("b-1", "b-2"))
    return first, second, running.admin._database.run(lambda c: team_id(c, "Sales"))


def send(browser: Any, *ids: str, **fields: str) -> Any:
    form = {"token": browser.token(), "desk": list(ids), **fields}
    return browser.http.post(
        "/devices/arrange", data=form, headers={"sec-fetch-site": "same-origin"}
    )


def test_row_397_many_desks_move_and_are_renamed_with_one_click(
    running: Any, browser: Any, two: tuple[str, str, int]
) -> None:
    first, second, sales = two
    listed = browser.get("/devices").text
    assert listed.count('form="ticked"') == 2
    asked = browser.get(f"/devices/arrange?desk={first}&desk={second}&desk=nobody").text
    assert asked.count('name="desk"') == 2
    names = {f"label-{first}": "  s  1 ", f"label-{second}": "b-2"}
    assert send(browser, first, second, all=str(sales), **names).status_code == 303
    assert standing(running) == {first: ("s 1", "Sales"), second: ("b-2", "Sales")}
    assert acts(running) == [
        ("device.renamed", f"{first} s 1"),
        ("device.moved", f"{first} Billing > Sales"),
        ("device.moved", f"{second} Billing > Sales"),
    ]
    turns = running.admin._database.run(lambda c: c.execute(select(desk_team)).all())
    assert sales in {row.team for row in turns}, "what is told from now on counts for the new team"


def test_what_is_as_it_was_is_no_change(running: Any, browser: Any, two: Any) -> None:
    first, second, _ = two
    billing = str(running.admin._database.run(lambda c: team_id(c, "Billing")))
    same = {f"label-{first}": "b-1", f"label-{second}": "b-2"}
    assert send(browser, first, second, all=billing, **same).status_code == 303
    assert acts(running) == []


@pytest.mark.parametrize(
    ("name", "into"), [("", "Sales"), ("a\x07b", "Sales"), ("x" * 201, "Sales"), ("s-2", "99")]
)
def test_row_397_one_that_cannot_be_changed_keeps_all_as_they_were(
    running: Any, browser: Any, two: tuple[str, str, int], name: str, into: str
) -> None:
    first, second, sales = two
    before = standing(running)
    wanted = {f"team-{first}": str(sales), f"label-{first}": "s-1", f"label-{second}": name,
              f"team-{second}": str(sales) if into == "Sales" else into}  # fmt: skip
    answer = send(browser, first, second, **wanted)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert 'value="s-1"' in answer.text, "what was typed is still there"
    assert (standing(running), acts(running)) == (before, [])


def publish(running: Any, said: Said) -> str:
    """Publish a policy, and let its freshness pass; give its digest."""
    running.admin.policies.publish(said.signed(), label(said), 100)
    return label(said).digest


def answered(running: Any, desk: Any, present: str) -> tuple[str, str]:
    """Give the policy and the team that a report is told."""
    running.time.at += 60
    told = desk.send(policy_digest=present).json()
    return told.get("policy_digest", ""), json.loads(told["receipt"]).get("team", "")


def test_row_453_a_moved_desk_is_told_its_team_with_its_policy_at_the_next_report(
    running: Any, browser: Any, new_desk: Any
) -> None:
    desk = new_desk(team="Billing", label="b-1")
    sales = running.admin._database.run(lambda c: team_id(c, "Sales"))
    running.admin.policies.publish_roots(chain(root()))
    general = publish(running, Said(version=1))
    assert answered(running, desk, "") == (general, "Billing")
    assert answered(running, desk, general) == ("", ""), "nothing is told of what it has"
    own = publish(running, Said(version=2, group="Sales"))
    form = {f"label-{desk.id}": "b-1"}
    assert send(browser, desk.id, all=str(sales), **form).status_code == 303
    assert answered(running, desk, general) == (own, "Sales")
    assert desk.get(v1.POLICY).headers["etag"] == f'"{own}"'
    assert answered(running, desk, own) == ("", "")


@pytest.mark.parametrize(
    ("has", "of_sales"),
    [
        pytest.param(Said(version=3), Said(version=2, group="Sales"), id="newer-for-everybody"),
        pytest.param(Said(version=3, group="Billing"), Said(version=2), id="newer-for-its-team"),
        pytest.param(Said(version=3, group="Billing"), None, id="none-for-the-other"),
    ],
)
def test_row_453_a_desk_that_would_keep_what_is_not_its_new_teams_does_not_move(
    running: Any, browser: Any, new_desk: Any, has: Said, of_sales: Said | None
) -> None:
    desk = new_desk(team="Billing", label="b-1")
    sales = running.admin._database.run(lambda c: team_id(c, "Sales"))
    running.admin.policies.publish_roots(chain(root()))
    if of_sales is not None:
        publish(running, of_sales)
    assert answered(running, desk, publish(running, has)) == ("", "")
    before = standing(running)
    answer = send(browser, desk.id, all=str(sales), **{f"label-{desk.id}": "b-1"})
    assert answer.status_code == 409
    assert "a desk never goes back to an older one" in answer.text
    assert standing(running) == before
    publish(running, Said(version=4, group="Sales"))
    form = {f"label-{desk.id}": "b-1"}
    assert send(browser, desk.id, all=str(sales), **form).status_code == 303


def test_a_team_that_policies_are_signed_for_keeps_its_name(
    running: Any, browser: Any, two: tuple[str, str, int]
) -> None:
    sales = two[2]
    running.admin.policies.publish_roots(chain(root()))
    publish(running, Said(group="Sales"))
    before = standing(running)
    answer = browser.submit("/teams/arrange/all", token=browser.token(), team=str(sales),
                            **{f"name-{sales}": "Shop"})  # fmt: skip
    assert answer.status_code == 409
    assert "A signature cannot be renamed" in answer.text
    assert standing(running) == before


@pytest.mark.parametrize(("scope", "kind"), [({"Sales"}, "gone"), ({"Billing"}, "gone")])
def test_row_397_a_scope_is_held(
    running: Any, two: tuple[str, str, int], scope: set[str], kind: str
) -> None:
    """From a team that may not be seen, and into one."""
    first, _, sales = two
    run = running.admin._database.run
    own: Scope = frozenset(run(lambda c, n=name: team_id(c, n)) for name in scope)
    by = Visitor(name="bea", role="supervisor", token="", scope=own)
    wanted = [Wanted(id=first, label="b-1", team=sales)]
    with pytest.raises(MoveRefused) as refused:
        run(lambda c: moves.arrange(c, wanted, by, 0.0))
    assert refused.value.kind == kind
    assert acts(running) == []


def test_row_397_teams_are_named_and_placed_at_once_and_holds_go_along(
    running: Any, browser: Any, two: tuple[str, str, int]
) -> None:
    run = running.admin._database.run
    billing = run(lambda c: team_id(c, "Billing"))
    run(lambda c: places.put_site(c, "Porto"))
    asked = legal_holds.Asked(kind="team", subject="Billing", reason="r")
    running.admin.keeping.hold(asked, "boss")
    form = {"token": browser.token(), "team": [str(billing), str(two[2])]}
    form |= {f"name-{billing}": "Accounts", f"name-{two[2]}": "Sales", f"site-{two[2]}": "1"}
    same = {"sec-fetch-site": "same-origin"}
    assert browser.http.post("/teams/arrange/all", data=form, headers=same).status_code == 303
    placed = {one.name: one.site for one in run(places.list_placed)}
    assert placed == {"Accounts": None, "Sales": 1}
    assert ("team.renamed", "Billing > Accounts") in acts(running)
    assert [one.subject for one in run(legal_holds.list_holds)] == ["Accounts"]
    form[f"name-{billing}"] = "Sales"
    answer = browser.http.post("/teams/arrange/all", data=form, headers=same)
    assert answer.status_code == 409
    assert {one.name for one in run(places.list_placed)} == {"Accounts", "Sales"}
