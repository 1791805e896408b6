"""Of a part that changed, the rows travel that changed, and they make the part as it is."""

from __future__ import annotations

import json
import random
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from agentguard.server.console import live
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.store.accounts import members
from agentguard.server.store.schema.tables import team
from tests.server.clients import Browser
from tests.server.conftest import PASSWORD, start_thread
from tests.server.test_live import report
from tests.server.test_packing import raw, weight
from tests.server.test_roles import signed_in
from tests.server.watching import Watching, named, together

__all__ = ["signed_in"]

CHANGED = 1536  # bytes, packed, of one desk among fifty
PATHS = ("/evidence/part", "/floor/part", "/floor/wall/part", "/incidents/part", "/wall/part")
"""The parts of every page that refreshes itself."""
CONSOLE = Path(live.__file__).parent
STATES = ("act", "attention", "good")

TEXT = st.text(st.sampled_from("ab<>&\"'é \n💡"), max_size=4)
ROW = st.one_of(
    st.builds("<tr><th>{}</th></tr>".format, TEXT),
    st.builds('<li><a href="/{}">x</a></li>'.format, TEXT),
    st.builds("<section>{}".format, TEXT),
    st.builds("</tbody></table>{}</section>".format, TEXT),
    TEXT,
)
PART = st.lists(ROW, max_size=12).map("".join)


def tell(desk: Any, control: Any, state: str) -> None:
    """Have a desk report that it stands so."""
    shown = "fail" if state == "act" else "unknown"
    bad = [] if state == "good" else [control(state=shown, detail="screen-lock.off")]
    desk.send(controls=bad, overall=state)


def floor(new_desk: Any, control: Any, many: int) -> list[Any]:
    """Give as many desks, each of which needs a word."""
    desks = [new_desk(team=f"Team {n % 6}", label=f"desk-{n:03d}") for n in range(many)]
    for one in desks:
        tell(one, control, "act")
    return desks


@given(PART, PART)
def test_row_564_what_is_put_together_is_the_new_part_byte_for_byte(old: str, new: str) -> None:
    known, fresh = live.cut(old), live.cut(new)
    assert "".join(fresh) == new
    told = live.changed(fresh, named(known))
    shown = together(json.loads(json.dumps(told)), known)
    assert "".join(shown) == new
    assert live.tag(shown) == live.tag(fresh)
    assert not {one for one in told if isinstance(one, str)} & set(known), "it had that one"


@given(PART, st.text(max_size=40))
def test_row_565_whatever_a_page_says_that_it_has_it_gets_an_answer(part: str, have: str) -> None:
    told = live.changed(live.cut(part), have)
    most = len(have[1:]) // live.LENGTH
    for one in told:
        assert isinstance(one, str) or 0 <= one[0] < one[0] + one[1] <= most


def test_row_564_an_age_and_a_token_are_no_change_and_a_name_is_one() -> None:
    row = (
        '<tr><time datetime="a" title="b" data-ago>{}</time><input name="token" value="{}">{}</tr>'
    )
    assert live.digest(row.format("1 min", "ab1", "x")) == live.digest(row.format("now", "f", "x"))
    assert live.digest(row.format("now", "ab1", "x")) != live.digest(row.format("now", "ab1", "y"))
    as_of = '<p class="muted as-of">As of <time datetime="{}">{}</time> · <bdi>{}</bdi></p>'
    assert live.tag([as_of.format("1", "2", "x")]) == live.tag([as_of.format("3", "4", "x")])
    assert live.tag([as_of.format("1", "2", "x")]) != live.tag([as_of.format("1", "2", "y")])


def test_row_564_every_page_that_refreshes_itself_is_known() -> None:
    found = set()
    for file in sorted((CONSOLE / "templates").glob("*.html")):
        for said in re.findall(r'id="live" data-refresh="(.*?)" data-every', file.read_text()):
            found.add(re.findall(r"/[a-z/]+/part", said)[0])
    assert found == set(PATHS)
    asks = [p for p in (CONSOLE / "templates").glob("*.html") if "data-refresh" in p.read_text()]
    assert len(asks) == 6, "the wall board's code has the address of its board"


@pytest.fixture
def screen(stranger: Any, browser: Any) -> Any:
    """Give a screen that has a grant."""
    shown = re.search(r"<code>([A-Z0-9]{4}-[A-Z0-9]{4})</code>", stranger.get("/wall").text)
    assert shown is not None
    form = {"code": shown[1], "name": "North", "team": ["every"], "token": browser.token()}
    allowed = browser.http.post("/walls", data=form, headers={"sec-fetch-site": "same-origin"})
    assert allowed.status_code == 303
    assert "wall-teams" in stranger.get("/wall").text
    return stranger


