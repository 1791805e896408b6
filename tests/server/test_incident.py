"""One incident from the report to the sign-off, which needs a second person."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest

from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.reports import incidents
from tests.server.test_roles import audit, signed_in

__all__ = ["signed_in"]


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


@pytest.fixture
def reported(desk: Any, event: Any) -> Any:
    desk.send(
        event(1, "session.locked", at="2026-09-21T13:20:00+00:00"),
        event(2, "incident.reported", params={"category": "stranger"}, text="Near <b>desk 4</b>"),
        event(3, "session.unlocked", at="2026-09-21T09:00:00+00:00"),
    )
    return desk


def test_an_incident_is_cared_for_step_by_step(running: Any, reported: Any, signed_in: Any) -> None:
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    said = text_of(ann.get("/incidents/1").text)
    assert "Saw a stranger at a desk" in said
    assert "The screen was locked" in said
    assert "The screen was unlocked" not in said, "four hours before is another matter"
    assert "Near &lt;b&gt;desk 4" in ann.get("/incidents/1").text
    token = ann.token()
    assert ann.submit("/incidents/1/take", token=token).headers["location"] == "/incidents"
    running.time.at += 60
    ann.submit("/incidents/1/note", token=token, text="Security is on its way")
    running.time.at += 60
    ann.submit("/incidents/1/close", token=token, outcome="A cleaner with a new badge")
    page = text_of(ann.get("/incidents/1").text)
    steps = ("agent reported it", "ann took it up", "ann wrote", "ann closed it")
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "Somebody other than who closed it signs it off" in page
    assert "Waits for a sign-off" in text_of(ann.get("/incidents").text)
    assert ann.submit("/incidents/1/sign-off", token=token, text="me").status_code == 404
    theirs = bob.token()
    assert bob.submit("/incidents/1/sign-off", token=theirs, text="Fine").status_code == 303
    assert "bob signed it off Fine" in text_of(bob.get("/incidents/1").text)
    assert "Signed off" in text_of(bob.get("/incidents").text)
    again = bob.submit("/incidents/1/sign-off", token=theirs, text="twice")
    assert again.status_code == 404, "it is signed off already"
    assert ("incident.note", "1") in audit(running, "ann")
    assert ("incident.refused", "1") in audit(running, "ann")
    assert ("incident.sign-off", "1") in audit(running, "bob")


def test_what_is_not_closed_cannot_be_signed_off(reported: Any, signed_in: Any) -> None:
    assert reported.id
    bob = signed_in("bob", "officer")
    assert bob.submit("/incidents/1/sign-off", token=bob.token()).status_code == 404
    assert "Sign off" not in bob.get("/incidents/1").text


def test_an_empty_note_is_not_written(reported: Any, signed_in: Any) -> None:
    assert reported.id
    ann = signed_in("ann", teams=("Billing",))
    before = ann.get("/incidents/1").text.count("<li class=")
    ann.submit("/incidents/1/note", token=ann.token(), text="   ")
    assert ann.get("/incidents/1").text.count("<li class=") == before


def test_who_may_only_look_is_shown_no_forms(reported: Any, signed_in: Any) -> None:
    assert reported.id
    for role in ("viewer", "auditor"):
        browser = signed_in(role, role)
        for path in ("/incidents", "/incidents/1"):
            assert 'action="/incidents/1/' not in browser.get(path).text


def flood(desk: Any, event: Any, many: int) -> None:
    """Report incidents that the desk dates long ago."""
    old = "2020-01-01T00:00:00+00:00"
    params = {"category": "other"}
    for first in range(1, many + 1, 50):
        told = range(first, min(first + 50, many + 1))
        desk.send(*(event(n, "incident.reported", at=old, params=params, text="x") for n in told))


def test_a_desk_that_reports_without_end_hides_nobody(
    running: Any, new_desk: Any, event: Any, browser: Any
) -> None:
    loud, robbed = new_desk(label="loud-desk"), new_desk(label="robbed-desk")
    flood(loud, event, 120)
    params = {"category": "lost-device"}
    robbed.send(event(1, "incident.reported", params=params, text="My PC was stolen"))
    page = browser.get("/incidents").text
    said = text_of(page)
    assert "My PC was stolen" in said
    assert page.count('class="card incident') == 4
    assert "117 more of this desk" in said
    assert "Waiting 121" in said
    first = browser.get("/incidents?text=loud").text
    assert first.count('class="card incident') == 100
    assert "1 to 100 of 120" in text_of(first)
    assert browser.get("/incidents?text=loud&page=2").text.count('class="card incident') == 20
    token = browser.token()
    for number in (1, 2, 3):
        browser.submit(f"/incidents/{number}/take", token=token)
    assert 'action="/incidents/4/take"' in browser.get("/incidents").text, "fresh ones come first"
    assert len(running.admin.incidents()) == 121


def test_what_waits_stands_in_the_order_in_which_it_arrived(
    new_desk: Any, event: Any, browser: Any
) -> None:
    for label, at in (("desk-a", "2026-09-21T13:00:00+00:00"), ("desk-b", "2020-01-01T00:00:00Z")):
        new_desk(label=label).send(event(1, "incident.reported", at=at, text=f"by {label}"))
    page = browser.get("/incidents").text
    assert page.index("by desk-a") < page.index("by desk-b")


def test_every_closed_incident_is_on_a_list_and_so_is_what_nobody_signed_off(
    running: Any, new_desk: Any, event: Any, browser: Any, signed_in: Any
) -> None:
    flood(new_desk(), event, 130)
    sam = Visitor(token="", name="sam", role="admin", scope=None)
    for number in range(1, 128):
        running.admin._database.run(
            partial(incidents.close, id_=number, by=sam, now=running.time() + number, outcome="x")
        )
    olga = signed_in("olga", "officer")
    assert olga.submit("/incidents/127/sign-off", token=olga.token(), text="").status_code == 303
    page = browser.get("/incidents").text
    assert "All 127 that were closed" in text_of(page)
    assert "Waiting 3 To sign off 126 Closed 127" in text_of(page)
    closed = browser.get("/incidents?kind=closed").text
    assert closed.index('href="/incidents/127"') < closed.index('href="/incidents/126"')
    assert 'href="/incidents/1"' in browser.get("/incidents?kind=closed&page=2").text
    first, second = (browser.get(f"/incidents?kind=unsigned&page={n}").text for n in (1, 2))
    assert 'href="/incidents/127"' not in first + second
    assert 'href="/incidents/1"' in second
    assert "101 to 126 of 126" in text_of(second)
