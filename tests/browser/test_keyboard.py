"""A supervisor needs no mouse: sign in, the floor, a desk, an incident until its sign-off."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from tests.browser import driving
from tests.browser.driving import PASSWORD

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

WIDE = {"viewport": {"width": 1280, "height": 800}}
FOCUSED = """(() => {
  const one = document.activeElement;
  const name = one.labels?.[0]?.textContent || one.getAttribute("aria-label") || one.textContent;
  const box = one.getBoundingClientRect();
  const inside = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const style = getComputedStyle(one);
  return {
    name: name.trim().replace(/\\s+/g, " "),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    covered: !(one.contains(inside) || inside?.contains(one)),
  };
})()"""
MOST = 120  # presses of Tab until something must have been reached


def tab_to(page: Any, name: str) -> None:
    """Press Tab until what is called so has the focus, and see that the focus is seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["name"].startswith(name):
            assert focused["outlined"], f"nobody sees the focus on {name}"
            assert not focused["covered"], f"something covers {name}"
            return
    raise AssertionError(f"{name} is not reached by Tab at {page.url}")


def enter(page: Any) -> None:
    """Press Enter and wait for the page that follows."""
    with page.expect_navigation(wait_until="load", timeout=60_000):
        page.keyboard.press("Enter")


def press(page: Any, name: str) -> None:
    tab_to(page, name)
    enter(page)


def write(page: Any, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


def sign_in(page: Any, running: Any) -> None:
    """Sign in for the first time: name, password, and the code of a new authenticator program."""
    page.goto("/")
    page.keyboard.type("kim")
    write(page, "Password", PASSWORD)
    enter(page)
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    write(page, "The code that it shows", pyotp.TOTP(secret).at(int(running.time())))
    enter(page)


def test_a_supervisor_needs_no_mouse_from_the_sign_in_to_the_sign_off(
    centre: Any, chrome: Any
) -> None:
    centre.admin.add_user("kim", PASSWORD, "supervisor", ("Billing",))
    centre.admin.add_user("olga", PASSWORD, "officer")
    with driving.visit(chrome, centre, **WIDE) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        sign_in(page, centre)
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["name"] == "Skip to the page"
        page.keyboard.press("Enter")
        press(page, "billing-07")
        assert page.locator("h1").inner_text() == "billing-07"
        press(page, "Incidents")
        press(page, "Got a suspicious message or call")
        press(page, "Take it up")
        assert "With kim" in page.locator("main").inner_text()
        press(page, "Got a suspicious message or call")
        write(page, "A note for the record", "Called the desk")
        press(page, "Add the note")
        page.locator("#step-secret input[value=no]").focus()
        page.keyboard.press("Space")
        page.locator("#step-secret button[value=tick]").focus()
        enter(page)
        write(page, "What was done", "The number is blocked")
        press(page, "Close")
        assert complaints == []
    with driving.visit(chrome, centre, "olga", **WIDE) as context:
        page = context.new_page()
        page.goto("/incidents")
        press(page, "Got a suspicious message or call")
        press(page, "Sign off")
        said = page.locator(".timeline").inner_text()
        for words in ("kim took it up", "Called the desk", "kim closed it", "olga signed it off"):
            assert words in said
