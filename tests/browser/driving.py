"""Drives Debian's Chromium through Playwright, as somebody who is signed in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.server import clients

PROGRAM = "/usr/bin/chromium"
AGENT = "AgentGuard tests"
PASSWORD = "correct horse battery staple"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser that runs until the end of the block."""
    with sync_playwright() as player, tempfile.TemporaryDirectory() as folder:
        browser = player.chromium.launch(
            executable_path=PROGRAM, args=list(QUIET), downloads_path=Path(folder)
        )
        yield browser
        browser.close()


def visit(browser: Browser, running: Any, name: str = "", **how: Any) -> BrowserContext:
    """Open a window in which a user is signed in; nobody when the name is empty.

    Nothing glides in it: what is looked at after a click is what stays.
    """
    address = running.address.replace("127.0.0.1", "localhost")  # passkeys know no numbers
    context = browser.new_context(
        base_url=address,
        ignore_https_errors=True,
        user_agent=AGENT,
        reduced_motion="reduce",
        **how,
    )
    if name:
        cookie, value = clients.session(running, name, PASSWORD, AGENT)
        context.add_cookies([{"name": cookie, "value": value, "url": address, "secure": True}])
    return context


def complaints(page: Page) -> list[str]:
    """Give the list into which everything goes that the browser finds wrong from now on."""
    found: list[str] = []
    page.on("console", lambda told: found.append(told.text) if told.type != "log" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