def test_row_564_each_part_is_put_together_as_it_would_have_come_whole(
    running: Any, new_desk: Any, event: Any, browser: Any, screen: Any, control: Any
) -> None:
    chance = random.Random(564)
    desks = floor(new_desk, control, 8)
    order = {"token": browser.token(), "since": "2026-09-01", "until": "2026-09-10"}
    pages = [
        Watching(screen if path.startswith("/wall") else browser, path)
        for path in (*PATHS, "/floor/part?q=desk")
    ]
    for number in range(1, 8):
        running.time.at += chance.choice((5, 61, 700))
        for one in chance.sample(desks, 3):
            tell(one, control, chance.choice(STATES))
        if number % 3 == 0:
            report(chance.choice(desks), event, number)
        if number == 4:
            browser.submit("/evidence", kind="company", **order)
        for page in pages:
            shown = page.look()
            whole = page.browser.get(page.path).text
            assert live.plain(shown) == live.plain(whole), page.path


def test_row_564_one_desk_of_fifty_costs_a_few_rows(
    running: Any, new_desk: Any, browser: Any, control: Any
) -> None:
    desks = floor(new_desk, control, 50)
    page = Watching(browser, "/floor/part")
    page.look()
    running.time.at += 5
    tell(desks[17], control, "attention")
    known = list(page.rows)
    for way in ("zstd", "gzip"):
        asked = {"accept-encoding": way, live.HAVE: named(known)}
        answer, body = raw(browser, page.path, **asked)
        assert answer.headers["content-encoding"] == way
        assert weight(answer, body) <= CHANGED + 1024, "with the answer's head"
        assert len(body) <= CHANGED, len(body)
    shown = page.look()
    assert "desk-017" in "".join(page.came)
    assert len(page.came) <= 12
    assert shown.count("<tr class") == 50


@pytest.mark.parametrize("path", PATHS[:4])
def test_row_564_a_part_that_is_the_same_is_not_sent_to_a_page_that_names_its_rows(
    running: Any, browser: Any, desk: Any, control: Any, path: str
) -> None:
    tell(desk, control, "act")
    page = Watching(browser, path)
    page.look()
    running.time.at += 65
    have = {live.HAVE: named(page.rows), "if-none-match": page.answer.headers["etag"]}
    same = browser.get(path, **have)
    assert (same.status_code, same.content) == (304, b"")


def test_row_565_another_process_of_the_endpoint_knows_what_a_page_has(
    running: Any, new_desk: Any, browser: Any, control: Any
) -> None:
    desks = floor(new_desk, control, 6)
    page = Watching(browser, "/floor/part")
    page.look()
    running.time.at += 5
    tell(desks[2], control, "attention")
    tls = make_certificate(running.settings.data, ("127.0.0.1", "localhost"), time.time)
    other = LocalServer(running.settings, running.time, start_thread, tls=tls)
    other.start()
    try:
        with Browser(SimpleNamespace(**vars(running), address=other.address)) as there:
            there.http.cookies = browser.http.cookies
            page.browser = there
            shown = page.look()
            assert 0 < len(page.came) < len(page.rows) / 2
            assert live.plain(shown) == live.plain(browser.get(page.path).text)
    finally:
        other.stop()


def test_row_565_a_page_of_another_release_or_language_is_sent_what_differs(
    browser: Any, desk: Any, control: Any
) -> None:
    tell(desk, control, "act")
    page = Watching(browser, "/floor/part")
    page.look()
    page.rows = [one.replace("<tr", '<tr id="old"') for one in page.rows]
    page.look()
    assert 'id="old"' not in "".join(page.rows)
    sent = browser.submit("/account/language", token=browser.token("/account"), language="de")
    assert sent.status_code == 303
    shown = page.look()
    assert live.plain(shown) == live.plain(browser.get(page.path).text)
    assert browser.get(page.path).headers["content-type"].startswith("text/html"), "none named"


def test_row_566_a_row_that_somebody_may_no_longer_see_never_travels_and_is_gone(
    running: Any, new_desk: Any, signed_in: Any, control: Any
) -> None:
    for name in ("Billing", "Sales"):
        tell(new_desk(team=name, label=f"{name}-1"), control, "act")
    ann = signed_in("ann", teams=("Billing", "Sales"))
    page = Watching(ann, "/floor/part")
    assert "Sales-1" in page.look()

    def narrow(connection: Connection) -> None:
        billing = connection.scalars(select(team.c.id).where(team.c.name == "Billing")).all()
        assert members.change(connection, "ann", "supervisor", billing)

    running.admin._database.run(narrow)
    assert ann.get(page.path, **{"x-refresh": "1", live.HAVE: "."}).status_code == 401
    assert ann.sign_in("ann", PASSWORD).status_code == 303
    shown = page.look()
    assert "Billing-1" in shown
    assert "Sales" not in shown
    assert "Sales" not in page.answer.text
    page.rows = []
    assert "Sales" not in page.look()
