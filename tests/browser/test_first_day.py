"""From nothing to a green desk: one command, one code at the desk, and clicks that are counted."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentguard.cli import main
from agentguard.commands._policy_reader import READING
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from tests.browser import driving, scene
from tests.browser.barriers import violations
from tests.server import clients
from tests.server.conftest import Running, start_thread

pytestmark = [pytest.mark.heavy, pytest.mark.posix, pytest.mark.timeout(600)]

CLICKS = 10
MOST_MINUTES = 10
SHEET = "team,site,zone,shift,begins,ends\nBilling,Lisbon,Europe/Lisbon,Early,06:00,14:00\n"
PASSWORD = "a long enough one for the first day"
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Any]:
    """An endpoint that nobody has started yet, whose port is known."""
    settings = ServerSettings(data=tmp_path / "data", jobs=False, reading=READING)
    tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), time.time)
    server = LocalServer(settings, time.time, start_thread, tls=tls)
    yield server, settings
    server.stop()


class Person:
    """Somebody at the page whose clicks are counted; choosing a file is one."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.clicks = 0
        self.wrong: list[Any] = []

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.clicks += 1
        self.page.wait_for_load_state()

    def choose(self, file: Path) -> None:
        self.page.get_by_label("Sheet with the columns").set_input_files(file)
        self.clicks += 1

    def look(self) -> None:
        self.wrong += violations(self.page)


def command(settings: ServerSettings, address: str, folder: Path, monkeypatch: Any) -> None:
    """Type the one command, as the endpoint's own administrator."""
    monkeypatch.setattr("sys.stdin", io.StringIO("a passphrase\n"))
    main(["server", "setup", "--data", str(settings.data), "--address", address,
          "--keys", str(folder / "stick"), "--backups", str(folder / "kept"),
          "--passphrase-stdin"])  # fmt: skip


def test_row_398_from_nothing_to_a_green_desk(
    fresh: Any, chrome: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    server, settings = fresh
    begun, address = time.monotonic(), f"https://localhost:{server.port}"
    command(settings, address, tmp_path, monkeypatch)
    code = re.search(r"^ +([A-Z2-7]{4}(?:-[A-Z2-7]{4})+)$", capsys.readouterr().out, re.MULTILINE)
    assert code is not None
    server.start()
    running = Running(server, settings, time.time, settings.data / CA_FILE)  # type: ignore[arg-type]
    sheet = tmp_path / "teams.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    with driving.visit(chrome, running) as context:
        page = context.new_page()
        complaints = driving.complaints(page)
        wire = context.new_cdp_session(page)
        wire.send("WebAuthn.enable")
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        person = Person(page)
        page.goto("/sign-in/first")
        page.locator("#code").fill(code[1])
        page.locator("#name").fill("anna")
        page.locator("#password").fill(PASSWORD)
        page.locator("button.wide").click()
        person.clicks += 1
        person.click("button", "Make a passkey")
        page.get_by_role("heading", name="Your recovery codes").wait_for()
        person.click("link", "I have kept them")
        person.click("link", "First day: 6 of 9 steps are done")
        person.look()
        person.choose(sheet)
        person.click("button", "Take the sheet")
        page.get_by_text("Teams: 1. Sites: 1. Shifts: 1.").wait_for()
        person.click("link", "Make a code")
        person.click("button", "Make a code")
        person.look()
        given = page.locator("#line-code").inner_text()
        desk = clients.Desk.enrol(running, given, label="billing-01")
        assert desk.send(controls=scene.controls("billing-01")).status_code == 200
        desk.http.close()
        person.click("link", "First day: 8 of 9 steps are done")
        page.get_by_text("Every step is done, and desks report.").wait_for()
        person.click("link", "Today's floor")
        page.get_by_role("heading", name="Today's floor").wait_for()
        assert page.locator(".tile-ok strong").inner_text() == "1"
        person.look()
        assert (person.wrong, complaints) == ([], [])
    running.admin.close()
    assert person.clicks == CLICKS
    assert time.monotonic() - begun < MOST_MINUTES * 60
