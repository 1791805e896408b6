"""The buttons that copy a line: each is pressed, and what the clipboard then has is the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import driving
from tests.browser.barriers import WAYS, violations

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

READ = "navigator.clipboard.readText()"
WRITE = "text => navigator.clipboard.writeText(text)"
TAKEN_AWAY = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
CODE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4})+")


@pytest.fixture(scope="module")
def named(filled: Any) -> str:
    filled.admin.add_user("copy", driving.PASSWORD, "admin")
    return "copy"


@pytest.fixture
def context(centre: Any, chrome: Any, named: str) -> Iterator[Any]:
    """A window of an administrator; its permission to use the clipboard is each test's matter."""
    with driving.visit(chrome, centre, named, **WAYS["wide"]) as opened:
        yield opened


def make_code(page: Any) -> None:
    page.goto("/codes")
    page.get_by_role("button", name="Make a code", exact=True).click()
    page.locator("#line-code").wait_for()


def buttons(page: Any) -> list[tuple[Any, str]]:
    """Give every button that copies, with its line as a person reads it."""
    found = []
    for button in page.locator("button[data-copy]").all():
        line = page.locator(f"[id='{button.get_attribute('data-copy')}']")
        assert line.count() == 1
        found.append((button, line.inner_text().strip()))
    return found


def press_all(page: Any) -> list[str]:
    """Press each, and give the lines; the button says so, and says its word again after a while."""
    lines = []
    for button, line in buttons(page):
        page.evaluate(WRITE, "what was there")
        assert (button.is_visible(), button.inner_text()) == (True, "Copy")
        button.click()
        page.wait_for_function("one => one.textContent === 'Copied'", arg=button.element_handle())
        assert page.evaluate(READ) == line
        assert violations(page) == []
        page.clock.run_for(3000)
        assert button.inner_text() == "Copy"
        lines.append(line)
    return lines


def test_row_562_each_line_of_the_codes_and_of_the_first_day_is_copied_whole(
    context: Any,
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints = driving.complaints(page)
    page.clock.install()
    make_code(page)
    code, *lines = press_all(page)
    assert CODE.fullmatch(code)
    assert any("agentguard" in line for line in lines)
    page.goto("/first-day")
    (command,) = press_all(page)
    assert "server setup" in command
    assert complaints == []


def test_row_562_where_the_browser_keeps_its_clipboard_to_itself_the_line_is_marked(
    context: Any,
) -> None:
    page = context.new_page()
    complaints = driving.complaints(page)
    page.add_init_script(TAKEN_AWAY)
    make_code(page)
    for button, line in buttons(page):
        button.click()
        page.wait_for_function("line => getSelection().toString().trim() === line", arg=line)
        assert button.inner_text() == "Copy"
    assert complaints == []


def test_row_562_without_a_script_there_is_no_button_that_does_nothing(
    centre: Any, chrome: Any, named: str
) -> None:
    with driving.visit(chrome, centre, named, java_script_enabled=False) as silent:
        page = silent.new_page()
        for path in ("/codes", "/first-day"):
            page.goto(path)
            every = page.locator("button[data-copy]").all()
            assert every
            assert not any(button.is_visible() for button in every)
