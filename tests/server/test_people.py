"""Who used which desk: under pseudonyms, in one's own teams, and by name for a reason alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.jobs.retention import Retention
from agentguard.server.store.engine.times import iso
from agentguard.server.store.persons import pseudonyms, use_spans
from agentguard.server.store.records import legal_holds
from agentguard.server.store.schema.people_tables import desk_use, person, person_opening
from agentguard.server.store.schema.tables import audit_log

PASSWORD = "correct horse battery staple"
NAME = "Maria.Huber"
DAY = 86400.0


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


def spans(running: Any) -> list[tuple[str, float, float]]:
    asked = select(desk_use.c.person, desk_use.c.begun_at, desk_use.c.last_at)
    return [tuple(row) for row in do(running, lambda c: c.execute(asked.order_by(desk_use.c.id)))]


def acts(running: Any, *names: str) -> list[tuple[str, str, str]]:
    asked = select(audit_log.c.actor, audit_log.c.act, audit_log.c.subject).order_by(audit_log.c.id)
    rows = do(running, lambda c: list(c.execute(asked.where(audit_log.c.act.in_(names)))))
    return [tuple(row) for row in rows]


def only(running: Any) -> str:
    found: str = do(running, lambda c: c.scalars(select(person.c.id)).one())
    return found


@pytest.fixture
def seen(running: Any, add_known: Any, another: Any) -> Iterator[Any]:
    """Give a browser of a user with a role and teams."""
    with ExitStack() as open_ones:

        def make(role: str, *teams: str) -> Any:
            add_known(running, role, PASSWORD, role, teams)
            browser = open_ones.enter_context(another())
            assert browser.sign_in(role, PASSWORD).status_code == 303
            return browser

        yield make


def test_the_name_is_kept_sealed_and_the_pseudonym_is_the_same_at_every_desk(
    running: Any, new_desk: Any
) -> None:
    one, other = new_desk(label="one"), new_desk(label="two")
    assert one.send(user=NAME).status_code == 200
    assert other.send(user=NAME.upper()).status_code == 200
    (id_, _, _), (again, _, _) = spans(running)
    assert id_ == again == only(running)
    assert re.fullmatch(r"p(-[a-z2-7]{4}){4}", id_)
    assert NAME.casefold().encode() not in running.stored().lower()


def test_a_desk_of_an_earlier_version_says_nothing_and_is_understood(
    running: Any, desk: Any
) -> None:
    assert desk.send().status_code == 200
    assert desk.send(user="  ").status_code == 200
    assert spans(running) == []


def test_a_use_goes_on_until_another_person_comes_or_the_desk_falls_silent(
    running: Any, desk: Any
) -> None:
    begun = running.time()
    for minutes, name in ((0, "ann"), (15, "ann"), (30, "bob"), (45, "ann"), (300, "ann")):
        running.time.at = begun + 60 * minutes
        desk.send(user=name)
    told = [((a - begun) / 60, (b - begun) / 60) for _, a, b in spans(running)]
    assert told == [(0, 15), (30, 30), (45, 45), (300, 300)]
    ids = [id_ for id_, _, _ in spans(running)]
    assert ids[0] == ids[2] == ids[3] != ids[1]


def test_a_desk_that_names_too_many_people_is_not_believed(running: Any, desk: Any) -> None:
    begun = running.time()
    for number in range(use_spans.MOST_A_DAY + 20):
        running.time.at = begun + number
        assert desk.send(user=f"made-up-{number}").status_code == 200
    assert len(spans(running)) == use_spans.MOST_A_DAY
    known = do(running, lambda c: len(c.execute(select(person)).all()))
    assert known == use_spans.MOST_A_DAY
    running.time.at = begun + DAY + 300
    desk.send(user="ann")
    assert len(spans(running)) == use_spans.MOST_A_DAY + 1


def test_few_reports_cost_a_write(running: Any, desk: Any) -> None:
    begun = running.time()
    for minute in range(9):
        running.time.at = begun + 60 * minute
        desk.send(user="ann")
    assert spans(running)[0][2] == begun
    running.time.at = begun + 700
    desk.send(user="ann")
    assert spans(running)[0][2] == begun + 700


def test_what_a_report_tells_lies_in_the_use_that_it_belongs_to(
    running: Any, desk: Any, event: Any, seen: Any
) -> None:
    now = running.time()
    desk.send(user="ann")
    running.time.at = now + 120
    told = {"check": "firewall", "severity": "high", "message": "firewall.off"}
    desk.send(
        event(1, subject="a", at=iso(now + 100), **told),
        event(2, "incident.reported", at=iso(now + 101), params={"category": "other"}),
        event(3, "lesson.answered", at=iso(now + 102), params={"lesson": "x", "correct": 1}),
        event(4, "lesson.answered", at=iso(now + 103), params={"lesson": "y", "correct": 0}),
        user="ann",
    )
    running.time.at = now + 240
    desk.send(event(5, subject="b", at=iso(now + 230), **told), user="bob")
    officer = seen("officer")
    ann, bob = (id_ for id_, _, _ in spans(running))
    page = officer.get(f"/people/{ann}").text
    assert page.count("</span> Firewall <span") == 1
    assert 'href="/incidents/1"' in page
    assert "answered rightly" not in page, "tries are nobody else's"
    theirs = officer.get(f"/people/{bob}").text
    assert 'href="/incidents/1"' not in theirs
    assert "None told yet" in theirs


def test_row_319_a_supervisor_sees_pseudonyms_and_opens_a_name_of_the_own_teams_alone(
    running: Any, new_desk: Any, seen: Any
) -> None:
    mine, theirs = new_desk(team="Billing", label="b-1"), new_desk(team="Sales", label="s-1")
    mine.send(user="ann")
    mine.send(user="bob")
    theirs.send(user="bob")
    theirs.send(user="eve")
    ann, bob, _, eve = (id_ for id_, _, _ in spans(running))
    browser = seen("supervisor", "Billing")
    listed = browser.get("/people").text
    assert ann in listed
    assert bob in listed
    assert eve not in listed
    shown = browser.get(f"/people/{bob}").text
    assert "b-1" in shown
    assert "s-1" not in shown
    assert "Open the name" not in shown, "bob is of another team as well: it would be refused"
    assert "Open the name" in browser.get(f"/people/{ann}").text
    assert browser.get(f"/people/{eve}").status_code == 404
    assert browser.get("/people/p-nobody").status_code == 404
    token = browser.token()
    assert browser.submit(f"/people/{eve}/open", token=token, reason="x").status_code == 404
    assert browser.submit(f"/people/{ann}/open", token=token, reason=" ").status_code == 400
    desk = browser.get(f"/desk/{mine.id}").text
    assert ann in desk
    for page in (listed, shown, desk):
        assert not re.search(r"\b(ann|bob|eve)\b", page)
    refused = [subject for actor, _, subject in acts(running, "person.refused")]
    assert refused == [eve, "p-nobody"]
    assert ("supervisor", "person.seen", bob) in acts(running, "person.seen")
    assert browser.submit(f"/people/{ann}/open", token=token, reason="a call").status_code == 303
    assert re.search(r"\bann\b", browser.get(f"/people/{ann}").text)
    assert not re.search(r"\bbob\b", browser.get(f"/people/{bob}").text)


def test_a_name_is_opened_for_a_reason_for_minutes_and_written_down(
    running: Any, desk: Any, seen: Any
) -> None:
    desk.send(user=NAME)
    id_ = only(running)
    officer, auditor = seen("officer"), seen("auditor")
    path = f"/people/{id_}"
    token = officer.token()
    assert NAME not in officer.get(path).text
    empty = officer.submit(f"{path}/open", token=token, reason="  ")
    assert empty.status_code == 400
    assert "Nothing was opened" in empty.text
    assert acts(running, "person.opened") == []
    assert officer.submit(f"{path}/open", token=token, reason="phone lost").status_code == 303
    assert NAME in officer.get(path).text
    assert NAME not in auditor.get(path).text, "for who gave the reason alone"
    assert "phone lost" in auditor.get(path).text
    assert acts(running, "person.opened") == [("officer", "person.opened", f"{id_} phone lost")]
    assert ("officer", "person.named", id_) in acts(running, "person.named")
    token = auditor.token()
    assert auditor.submit(f"{path}/open", token=token, reason="x").status_code == 404
    running.time.at += pseudonyms.SECONDS
    officer.sign_in("officer", PASSWORD)
    assert NAME not in officer.get(path).text


def test_to_open_a_name_asks_who_it_is(running: Any, desk: Any, seen: Any) -> None:
    desk.send(user=NAME)
    officer = seen("officer")
    path = f"/people/{only(running)}"
    running.time.at += running.settings.limits.proof_fresh + 1
    asked = officer.submit(f"{path}/open", token=officer.token(), reason="phone lost")
    assert 'action="/prove"' in asked.text
    assert do(running, lambda c: c.execute(select(person_opening)).all()) == []
    assert officer.prove(asked).status_code == 303
    assert NAME in officer.get(path).text


def test_uses_and_names_go_with_age_unless_they_are_held(running: Any, new_desk: Any) -> None:
    now = running.time()
    kept, gone = new_desk(team="Held", label="h"), new_desk(label="g")
    running.time.at = now - 100 * DAY
    kept.send(user="ann")
    gone.send(user="bob")
    running.time.at = now
    ann, bob = (id_ for id_, _, _ in spans(running))
    do(running, lambda c: pseudonyms.open_(c, bob, "sam", "x", now - 99 * DAY))
    wish = legal_holds.Asked(kind="team", subject="Held", reason="inquiry")
    do(running, lambda c: legal_holds.place(c, wish, "sam", now))
    ran = Retention(running.admin._database, now).run()
    told = {one.record: (one.deleted, one.held) for one in ran}
    assert told["people"] == (3, 2)
    assert [id_ for id_, _, _ in spans(running)] == [ann] == [only(running)]


def test_a_person_whose_name_went_with_age_is_shown_by_pseudonym(
    running: Any, desk: Any, seen: Any
) -> None:
    desk.send(user=NAME)
    id_ = only(running)
    do(running, lambda c: c.execute(person.delete()))
    officer = seen("officer")
    page = officer.get(f"/people/{id_}")
    assert page.status_code == 200
    assert "deleted with age" in page.text
    token = officer.token()
    assert officer.submit(f"/people/{id_}/open", token=token, reason="x").status_code == 404


def test_a_long_list_is_paged_and_a_late_report_sets_nobody_back(
    running: Any, desk: Any, seen: Any
) -> None:
    begun = running.time()

    def many(connection: Any) -> None:
        for n in range(130):
            at = begun + 4000 * n
            one = use_spans.Seen(device=desk.id, person=f"p-{n:03}", sealed=b"", since=at, at=at)
            use_spans.take_all(connection, [one])

    do(running, many)
    running.time.at = begun + 4000 * 130
    page = seen("officer").get("/people").text
    assert "1 to 100 of 130" in page
    assert page.index("p-129") < page.index("p-128")
    late = use_spans.Seen(device=desk.id, person="p-129", sealed=b"", since=begun, at=begun)
    before = do(running, lambda c: c.scalar(select(person.c.last_at).where(person.c.id == "p-129")))
    do(running, lambda c: use_spans.take_all(c, [late]))
    after = do(running, lambda c: c.scalar(select(person.c.last_at).where(person.c.id == "p-129")))
    assert after == before
