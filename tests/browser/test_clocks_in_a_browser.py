"""A browser tells which clock its computer has, and what is shown goes by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import driving

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(900)]


def test_row_401_the_browser_tells_its_clock_at_the_sign_in(centre: Any, chrome: Any) -> None:
    centre.admin.add_user("sam", driving.PASSWORD, "admin")
    how = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Pacific/Marquesas"}
    with driving.visit(chrome, centre, "sam", **how) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/sign-in")
        page.goto("/")
        time = page.locator(".as-of time")
        assert (time.text_content() or "").endswith("UTC-9:30")
        assert "Pacific/Marquesas" in (page.locator(".zone").text_content() or "")
        before = time.get_attribute("datetime")
        for status in (200, 304):  # the same again is not sent again, but its time is told
            centre.time.at += 1
            with page.expect_response("**/floor/part*", timeout=60_000) as answer:
                pass
            assert answer.value.status == status
        page.wait_for_function(
            "before => document.querySelector('.as-of time').dateTime !== before", arg=before
        )
        assert (time.text_content() or "").endswith("UTC-9:30")
        assert complaints == []
