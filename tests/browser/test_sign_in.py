"""The pages of sign-in and of factors, in a real browser: everybody can use them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import driving
from tests.browser.barriers import WAYS, violations
from tests.browser.driving import PASSWORD

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]


def password(page: Any, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/*")


def fits(page: Any) -> bool:
    """Tell whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("way", WAYS)
def test_everybody_can_sign_in_enrol_and_prove(centre: Any, chrome: Any, way: str) -> None:
    name = f"new-{way}"
    centre.admin.add_user(name, PASSWORD, "admin")
    found = []
    with driving.visit(chrome, centre, **WAYS[way]) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        page.goto("/sign-in")
        found += violations(page, way)
        assert fits(page)
        password(page, name)
        found += violations(page, way)
        assert page.url.endswith("/enrol")
        assert fits(page)
    with driving.visit(chrome, centre, name, **WAYS[way]) as context:
        page = context.new_page()
        for path in ("/account", "/prove?to=/account", "/factors", "/break-glass", "/access"):
            page.goto(path)
            found += violations(page, way)
            assert fits(page), path
        page.goto("/account")
        page.get_by_role("button", name="Make new recovery codes").click()
        found += violations(page, way)
        assert fits(page)
    with driving.visit(chrome, centre, **WAYS[way]) as context:
        page = context.new_page()
        password(page, name)
        assert page.url.endswith("/second")
        found += violations(page, way)
        assert fits(page)
    assert found == []
    assert [one for one in complaints if "403" not in one] == []
