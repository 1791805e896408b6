"""Findings that get done: who sees to them, by when, how they stand; done is proved by the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agentguard.server.store.desks.desk_status import worst_first
from agentguard.server.store.floor import care_pages
from agentguard.server.store.floor.care_pages import Wanted
from agentguard.server.store.reports import care, exceptions
from agentguard.server.store.reports.care import Change
from agentguard.wire import v1
from tests.server.conftest import PASSWORD

DAY = 86400.0
REASON = "This folder holds made-up numbers for the training."


def said(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def do(running: Any, what: Any) -> Any:
    return running.admin._database.run(what)


def opened(seq: int, check: str, severity: str = "high", **more: Any) -> dict[str, Any]:
    at = "2026-09-21T13:00:00+00:00"
    base = {"kind": "finding.opened", "check": check, "severity": severity, "subject": "s"}
    return {"seq": seq, "at": at, **base, **more}


def closed(seq: int, check: str, **params: str) -> dict[str, Any]:
    at = "2026-09-21T13:30:00+00:00"
    return {
        "seq": seq, "at": at, "kind": "finding.closed", "check": check, "subject": "s",
        "params": params,
    }  # fmt: skip


def rows(running: Any, **more: Any) -> list[Any]:
    sort, down = more.pop("sort", ""), more.pop("down", False)
    wanted = Wanted(teams=None, now=running.time(), **more)
    found = do(running, lambda c: care_pages.found(c, wanted, sort, down=down, start=0, limit=99))
    assert do(running, lambda c: care_pages.count(c, wanted)) == len(found)
    return list(found)


def change(browser: Any, *ids: int, **fields: str) -> Any:
    data = {"token": browser.token(), "id": [str(one) for one in ids], **fields}
    return browser.http.post(
        "/findings/change", data=data, headers={"sec-fetch-site": "same-origin"}
    )


def test_row_316_done_is_a_persons_word_until_the_desk_proves_it(
    running: Any, desk: Any, browser: Any
) -> None:
    desk.send(opened(1, "firewall"))
    (one,) = rows(running)
    assert (one.state, one.assignee, one.due) == ("open", "", None)
    done = change(browser, one.id, state="done", assignee="sam", due="7", note="Switched on")
    assert done.status_code == 303
    (one,) = rows(running)
    assert (one.state, one.assignee) == ("done", "sam")
    assert one.due == pytest.approx(running.time() + 7 * DAY, abs=60)
    page = said(browser.get(f"/findings/{one.id}"))
    assert "proved only when the desk sees that it is gone" in page
    assert "Switched on" in page
    desk.send(closed(2, "firewall"))
    assert rows(running) == []
    (one,) = rows(running, state="proved")
    assert one.state == "proved"
    assert "proved by the desk" in said(browser.get(f"/findings/{one.id}"))


def test_row_316_what_a_policy_stops_looking_for_proves_nothing(
    running: Any, desk: Any, browser: Any
) -> None:
    desk.send(opened(1, "firewall"))
    (one,) = rows(running)
    change(browser, one.id, state="done")
    desk.send(closed(2, "firewall", why="policy"))
    assert rows(running, state="proved") == []
    assert "no longer reports it" in said(browser.get(f"/findings/{one.id}"))


def test_row_317_a_false_alarm_needs_a_reason_and_what_gets_worse_is_open_again(
    running: Any, desk: Any, browser: Any
) -> None:
    hit = {"kind": "PAN", "count": 2}
    desk.send(opened(1, "pii-files", "medium", hits=[hit]))
    (one,) = rows(running)
    short = change(browser, one.id, state="false-alarm", note="no", effect="none")
    assert "reason of at least 20" in said(short)
    blank = change(browser, one.id, state="false-alarm", note=REASON, effect="whatever")
    assert "what the false alarm changes" in said(blank)
    change(browser, one.id, state="false-alarm", note=REASON, effect="policy")
    (one,) = rows(running)
    assert (one.state, one.effect) == ("false-alarm", "policy")
    desk.send(opened(2, "pii-files", "medium", hits=[hit]))
    assert rows(running)[0].state == "false-alarm", "the same is no news"
    desk.send(opened(3, "pii-files", "medium", hits=[{**hit, "count": 3}]))
    assert rows(running)[0].state == "open"
    change(browser, one.id, state="false-alarm", note=REASON, effect="none")
    desk.send(opened(4, "pii-files", "critical", hits=[hit]))
    assert rows(running)[0].state == "open"
    assert "Worse than before" in said(browser.get(f"/findings/{one.id}"))


def test_row_316_many_at_once_filtered_sorted_and_kept_as_a_view(
    running: Any, new_desk: Any, browser: Any
) -> None:
    for n in range(3):
        new_desk(label=f"desk-{n}").send(
            opened(1, "antivirus", "high", at="2026-09-01T13:00:00+00:00"),
            opened(2, "remote-tools", "high"),
        )
    found = rows(running)
    assert [one.check for one in found] == ["remote-tools"] * 3 + ["antivirus"] * 3
    by_desk = [one.desk for one in rows(running, sort="desk", down=True)]
    assert by_desk == sorted(by_desk, reverse=True)
    for column in care_pages.SORTS:
        assert len(rows(running, sort=column)) == 6
        assert browser.get(f"/findings?sort={column}&down=1").status_code == 200
    assert len(rows(running, check="antivirus", severity="high", older=7)) == 3
    assert rows(running, check="remote-tools", older=7) == []
    assert len(rows(running, text="DESK-1")) == 2
    assert len(rows(running, text="remote", titled=("remote-tools",))) == 3
    change(browser, *(one.id for one in found[:3]), state="working", assignee="sam")
    assert len(rows(running, state="working", assignee="sam")) == 3
    assert len(rows(running, state="open")) == 3
    page = browser.get("/findings?kind=working&severity=high")
    assert said(page).count("Being worked on") >= 3
    asked = "kind=working&severity=high"
    token = browser.token()
    browser.submit("/findings/views", token=token, name="Mine", asked=asked)
    browser.submit("/findings/views", token=token, name="Mine", asked=asked)
    assert do(running, lambda c: care_pages.views(c, "sam")) == [("Mine", asked)]
    assert browser.get("/findings").text.count(f"/findings?{asked.replace('&', '&amp;')}") == 1
    browser.submit("/findings/views", token=token, name="Mine", forget="yes")
    assert do(running, lambda c: care_pages.views(c, "sam")) == []
    assert not do(running, lambda c: care_pages.save_view(c, "sam", " ", asked))


def test_row_316_nothing_is_changed_of_another_team_or_by_who_may_not(
    running: Any, new_desk: Any, another: Any, add_known: Any
) -> None:
    new_desk(label="theirs").send(opened(1, "firewall"))
    (one,) = rows(running)
    now = running.time()
    what = Change(state="done")
    assert do(running, lambda c: care.change(c, [one.id], what, "eve", frozenset({9}), now)) == 0
    assert rows(running)[0].state == "open"
    add_known(running, "vic", PASSWORD, "auditor")
    with another() as vic:
        vic.sign_in("vic", PASSWORD)
        assert change(vic, one.id, state="done").status_code == 404
    for wrong, kind in (
        (Change(), "nothing"),
        (Change(state="proved"), "state"),
        (Change(assignee="nobody-here"), "assignee"),
    ):
        with pytest.raises(care.Refused) as refused:
            do(running, lambda c, w=wrong: care.change(c, [one.id], w, "sam", None, now))
        assert refused.value.kind == kind
    many = [one.id] * (care.MOST + 1)
    with pytest.raises(care.Refused):
        do(running, lambda c: care.change(c, many, what, "sam", None, now))


def test_row_316_signs_that_are_no_digits_change_nothing_and_get_an_answer(
    running: Any, desk: Any, browser: Any
) -> None:
    desk.send(opened(1, "firewall"))
    (one,) = rows(running)
    assert change(browser, "\u00b2", state="done").status_code < 500
    assert change(browser, one.id, due="\u00b2", assignee="sam").status_code < 500
    assert rows(running)[0].due == one.due


def test_row_316_a_day_and_a_name_can_be_taken_away_again(
    running: Any, desk: Any, browser: Any
) -> None:
    desk.send(opened(1, "firewall"))
    (one,) = rows(running)
    change(browser, one.id, assignee="sam", due="1")
    change(browser, one.id, assignee="-", due="-")
    (one,) = rows(running)
    assert (one.assignee, one.due, one.state) == ("", None, "open")
    assert browser.get("/findings/99").status_code == 404
    assert change(browser, one.id, note="x", back="https://evil").headers["location"] == "/findings"


def test_row_316_what_is_excepted_is_accepted_until_then_and_open_afterwards(
    running: Any, desk: Any
) -> None:
    desk.send(opened(1, "usb-storage"))
    now = running.time()
    wish = exceptions.Wish(
        control="usb-storage",
        scope="desk",
        place=desk.id,
        named="desk-1",
        reason=REASON,
        instead="Watched",
        until=now + 3600,
        worst="high",
    )
    id_ = do(running, lambda c: exceptions.ask(c, wish, "ada", now))
    do(running, lambda c: exceptions.approve(c, id_, "olga", now))
    (one,) = rows(running)
    assert (one.state, one.excepted) == ("accepted", wish.until)
    told = do(running, lambda c: care_pages.by_state(c, Wanted(teams=None, now=now)))
    assert told == {"accepted": 1}
    do(running, lambda c: exceptions.withdraw(c, id_, "olga", now + 1))
    running.time.at += 2
    assert rows(running)[0].state == "open"


def one(check: str, severity: str, since: str, **more: str) -> v1.Control:
    return v1.Control(check=check, measure=5, state="fail", since=since, severity=severity, **more)


def test_row_318_what_is_dangerous_now_comes_before_what_is_merely_old() -> None:
    old, running_ = "2026-01-01T00:00:00+00:00", "2026-09-21T13:00:00+00:00"
    every = [
        one("antivirus", "high", old),
        one("screen-lock", "critical", old),
        one("remote-tools", "high", running_),
        one("forbidden-held", "critical", running_),
        one("usb-storage", "critical", old, excepted="x"),
        one("pii-files", "low", running_),
    ]
    assert [each.check for each in worst_first(every)] == [
        "forbidden-held",
        "remote-tools",
        "screen-lock",
        "antivirus",
        "pii-files",
    ]


def test_row_318_every_finding_of_a_desk_is_reached_from_the_floor(
    new_desk: Any, browser: Any, control: Any
) -> None:
    desk = new_desk(label="busy-1")
    checks = ("antivirus", "remote-tools", "firewall")
    desk.send(
        *(opened(n, check) for n, check in enumerate(checks, 1)),
        overall="act",
        controls=[control(check, "fail") for check in checks],
    )
    floor = browser.get("/").text
    assert f'href="/findings?desk={desk.id}"' in floor
    page = browser.get(f"/findings?desk={desk.id}")
    assert page.text.count('name="id"') == 3
