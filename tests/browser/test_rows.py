"""In a real browser only what changed is changed: focus, marked text and open lists stay."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Page

from agentguard.server.console import live
from tests.browser import driving, scene
from tests.browser.driving import PASSWORD
from tests.server import clients

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(300)]

PAGES = {
    "floor": ("/", "**/floor/part*"),
    "wall": ("/floor/wall", "**/floor/wall/part*"),
}
SOON = "() => refresh(document.getElementById('live'))"
SHOWN = "() => document.getElementById('live').innerHTML"
MARKED = "() => getSelection().toString()"
MARK = """label => {
  const link = [...document.querySelectorAll('#live a')].find((a) => a.textContent === label);
  getSelection().selectAllChildren(link.closest('th'));
}"""
SETTLE = """async ([old, parts]) => {
  const live = document.createElement('div');
  live.innerHTML = old;
  const wrong = [];
  for (const part of parts) {
    const came = document.createElement('template');
    came.innerHTML = part;
    const wanted = came.innerHTML;
    const open = (text) => text.replaceAll(' open=""', '');
    settle(live, came.content);
    if (open(live.innerHTML) !== open(wanted)) wrong.push([wanted, live.innerHTML]);
  }
  return wrong;
}"""
HELD = """async ([old, part, at]) => {
  const live = document.createElement('div');
  document.body.append(live);
  live.innerHTML = old;
  const link = live.querySelector(`a[href="/desk/${at}"]`);
  link.focus();
  const told = [];
  link.addEventListener('blur', () => told.push('blur'));
  const came = document.createElement('template');
  came.innerHTML = part;
  settle(live, came.content);
  const stays = document.activeElement === link && link.isConnected;
  const lost = [...told]; // before the end of this, which takes the focus
  live.remove();
  return [stays, lost];
}"""


def fail(centre: Any, label: str) -> Any:
    """Have a new desk report that it is failing."""
    desk = clients.Desk.enrol(centre, centre.admin.enrol_code(next(iter(scene.TEAMS))), label=label)
    lock = clients.control("screen-lock", "fail", detail="screen-lock.off")
    desk.send(controls=[lock], overall="act")
    return desk


def made(chance: random.Random) -> tuple[str, list[int]]:
    """Give a part of a floor by chance, and the desks that have rows in it."""
    teams, desks = [], chance.sample(range(40), chance.randrange(3, 25))
    left = list(desks)
    for number in chance.sample(range(5), chance.randrange(1, 5)):
        some = [left.pop() for _ in range(min(len(left), chance.randrange(6)))]
        lines = "".join(
            f'<tr class="row-{chance.choice("ab")}"><th><a href="/desk/{one}">desk {one}</a>'
            f"{chance.choice(('', '<b>call</b>'))}</th>"
            f"<td>{chance.choice('xyz')} &amp; é</td></tr>\n"
            for one in some
        )
        fine = "".join(f'<li><a href="/desk/{n}">d{n}</a></li>' for n in chance.sample(range(9), 3))
        teams.append(
            f'<section aria-labelledby="team-{number}"><h2 id="team-{number}">Team</h2>\n'
            f"<table><tbody>\n{lines}</tbody></table>"
            f'<details id="fine-{number}"><summary>{len(some)}</summary><ul>{fine}</ul></details>'
            "</section>\n"
        )
    tiles = f'<ul class="tiles"><li><a href="/?a=1">{len(desks)}</a></li></ul>'
    used = [one for one in desks if one not in left]
    return f"{tiles}\n" + "".join(teams) + chance.choice(("", "text", "<p>x</p>")), used


def hurried(page: Page, path: str) -> None:
    """Open a page and have it name its rows from now on; nothing asks by itself meanwhile."""
    page.route("**/live*", lambda route: route.fulfill(status=503, body="full"))
    page.goto(path)
    page.evaluate(SOON)


def test_row_564_whatever_came_before_a_part_becomes_what_came(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("hal", PASSWORD, "admin")
    chance = random.Random(564)
    with driving.visit(chrome, centre, "hal") as context:
        page = context.new_page()
        page.goto("/account")
        for _ in range(20):
            parts = [made(chance)[0] for _ in range(10)]
            assert page.evaluate(SETTLE, [parts[0], parts[1:]]) == []


def test_row_564_a_link_that_has_the_focus_keeps_it_wherever_its_row_goes(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("ida", PASSWORD, "admin")
    chance = random.Random(5640)
    with driving.visit(chrome, centre, "ida") as context:
        page = context.new_page()
        page.goto("/account")
        for _ in range(60):
            lines = [
                f'<tr><th><a href="/desk/{n}">{n}</a></th><td>{{}}</td></tr>' for n in range(12)
            ]
            at = chance.randrange(12)
            after = chance.sample(lines, 12)
            gone = [one for one in after if f'"/desk/{at}"' in one or chance.random() < 0.8]
            old, new = (
                "<table><tbody>" + "".join(o.format(chance.choice("xy")) for o in some) + "</tbody>"
                for some in (lines, gone)
            )
            assert page.evaluate(HELD, [old, new, at]) == [True, []]


@pytest.mark.parametrize("name", PAGES)
def test_row_564_a_change_comes_as_rows_and_the_page_is_what_a_whole_one_shows(
    centre: Any, chrome: Any, name: str
) -> None:
    path, part = PAGES[name]
    centre.admin.add_user(f"jo-{name}", PASSWORD, "admin")
    with driving.visit(chrome, centre, f"jo-{name}") as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        hurried(page, path)
        desk = fail(centre, f"new-{name}")
        with page.expect_response(lambda r: "/part" in r.url and r.status == 200) as told:
            page.evaluate(SOON)
        answer = told.value
        assert answer.headers["content-type"].startswith("application/json"), part
        came = json.loads(answer.text())
        assert [one for one in came if not isinstance(one, str)], "rows that were here stay"
        patched = page.evaluate(SHOWN)
        with_none = page.evaluate(f"async () => {{ rows = []; known = ''; await ({SOON})(); }}")
        assert with_none is None
        assert live.plain(patched).split() == live.plain(page.evaluate(SHOWN)).split()
        fresh = context.new_page()
        fresh.goto(path)
        asked = "() => document.getElementById('live').innerText.split(/\\s+/).join(' ')"
        assert (f"new-{name}" in fresh.evaluate(asked)) is (name == "floor")
        assert [one for one in complaints if "503" not in one] == []
        desk.http.close()


def test_row_564_focus_marked_text_and_open_lists_outlive_a_change(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("kim", PASSWORD, "admin")
    stays = fail(centre, "stays-where-it-is")
    with driving.visit(chrome, centre, "kim") as context:
        page = context.new_page()
        hurried(page, "/")
        link = page.get_by_role("link", name="stays-where-it-is").first
        link.focus()
        page.evaluate("() => { window.one = document.activeElement; window.scrollTo(0, 90); }")
        page.evaluate(MARK, "stays-where-it-is")
        page.locator("#live details").first.evaluate("one => { one.open = true; }")
        marked = page.evaluate(MARKED)
        assert "stays-where-it-is" in marked
        other = fail(centre, "came-beside-it")
        page.evaluate(SOON)
        assert page.get_by_text("came-beside-it").count() > 0
        assert page.evaluate("() => document.activeElement === window.one")
        assert page.evaluate(MARKED) == marked
        assert page.locator("#live details").first.evaluate("one => one.open")
        for one in (stays, other):
            one.http.close()


def test_row_565_what_does_not_fit_is_asked_for_whole(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("lou", PASSWORD, "admin")
    with driving.visit(chrome, centre, "lou") as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        hurried(page, "/")
        desk = fail(centre, "came-after-a-mistake")
        page.evaluate("() => { for (const one of rows) one.text += '<p>misfit</p>'; }")
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.headers.get("x-have", "none")))
        page.evaluate(SOON)
        assert "." in asked, "it named nothing the second time"
        text = page.locator("#live").inner_text()
        assert "came-after-a-mistake" in text
        assert "misfit" not in text
        assert [one for one in complaints if "503" not in one] == []
        desk.http.close()
