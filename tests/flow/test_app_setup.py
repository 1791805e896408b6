"""An authenticator app is set up at a desk: a real endpoint, a supervisor's leave, a real app."""

from __future__ import annotations

import argparse
import io
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest

from agentguard.base import paths
from agentguard.base.errors import CannotError
from agentguard.commands import mfa
from agentguard.mfa.offline_codes import OfflineCodes
from agentguard.platforms import system_clock
from agentguard.server.store.factors import invitations
from agentguard.uplink import enrolment
from tests.flow.centre import Centre, started

KEY = re.compile(r"type the key ([A-Z2-7 ]+)\.")


class Person(io.StringIO):
    """Types a supervisor's code, then what the app on the telephone shows for the picture."""

    def __init__(self, leave: str, screen: io.StringIO, app: Callable[[str], str]) -> None:
        super().__init__()
        self._leave, self._screen, self._app = leave, screen, app
        self.secret = ""

    def isatty(self) -> bool:
        return False

    def readline(self, _size: int | None = -1) -> str:
        shown = KEY.search(self._screen.getvalue())
        if shown is None:
            return f"{self._leave}\n"
        self.secret = shown[1].replace(" ", "")
        return f"{self._app(self.secret)}\n"


def right(secret: str) -> str:
    return pyotp.TOTP(secret).at(time.time())


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    for room in ("_code", "mfa"):
        monkeypatch.setattr(f"agentguard.commands.{room}.user_name", lambda: "maria")
    monkeypatch.setattr(paths, "data_folder", lambda: tmp_path / "agent")
    (tmp_path / "agent").mkdir()
    with started(tmp_path / "server", monkeypatch) as one:
        yield one


def enrolled(centre: Centre, home: Path) -> str:
    return enrolment.enrol(
        home, centre.url, centre.admin.enrol_code("Billing"), clock=system_clock(),
        ca_file=str(centre.ca), label="desk-17",
    ).device  # fmt: skip


def leave(centre: Centre, device: str, owner: str = "maria") -> str:
    database = centre.admin._database
    return database.run(lambda c: invitations.make(c, device, owner, "sam", time.time()))


def run(typed: pytest.MonkeyPatch, code: str, app: Callable[[str], str]) -> Person:
    screen = io.StringIO()
    person = Person(code, screen, app)
    with typed.context() as here:
        here.setattr(sys, "stdin", person)
        here.setattr(sys, "stdout", screen)
        mfa.run(argparse.Namespace(verb="app"))
    return person


def test_the_whole_way_leaves_an_app_that_works_ten_codes_and_no_secret(
    tmp_path: Path, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "agent"
    device = enrolled(centre, home)
    code = leave(centre, device)
    with pytest.raises(CannotError, match=r"not a code that your supervisor has made"):
        run(monkeypatch, "AAAA-BBBB-CCCC", right)
    with pytest.raises(CannotError, match=r"The code is not right"):
        run(monkeypatch, code, lambda _secret: "000000")
    assert OfflineCodes(home, system_clock()).left() == 0
    person = run(monkeypatch, leave(centre, device), right)
    assert OfflineCodes(home, system_clock()).left() == 10
    assert leave(centre, device) == "", "two people replace an app that works"
    disk = b"".join(f.read_bytes() for f in home.rglob("*") if f.is_file())
    assert person.secret.encode() not in disk
    assert person.secret.encode() not in centre.raw()


def test_without_an_endpoint_nothing_is_set_up(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotError, match=r"only while the AgentGuard service is reached"):
        run(monkeypatch, "7KX2-M9QW-RT4C", right)
