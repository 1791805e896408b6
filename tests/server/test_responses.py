"""Work on incidents: from a finding in two clicks, steps, containment, names, the report."""

from __future__ import annotations

import base64
import re
from typing import Any

import msgspec
import pyotp
import pytest
from nacl.signing import VerifyKey
from pypdfium2 import PdfDocument
from sqlalchemy import select, update

from agentguard.base import translations
from agentguard.server.feeds import ocsf
from agentguard.server.roles import ROLES, Right, may
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.outbox.happenings import decoded
from agentguard.server.store.records import held_data
from agentguard.server.store.reports import containments, incident_looks, incidents
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.people_tables import desk_use, person
from agentguard.server.store.schema.response_tables import containment
from agentguard.server.store.schema.tables import device, finding
from agentguard.wire import v1
from tests.server.test_incident import text_of
from tests.server.test_proofs import prove
from tests.server.test_roles import PASSWORD, audit, signed_in

__all__ = ["signed_in"]

HOUR = 3600


@pytest.fixture
def do(running: Any) -> Any:
    return running.admin._database.run


@pytest.fixture
def found(desk: Any, event: Any) -> Any:
    desk.send(event(1, check="pii-files", severity="critical", subject="a"))
    return desk


def begin(browser: Any, query: str = "", **fields: str) -> str:
    """Begin an incident; give its address."""
    said = browser.submit(f"/incidents/new{query}", token=browser.token(), **fields)
    assert said.status_code == 303, text_of(said.text)
    return str(said.headers["location"])


def tick(browser: Any, at: str, step: str, **fields: str) -> str:
    """Tick a step; give where the browser is sent."""
    said = browser.submit(f"{at}/steps/{step}", token=browser.token(), **{"do": "tick", **fields})
    return str(said.headers["location"])


def steps_of(browser: Any, at: str) -> str:
    """Give the part of an incident's page that has its steps."""
    (part,) = re.findall(r'<ol class="steps">.*?</ol>', browser.get(at).text, re.DOTALL)
    return str(part)


def test_row_322_an_incident_from_a_finding_takes_two_clicks(
    running: Any, found: Any, signed_in: Any
) -> None:
    ann = signed_in("ann", teams=("Billing",))
    (link,) = re.findall(r'href="(/incidents/new\?finding=\d+)"', ann.get("/findings").text)
    form = ann.get(link).text
    assert re.search(r'<option value="card-data-found" selected', form)
    assert 'value="insider"' not in form, "it is for officers"
    at = begin(ann, link.removeprefix("/incidents/new"), playbook="card-data-found")
    page = text_of(ann.get(at).text)
    assert "Card data was found where it must not be" in page
    assert "ann began it from a finding" in page
    assert "To be taken up by" in page
    assert "PCI DSS 4.0.1, 12.10.7" in page
    again = ann.get(link).text
    assert f'href="{at}"' in again
    assert begin(ann, link.removeprefix("/incidents/new"), playbook="malware") == at
    assert ("incident.opened", at.rsplit("/", 1)[1]) in audit(running, "ann")
    assert found.id


def test_row_322_nothing_of_another_team_begins_an_incident(
    found: Any, signed_in: Any, new_desk: Any
) -> None:
    assert found.id
    new_desk(label="only-here")
    eve = signed_in("eve", teams=("Sales",))
    assert eve.get("/incidents/new?finding=1").status_code == 404
    for query in ("?finding=1", "?finding=999999", "?finding=x", "?tamper=1"):
        said = eve.submit(f"/incidents/new{query}", token=eve.token(), playbook="general")
        assert said.status_code == 404, query
    for desk, why in (("only-here", "no one desk"), ("", "Name the desk")):
        said = eve.submit("/incidents/new", token=eve.token(), playbook="general", desk=desk)
        assert said.status_code == 400
        assert why in text_of(said.text)
    ann = signed_in("ann", teams=("Billing",))
    at = begin(
        ann, playbook="wrong-recipient", desk="only-here", note="By mail to 4111 1111 1111 1111"
    )
    page = ann.get(at).text
    assert "only-here" in page
    assert "4111 1111 1111 1111" not in page, "what is written is masked"
    assert ann.submit("/incidents/new", token=ann.token(), playbook="nil").status_code == 404


