"""One incident from the report to the sign-off, which needs a second person."""

from __future__ import annotations

import re
from typing import Any

import pytest

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
            assert "/incidents/1/" not in browser.get(path).text
