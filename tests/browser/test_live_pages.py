"""In a real browser a change appears once the page is told, and without a stream by asking."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.browser import driving, scene
from tests.browser.driving import PASSWORD
from tests.server import clients

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(300)]

SELDOM = 30.0  # seconds between two questions of a page that is told of news
PART = "**/floor/part*"


def fail(centre: Any, label: str) -> None:
    """Have a new desk report that it is failing."""
    code = centre.admin.enrol_code(next(iter(scene.TEAMS)))
    desk = clients.Desk.enrol(centre, code, label=label)
    lock = clients.control("screen-lock", "fail", detail="screen-lock.off")
    desk.send(controls=[lock], overall="act")
    desk.http.close()


def test_row_410_a_change_appears_before_the_page_would_have_asked(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("sam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "sam") as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        with page.expect_response(PART, timeout=60_000):
            page.goto("/")
        begun = time.monotonic()  # it asks again after half a minute, or when it is told
        fail(centre, "came-in-just-now")
        page.get_by_text("came-in-just-now").first.wait_for(timeout=25_000)
        assert time.monotonic() - begun < SELDOM
        assert page.locator("#polled").is_hidden()
        assert complaints == []


def test_row_412_a_page_without_a_stream_says_so_and_asks_by_time(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("pam", PASSWORD, "admin")
    with driving.visit(chrome, centre, "pam") as context:
        context.route("**/live", lambda route: route.fulfill(status=503, body="full"))
        page = context.new_page()
        page.goto("/")
        page.locator("#polled").wait_for(state="visible", timeout=30_000)
        fail(centre, "came-by-asking")
        page.get_by_text("came-by-asking").first.wait_for(timeout=25_000)
        assert "Not live" in page.locator("#polled").inner_text()