def test_row_322_steps_are_answered_in_their_order_and_what_must_be_done_is(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    new_desk(label="d")
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    at = begin(ann, playbook="wrong-recipient", desk="d")
    shapes = re.findall(r'state-(\w+)"><svg[^>]*><use href="#i-(\w+)"', steps_of(ann, at))
    assert set(shapes) == {("open", "open")}, "a step that is open is not a desk that sleeps"
    assert "why=first" in tick(ann, at, "confirmed", answer="yes")
    running.time.at += 600
    assert "why" not in tick(ann, at, "recall")
    assert "why" not in tick(ann, at, "ask")
    assert "why=empty" in tick(ann, at, "confirmed")
    assert "why=empty" in tick(ann, at, "confirmed", answer="maybe")
    assert "why=unknown" in tick(ann, at, "none")
    assert "why" not in tick(ann, at, "confirmed", answer="yes")
    page = text_of(ann.get(at).text)
    assert "To be taken up by" in page, "it was contained before anybody said to care for it"
    lacking = ann.submit(f"{at}/close", token=ann.token(), outcome="All was called back")
    assert lacking.status_code == 409
    assert "may not be left out" in text_of(lacking.text)
    assert "All was called back</textarea>" in lacking.text, "it is not written again"
    assert "why=empty" in tick(ann, at, "what")
    tick(ann, at, "what", note="Three persons, addresses")
    assert "why=empty" in tick(ann, at, "clock", do="skip")
    tick(ann, at, "clock", do="skip", note="The recipient is our processor")
    ann.submit(f"{at}/severity", token=ann.token(), severity="low")
    assert ann.submit(f"{at}/close", token=ann.token(), outcome="Deleted").status_code == 303
    assert "why=shut" in tick(ann, at, "persons", answer="no")
    late = bob.submit(f"{at}/close", token=bob.token(), outcome="Called twice")
    assert "Somebody closed it meanwhile" in text_of(late.text)
    assert "required>Called twice</textarea>" in late.text, "it can be added as a note"
    ann.submit(f"{at}/lessons", token=ann.token(), lessons="No suggested names", verdict="true")
    assert bob.submit(f"{at}/sign-off", token=bob.token(), text="").status_code == 303
    again = bob.submit(f"{at}/sign-off", token=bob.token(), text="Seen")
    assert "Somebody signed it off meanwhile" in text_of(again.text)
    page = text_of(bob.get(at).text)
    for said in ("The recipient is our processor", "No suggested names", "An incident", "Low"):
        assert said in page
    assert "Signed off" in page
    running.time.at += 600
    said = bob.submit(f"{at}/reopen", token=bob.token(), reason="It was passed on")
    assert said.status_code == 303
    page = text_of(bob.get(at).text)
    assert "bob opened it again It was passed on" in page
    assert "To be contained by" in page
    assert bob.submit(f"{at}/reopen", token=bob.token(), reason="twice").status_code == 404
    assert tick(bob, at, "recall", do="undo").endswith("#step-recall")
    bob.submit(f"{at}/close", token=bob.token(), outcome="Deleted again")
    assert "Waits for a sign-off" in text_of(bob.get(at).text)
    assert ann.submit(f"{at}/sign-off", token=ann.token(), text="").status_code == 303


def test_row_323_what_bites_waits_for_a_second_person_and_all_ends_by_itself(
    running: Any, signed_in: Any, new_desk: Any, do: Any
) -> None:
    desk = new_desk(label="d")
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    at = begin(ann, playbook="phishing", desk="d")
    held = {"device": desk.id, "seconds": str(HOUR), "reason": "A password was typed"}

    def ask(browser: Any, **fields: str) -> Any:
        return browser.submit(f"{at}/contain", token=browser.token(), **{**held, **fields})

    ask(ann, act="hold-vault")
    ask(ann, act="gate-all")
    assert "why=there" in ask(bob, act="gate-all").headers["location"]
    assert "why=no-reason" in ask(ann, act="lock", reason=" ").headers["location"]
    assert "why=no-span" in ask(ann, act="turn-away", seconds="9").headers["location"]
    assert ask(ann, act="shell").status_code == 404
    assert ask(ann, act="lock", device="nobody").status_code == 404
    states = do(lambda c: c.execute(select(containment.c.act, containment.c.state)).all())
    assert {tuple(row) for row in states} == {("hold-vault", "running"), ("gate-all", "asked")}
    own = ann.submit(f"{at}/contain/2", token=ann.token(), do="grant")
    assert own.status_code == 404, "who asked for it does not grant it"
    assert ann.get(at).text.count('value="grant"') == 0
    assert bob.submit(f"{at}/contain/2", token=bob.token(), do="grant").status_code == 303
    running_now = do(lambda c: containments.running(c, desk.id))
    assert [(one.act, one.until) for one in running_now] == [
        ("hold-vault", running.time() + HOUR),
        ("gate-all", running.time() + HOUR),
    ]
    page = text_of(bob.get(at).text)
    assert "bob put it in force" in page
    assert "Nothing yet" in page
    later = running.time() + HOUR + 1
    assert do(lambda c: containments.end_due(c, later, running.time())) == 0, "not lived through"
    ann.submit(f"{at}/contain/1", token=ann.token(), do="end")
    assert do(lambda c: containments.end_due(c, later, later)) == 1
    assert do(containments.contained) == frozenset()
    assert "It ended" in text_of(ann.get(at).text)


def test_row_323_a_closed_incident_holds_nothing_any_more(
    signed_in: Any, new_desk: Any, do: Any
) -> None:
    desk = new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    at = begin(ann, playbook="general", desk="d")
    asked = {"device": desk.id, "seconds": str(HOUR), "reason": "x", "act": "turn-away"}
    ann.submit(f"{at}/contain", token=ann.token(), **asked)
    ann.submit(f"{at}/contain", token=ann.token(), **{**asked, "act": "hold-vault"})
    ann.submit(f"{at}/close", token=ann.token(), outcome="Nothing")
    states = do(lambda c: c.scalars(select(containment.c.state)).all())
    assert sorted(states) == ["ended", "withdrawn"]
    eve = signed_in("eve", teams=("Sales",))
    for path in (f"{at}/contain", f"{at}/contain/1", f"{at}/steps/ask", f"{at}/reopen"):
        said = eve.submit(path, token=eve.token(), **{**asked, "do": "end"})
        assert said.status_code in {303, 404}
    assert do(lambda c: c.scalars(select(containment.c.state)).all()) == list(states)


def test_row_323_a_desk_that_must_enrol_anew_is_believed_no_more(
    running: Any, new_desk: Any, do: Any, signed_in: Any
) -> None:
    desk = new_desk(label="d")
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    at = begin(ann, playbook="lost-device", desk="d")
    asked = {"device": desk.id, "reason": "Stolen", "act": "enrol-again"}
    ann.submit(f"{at}/contain", token=ann.token(), **asked)
    bob.submit(f"{at}/contain/1", token=bob.token(), do="grant")
    assert do(lambda c: containments.turned_away(c, desk.id))
    later = running.time() + 601
    assert do(lambda c: containments.end_due(c, later, later)) == 1
    assert do(lambda c: c.scalar(select(device.c.status))) == "retired"


def orders_of(answer: Any) -> list[v1.Order] | None:
    """Give what the endpoint asks of a desk; None where it says nothing."""
    received = msgspec.json.decode(answer.content, type=v1.Received)
    if not received.orders:
        return None
    return list(msgspec.json.decode(received.orders, type=v1.Orders).orders)


def test_row_327_a_desk_hears_what_is_asked_of_it_and_the_console_what_it_did(
    running: Any, signed_in: Any, new_desk: Any, do: Any
) -> None:
    desk, other = new_desk(label="d"), new_desk(label="other")
    ann, bob = signed_in("ann", teams=("Billing",)), signed_in("bob", "officer")
    at = begin(ann, playbook="phishing", desk="d")
    assert orders_of(desk.send()) is None
    for act in ("lock", "turn-away"):
        asked = {"device": desk.id, "seconds": str(HOUR), "reason": "x", "act": act}
        ann.submit(f"{at}/contain", token=ann.token(), **asked)
    bob.submit(f"{at}/contain/2", token=bob.token(), do="grant")
    running.time.at += 6
    answer = desk.send()
    assert [(o.act, o.left, o.by) for o in orders_of(answer) or ()] == [
        ("lock", 894, "ann"),
        ("turn-away", HOUR - 6, "bob"),
    ]
    received = msgspec.json.decode(answer.content, type=v1.Received)
    key = VerifyKey(base64.b64decode(desk.enrolled.receipt_key))
    key.verify(received.orders.encode(), base64.b64decode(received.orders_signature))
    assert orders_of(other.send()) is None
    known = (v1.Obeyed(id="1", state="done"), v1.Obeyed(id="2", state="running"))
    assert [o.act for o in orders_of(desk.send(orders=known)) or ()] == ["turn-away"]
    page = text_of(ann.get(at).text)
    assert "The desk says that it is done" in page
    assert "The desk says that it is in force" in page
    desk.send(orders=(v1.Obeyed(id="x", state="done"), v1.Obeyed(id="99", state="done")))
    secret, _ = running.admin.desk_totp("maria")
    code = pyotp.TOTP(secret).at(running.time())
    assert prove(desk, code) == {"accepted": False, "problem": "turned-away"}
    assert prove(other, code) == {"accepted": True}, "only this desk is turned away"
    ann.submit(f"{at}/contain/2", token=ann.token(), do="end")
    running.time.at += 6
    assert orders_of(desk.send(orders=known[1:])) == [], "the desk hears that it is over"
    assert orders_of(desk.send()) is None


@pytest.fixture
def inquiry(running: Any, new_desk: Any, do: Any, signed_in: Any) -> Any:
    """Give an incident about somebody within, its officer and its desk, which one person used."""
    desk = new_desk(label="d")
    now = running.time()
    sealed = running.admin._keys.seal("maria.billing")
    row = {"id": "p-1", "sealed": sealed, "first_at": now, "last_at": now}
    do(lambda c: c.execute(person.insert().values(**row)))
    use = {"device": desk.id, "person": "p-1", "begun_at": now - 60, "last_at": now}
    do(lambda c: c.execute(desk_use.insert().values(**use)))
    olga = signed_in("olga", "officer")
    return begin(olga, playbook="insider", desk="d", note="Too many exports"), olga, desk


def test_row_324_nobody_but_officers_sees_an_inquiry(
    running: Any, inquiry: Any, signed_in: Any, do: Any
) -> None:
    at, olga, desk = inquiry
    assert "Too many exports" in olga.get(at).text
    assert "For officers alone" in text_of(olga.get("/incidents").text)
    pages = ("/incidents", "/incidents/part", "/", "/people/p-1", f"/desk/{desk.id}", "/teams")
    for role in ROLES:
        other = signed_in(f"{role}-2", role, teams=("Billing",))
        seen = may(role, Right.INSIDE)
        for path in (at, f"{at}/record.csv", f"{at}/report.pdf"):
            assert (other.get(path).status_code == 200) is seen, (role, path)
        if seen:
            continue
        for path in (*pages, f"/desk/{desk.id}/held", f"/desk/{desk.id}/held.json"):
            text = other.get(path).text
            assert "Too many exports" not in text, (role, path)
            assert "may have misused" not in text, (role, path)
        token = other.token()
        for path in ("take", "close", "note", "sign-off", "assign", "reopen", "look"):
            fields = {"outcome": "x", "text": "x", "name": "x", "reason": "x"}
            other.submit(f"{at}/{path}", token=token, **fields)
    assert running.admin.incidents() == []
    assert do(incidents.waiting) == 0
    told_outside = do(lambda c: c.scalars(select(feed_outbox.c.source)).all())
    assert not any(one.startswith("incident") for one in told_outside)
    told = do(lambda c: held_data.everything(c, desk.id, str))
    assert not {"incident", "incident_step", "incident_task", "incident_look"} & set(told)
    assert f'action="{at}/take"' in olga.get(at).text, "nobody has touched it"
    assert "officer-2" in olga.get(at).text, "it can be given to another officer"


def test_row_324_each_look_at_a_name_needs_a_second_officer(
    running: Any, inquiry: Any, signed_in: Any, do: Any
) -> None:
    at, olga, _desk = inquiry
    assert "p-1" in olga.get(at).text
    assert "maria.billing" not in olga.get(at).text
    olga.submit(f"{at}/look", token=olga.token(), reason="To talk to the person")
    again = olga.submit(f"{at}/look", token=olga.token(), reason="To talk to the person")
    assert again.status_code == 404, "one is asked for already"
    assert olga.submit(f"{at}/look/1", token=olga.token(), do="grant").status_code == 404
    oscar = signed_in("oscar", "officer")
    assert oscar.submit(f"{at}/look/1", token=oscar.token(), do="grant").status_code == 303
    assert "maria.billing" in olga.get(at).text
    assert "maria.billing" not in oscar.get(at).text, "it is open to who asked for it"
    assert ("look.seen", at.rsplit("/", 1)[1]) in audit(running, "olga")
    running.time.at += incident_looks.SECONDS
    olga.sign_in("olga", PASSWORD)
    oscar.sign_in("oscar", PASSWORD)
    assert "maria.billing" not in olga.get(at).text
    olga.submit(f"{at}/look", token=olga.token(), reason="Once more")
    oscar.submit(f"{at}/look/2", token=oscar.token(), do="refuse")
    assert "maria.billing" not in olga.get(at).text
    sam = Visitor(token="", name="sam", role="admin", scope=None)
    assert not do(lambda c: incident_looks.rule(c, 2, sam, running.time(), grant=True))


@pytest.mark.heavy
def test_row_325_the_report_tells_what_was_done_when_and_by_whom(
    running: Any, signed_in: Any, new_desk: Any
) -> None:
    desk = new_desk(label="desk-with-a-long-name-" + "x" * 60)
    ann = signed_in("ann", teams=("Billing",))
    at = begin(ann, playbook="card-data-found", desk="desk-with-a-long-name-" + "x" * 60)
    ann.submit(f"{at}/take", token=ann.token())
    running.time.at += 5 * HOUR
    ann.sign_in("ann", PASSWORD)
    tick(ann, at, "no-copy", note="<b>told</b> & done " + "word " * 300)
    tick(ann, at, "sad", answer="no")
    asked = {"device": desk.id, "seconds": str(HOUR), "reason": "To look", "act": "hold-vault"}
    ann.submit(f"{at}/contain", token=ann.token(), **asked)
    for number in range(60):
        ann.submit(f"{at}/note", token=ann.token(), text=f"Note {number}")
    answer = ann.get(f"{at}/report.pdf")
    assert answer.headers["content-type"].startswith("application/pdf")
    paper = PdfDocument(answer.content)
    text = " ".join(page.get_textpage().get_text_range() for page in paper)
    said = " ".join(text.split())
    assert len(paper) > 2
    for part in ("Incident 1", "<b>told</b> & done", "No", "Hold the vault", "Note 59", "ann"):
        assert part in said
    assert "Page 1" in said
    assert "in time, due" in said
    assert "PCI DSS 4.0.1, 12.10.7" in said


def test_row_322_what_was_found_may_begin_an_incident_later(
    found: Any, signed_in: Any, do: Any
) -> None:
    ann = signed_in("ann", teams=("Billing",))
    do(lambda c: c.execute(update(finding).values(closed_at=1.0)))
    assert ann.get("/incidents/new?finding=1").status_code == 200, "what was found may be looked at"
    assert found.id


def test_row_325_the_feeds_tell_that_an_incident_began_and_what_it_turned_out_to_be(
    signed_in: Any, new_desk: Any, do: Any
) -> None:
    new_desk(label="d")
    ann = signed_in("ann", teams=("Billing",))
    at = begin(ann, playbook="general", desk="d", note="Secret words")
    ann.submit(f"{at}/lessons", token=ann.token(), lessons="x", verdict="test")
    ann.submit(f"{at}/close", token=ann.token(), outcome="It was a drill")
    bodies = [decoded(body) for body in do(lambda c: c.scalars(select(feed_outbox.c.body)).all())]
    told = [ocsf.event(one, translations.load()) for one in bodies if one.what == "incident"]
    assert [(e["class_uid"], e["activity_id"], e["status_id"]) for e in told] == [
        (2005, 1, 1),
        (2005, 3, 5),
    ]
    assert told[1]["verdict_id"] == 6
    assert {e["finding_info_list"][0]["title"] for e in told} == {"Something else"}
    assert "Secret words" not in str(told)
