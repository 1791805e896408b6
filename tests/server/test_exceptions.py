"""Exceptions: asked for, approved by a second person, told to the desk signed, ended, proved."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from agentguard.commands._policy_reader import READING
from agentguard.server.policies.exceptions import Rules
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks.devices import RETIRED
from agentguard.server.store.floor import exception_pages
from agentguard.server.store.reports import exceptions
from agentguard.server.store.schema.tables import device
from agentguard.uplink.signing import signed_by
from agentguard.wire import exceptions as wire
from agentguard.wire import v1
from tests.server.conftest import PASSWORD
from tests.unit.policy.signing import Said, chain, root

HOUR, DAY = 3600.0, 86400.0
REASON = "The new headsets need their driver from a stick."
INSTEAD = "The team leader watches the sticks."
ALLOWS = """exceptions:
  - control: usb-storage
    hours: 168
"""


def said(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def do(running: Any, what: Any) -> Any:
    return running.admin._database.run(what)


@pytest.fixture
def policy(running: Any) -> str:
    """Publish a policy that allows an exception for a week; give its digest."""
    running.admin.policies.publish_roots(chain(root()))
    raw = Said(version=1, loosens=True, rules=ALLOWS).signed()
    made = running.admin.policies.judged(raw, "site", READING)
    running.admin.policies.publish(raw, made.label, 100)
    return str(made.label.digest)


@pytest.fixture
def three(new_desk: Any, policy: str) -> list[Any]:
    """Give three desks of a team that have the policy."""
    desks = [new_desk(label=f"desk-{n}") for n in range(3)]
    for one in desks:
        one.send(policy_digest=policy, excepted="")
    return desks


@pytest.fixture
def officer(running: Any, another: Any, add_known: Any) -> Any:
    add_known(running, "olga", PASSWORD, "officer")
    with another() as one:
        one.sign_in("olga", PASSWORD)
        yield one


def post(browser: Any, path: str, **fields: str) -> Any:
    """Send a form as a page of the console gives it."""
    return browser.submit(path, token=browser.token(), **fields)


def ask(browser: Any, **more: Any) -> Any:
    form = {
        "control": "usb-storage",
        "place": "team:1",
        "hours": "72",
        "reason": REASON,
        "instead": INSTEAD,
        **more,
    }
    return post(browser, "/exceptions", **form)


def only(running: Any) -> Any:
    now = running.time()
    (line,) = do(running, lambda c: exception_pages.lines(c, None, now, over=False))
    return line


def overlay(answer: Any, desk: Any) -> wire.Exceptions | None:
    """Give the list that an answer brings, once its signature is that of the endpoint."""
    received = msgspec.json.decode(answer.content, type=v1.Received)
    if not received.exceptions:
        return None
    payload = received.exceptions.encode()
    key = desk.enrolled.receipt_key
    assert signed_by(key, wire.seal(payload), received.exceptions_signature)
    assert not signed_by(key, payload, received.exceptions_signature), "it has a type of its own"
    return msgspec.json.decode(payload, type=wire.Exceptions)


def test_row_310_an_exception_of_days_needs_a_second_person(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    none = "No exception holds or waits"
    assert none in said(browser.get("/exceptions"))
    assert ask(browser).status_code == 303
    line = only(running)
    assert (line.state, line.desks) == ("asked", 0)
    assert none not in said(browser.get("/exceptions")), "one waits"
    own = post(browser, f"/exceptions/{line.id}/approve")
    assert own.status_code == 400
    assert "somebody else must approve it" in said(own)
    assert only(running).state == "asked"
    assert post(officer, f"/exceptions/{line.id}/approve").status_code == 303
    line = only(running)
    assert (line.state, line.two_persons, line.desks) == ("running", True, 3)
    page = said(browser.get("/exceptions"))
    assert "Desks unguarded: 3" in page
    assert "Decided by olga" in page


def test_row_468_of_an_exception_only_the_desks_that_may_be_seen_are_counted(
    running: Any, browser: Any, three: list[Any]
) -> None:
    ask(browser, hours="8")
    assert post(browser, f"/exceptions/{only(running).id}/approve").status_code == 303
    other = do(running, lambda c: team_id(c, "Sales"))
    moved = update(device).where(device.c.id == three[0].enrolled.device).values(team=other)
    do(running, lambda c: c.execute(moved))
    running.time.at += HOUR
    for scope, desks in ((None, 3), (frozenset({other}), 1), (frozenset({1}), 2)):
        now = running.time()
        (line,) = do(running, partial(exception_pages.lines, scope=scope, now=now, over=False))
        (cost,) = do(running, partial(exception_pages.cost, scope=scope, now=now))
        assert (line.desks, cost.desks) == (desks, desks), "table and headline agree"
        assert (line.hours, line.ahead) == pytest.approx((desks, 7 * desks))


def test_row_310_hours_that_are_no_number_are_refused(
    running: Any, browser: Any, three: list[Any]
) -> None:
    assert ask(browser, hours="\u00b2").status_code == ask(browser, hours="x").status_code == 400


def test_row_310_one_of_hours_may_be_approved_by_who_asked(
    running: Any, browser: Any, three: list[Any]
) -> None:
    ask(browser, hours="8")
    line = only(running)
    assert post(browser, f"/exceptions/{line.id}/approve").status_code == 303
    assert (only(running).state, only(running).two_persons) == ("running", False)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reason": "too short"}, "at least 20 characters"),
        ({"reason": " " * 30}, "at least 20 characters"),
        ({"instead": " "}, "what is done instead"),
        ({"hours": "0"}, "already over"),
        ({"hours": "169"}, "only a shorter time"),
        ({"control": "firewall"}, "does not allow this exception"),
        ({"place": "team:99"}, "no desks there"),
        ({"place": "desk:nobody"}, "no desks there"),
        ({"place": "world:1"}, "no desks there"),
        ({"new": "yes"}, "join later"),
    ],
)
def test_row_311_never_more_than_the_policy_allows_and_never_without_a_reason(
    running: Any, browser: Any, three: list[Any], change: dict[str, str], told: str
) -> None:
    refused = ask(browser, **change)
    assert refused.status_code == 400
    assert told in said(refused)
    now = running.time()
    assert do(running, lambda c: exception_pages.lines(c, None, now, over=False)) == []


def test_row_311_a_desk_with_another_policy_keeps_its_team_from_an_exception(
    browser: Any, new_desk: Any, three: list[Any]
) -> None:
    new_desk(label="other").send(policy_digest="ab" * 32)
    assert "does not allow this exception" in said(ask(browser))


def test_row_311_what_was_allowed_when_it_was_asked_for_is_judged_again(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    ask(browser)
    for one in three:
        one.send(policy_digest="cd" * 32)
    line = only(running)
    refused = post(officer, f"/exceptions/{line.id}/approve")
    assert "does not allow this exception" in said(refused)
    assert only(running).state == "asked"


def test_row_312_the_desk_is_told_once_signed_and_again_when_it_ends(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    ask(browser)
    line = only(running)
    post(officer, f"/exceptions/{line.id}/approve")
    running.time.at += 6
    first = three[0]
    given = overlay(first.send(excepted=""), first)
    assert given is not None
    assert given.device == first.id
    (item,) = given.items
    assert (item.id, item.control, item.worst) == (line.id, "usb-storage", "high")
    assert item.until == line.until
    digest = wire.digest(given.items)
    assert overlay(first.send(excepted=digest), first) is None
    older = msgspec.json.decode(first.send().content, type=v1.Received)
    assert older.exceptions == "", "an agent that knows of no exceptions is told none"
    assert post(browser, f"/exceptions/{line.id}/end").status_code == 303
    running.time.at += 6
    ended = overlay(first.send(excepted=digest), first)
    assert ended is not None
    assert ended.items == ()


def test_row_313_what_the_desk_tells_is_kept_and_the_next_pass_proves_it(
    running: Any, browser: Any, three: list[Any], event: Any
) -> None:
    first = three[0]
    ask(browser, place=f"desk:{first.id}", hours="8")
    line = only(running)
    post(browser, f"/exceptions/{line.id}/approve")
    first.send(event(1, "exception.began", params={"id": line.id, "control": "usb-storage"}))
    assert only(running).taken == 1
    told = {"id": line.id, "control": "usb-storage", "why": "worsened"}
    first.send(event(2, "exception.ended", params=told))
    now = running.time()
    (over,) = do(running, lambda c: exception_pages.lines(c, None, now, over=True))
    assert (over.state, over.why, over.proved) == ("ended", "worsened", 0)
    first.send(event(3, "exception.proved", params=told))
    (over,) = do(running, lambda c: exception_pages.lines(c, None, now, over=True))
    assert over.proved == 1
    assert "Something worse was found" in said(browser.get("/exceptions"))


def test_row_314_a_desk_asks_and_an_officer_approves(
    running: Any, officer: Any, three: list[Any], event: Any, policy: str
) -> None:
    first, id_ = three[0], "ab" * 16
    told = {"id": id_, "control": "usb-storage", "hours": 72, "instead": INSTEAD}
    for seq in (1, 2):
        first.send(event(seq, "exception.asked", params=told, text=REASON))
    first.send(event(3, "exception.asked", params={**told, "id": "not one"}, text=REASON))
    first.send(event(4, "exception.asked", params={**told, "id": "cd" * 16}, text="short"))
    first.send(policy_digest=policy)
    line = only(running)
    assert (line.id, line.scope, line.asked_by) == (id_, "desk", "")
    assert "Asked for at the desk" in said(officer.get("/exceptions"))
    assert post(officer, f"/exceptions/{id_}/approve").status_code == 303
    assert (only(running).two_persons, only(running).desks) == (True, 1)


def test_row_315_time_ends_them_and_new_desks_join_only_where_that_was_approved(
    running: Any, browser: Any, new_desk: Any, three: list[Any], policy: str
) -> None:
    ask(browser, hours="8")
    line = only(running)
    post(browser, f"/exceptions/{line.id}/approve")
    new_desk(label="late").send(policy_digest=policy)
    do(running, lambda c: exceptions.by_time(c, running.time()))
    assert only(running).desks == 3
    wide = exceptions.Wish(
        control="usb-storage",
        scope="team",
        place="1",
        named="Billing",
        reason=REASON,
        instead=INSTEAD,
        until=running.time() + HOUR,
        worst="high",
        new_desks=True,
    )
    id_ = do(running, lambda c: exceptions.ask(c, wide, "ada", running.time()))
    assert do(running, lambda c: exceptions.approve(c, id_, "olga", running.time())) == 4
    new_desk(label="later").send(policy_digest=policy)
    do(running, lambda c: exceptions.by_time(c, running.time()))
    both = {
        one.id: one.desks
        for one in do(running, lambda c: exception_pages.lines(c, None, running.time(), over=False))
    }
    assert both == {line.id: 3, id_: 5}
    later = running.time() + 9 * HOUR
    do(running, lambda c: exceptions.by_time(c, later))
    over = do(running, lambda c: exception_pages.lines(c, None, later, over=True))
    assert {(one.state, one.why) for one in over} == {("ended", "until")}
    hours = {one.id: round(one.hours) for one in over}
    assert hours == {line.id: 24, id_: 5}, "desks times hours"
    assert do(running, lambda c: exception_pages.cost(c, None, later)) == []


def test_row_315_what_is_asked_for_desks_that_went_meanwhile_is_not_approved(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    ask(browser)
    gone = update(device).where(device.c.id.in_([one.id for one in three])).values(status=RETIRED)
    do(running, lambda c: c.execute(gone))
    id_ = only(running).id
    assert post(officer, f"/exceptions/{id_}/approve").status_code == 400
    with pytest.raises(exceptions.Refused, match="desks"):
        do(running, lambda c: exceptions.approve(c, id_, "olga", running.time()))
    assert (only(running).state, only(running).desks) == ("asked", 0)


def test_row_315_what_nobody_decides_lapses_and_can_be_refused_or_taken_back(
    running: Any, browser: Any, officer: Any, three: list[Any]
) -> None:
    ask(browser, hours="4")
    line = only(running)
    assert post(officer, f"/exceptions/{line.id}/refuse", why="no").status_code == 303
    assert "Somebody else has decided" in said(post(officer, f"/exceptions/{line.id}/refuse"))
    assert "Somebody else has decided" in said(post(officer, f"/exceptions/{line.id}/approve"))
    assert "Somebody else has decided" in said(post(browser, f"/exceptions/{line.id}/end"))
    ask(browser, hours="4")
    post(browser, f"/exceptions/{only(running).id}/end")
    ask(browser, hours="4")
    later = running.time() + 5 * HOUR
    do(running, lambda c: exceptions.by_time(c, later))
    over = do(running, lambda c: exception_pages.lines(c, None, later, over=True))
    assert sorted((one.state, one.why) for one in over) == [
        ("ended", "lapsed"),
        ("refused", "refused"),
        ("withdrawn", "withdrawn"),
    ]
    assert post(officer, "/exceptions/nothing/approve").status_code == 404


def test_row_311_rules_are_the_strictest_of_the_desks_policies(
    running: Any, three: list[Any]
) -> None:
    rules, ids = Rules(READING), [one.id for one in three]
    rule = do(running, lambda c: rules.strictest(c, ids, "usb-storage"))
    assert (rule.hours, rule.worst.value, rule.new_desks) == (168, "high", False)
    assert do(running, lambda c: rules.strictest(c, ids, "firewall")) is None
    assert do(running, lambda c: rules.strictest(c, [], "usb-storage")) is None
    assert do(running, lambda c: Rules(None).controls(c)) == {}
    assert do(running, rules.controls) == {"usb-storage": 168}
