"""A desk without a network is opened by phone: a real desk, a real endpoint, a real console."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.model.prompts import PromptKind
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.server.run import LocalServer
from agentguard.uplink import enrolment
from tests.flow.centre import Browser, Centre, started, until

POLICY = """
policy: by-phone
version: 1
description: one sensitive application
controls:
  reauth: {respond: [prove], settings: {groups: [{name: CRM, images: [crm]}]}}
"""


class Desk:
    """A desk that is enrolled, with one sensitive application."""

    def __init__(self, centre: Centre, home: Path, name: str, policy: str = POLICY) -> None:
        self.centre, self.home, self.name = centre, home, name
        home.mkdir(mode=0o700)
        file = home.with_suffix(".yaml")
        file.write_text(policy)
        settings.save(home, MachineSettings(policy=str(file)))
        self.device = enrolment.enrol(
            home, centre.url, centre.admin.enrol_code("Billing"),
            clock=system_clock(), ca_file=str(centre.ca), label=name,
        ).device  # fmt: skip
        self._running = ExitStack()

    def start(self) -> None:
        self.stop()
        self.desktop = SimulatedDesktop(system_clock())
        place = Place(
            folder=self.home, backend=self.desktop.backend, clock=system_clock(), user="maria"
        )
        self.agent: Agent = self._running.enter_context(opened(place))
        self.agent.start()

    def stop(self) -> None:
        self._running.close()

    @property
    def asked(self) -> str:
        """The gate's question, if it is open."""
        prompts = self.agent.engine.snapshot().prompts
        return next((p.id for p in prompts if p.kind is PromptKind.PROOF), "")

    def reply(self) -> str:
        prompts = self.agent.engine.snapshot().prompts
        return next((p.reply.id for p in prompts if p.reply is not None), "")

    def open_the_application(self) -> None:
        self.desktop.focus("crm")
        until(lambda: self.asked)

    def letters(self) -> str:
        shown = self.agent.desk.challenge()
        assert isinstance(shown, str), shown
        return shown

    def holds(self, count: int) -> bool:
        phone = self.agent.parts.person.phone
        return phone is not None and phone.left() == count and not phone.wanted()


class Telephone(Browser):
    """A supervisor who is called."""

    def answer(self, letters: str, desk: str) -> str:
        """Type the letters into the console; give the answer, or nothing."""
        token = re.search(r'name="token" value="([^"]+)"', self.get("/break-glass"))
        assert token is not None
        fields = {"token": token[1], "desk": desk, "letters": letters, "reason": "no network"}
        given = re.search(r"<code>([0-9A-Z-]{14})</code>", self._submit("/break-glass", **fields))
        return given[1] if given else ""


def _thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    with started(tmp_path / "server", monkeypatch) as one:
        yield one


@pytest.fixture
def desk(tmp_path: Path, centre: Centre) -> Iterator[Desk]:
    one = Desk(centre, tmp_path / "agent", "desk-17")
    one.start()
    until(lambda: one.holds(8))
    yield one
    one.stop()


@pytest.fixture
def telephone(centre: Centre) -> Iterator[Telephone]:
    """The supervisor's console is another process of the same centre, which no desk reaches."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    console: Any = SimpleNamespace(url=f"https://127.0.0.1:{port}", ca=centre.ca)
    server = LocalServer(centre.settings, time.time, _thread, port=port, tls=centre._tls)
    server.start()
    browser = Telephone(console)
    browser.sign_in()
    yield browser
    server.stop()


def test_a_desk_without_a_network_is_opened_by_phone_and_says_so_when_it_is_back(
    centre: Centre, desk: Desk, telephone: Telephone
) -> None:
    centre.stop()
    desk.open_the_application()
    letters = desk.letters()
    answer = telephone.answer(letters, "desk-17")
    assert answer
    desk.agent.desk.prove(desk.asked, "ZZZZ-ZZZZ-ZZZZ")
    until(lambda: desk.reply() == "mfa.by-phone.wrong")
    desk.agent.desk.prove(desk.asked, answer)
    until(lambda: not desk.asked)
    given = [e.record for e in desk.agent.parts.storage.journal.read(0, 10_000)]
    proofs = [r.payload["factor"] for r in given if r.kind == "proof.given"]
    assert proofs == ["break-glass-offline"]
    assert "break-glass.shown" in [r.kind for r in given]
    assert answer.replace("-", "") not in str([r.payload for r in given])
    assert "Used" not in telephone.words("/break-glass"), "nobody here can know it yet"
    centre.start()
    desk.agent.desk.report_now()
    until(lambda: desk.holds(8))
    until(lambda: "by phone" in (page := telephone.words("/break-glass")) and "Used" in page)
    assert telephone.answer(letters, "desk-17") == "", "it has opened the desk"


def test_an_answer_opens_neither_twice_nor_elsewhere_nor_after_a_restart(
    tmp_path: Path, centre: Centre, desk: Desk, telephone: Telephone
) -> None:
    other = Desk(centre, tmp_path / "other", "desk-18")
    other.start()
    until(lambda: other.holds(8))
    centre.stop()
    letters, theirs = desk.letters(), other.letters()
    assert telephone.answer(theirs, "desk-17") == "", "letters of another desk"
    answer, elsewhere = telephone.answer(letters, "desk-17"), telephone.answer(theirs, "desk-18")
    other.stop()
    verify = desk.agent.parts.person.verifier.verify
    assert not verify("CRM", elsewhere).accepted
    assert verify("CRM", answer).accepted
    assert not verify("CRM", answer).accepted, "a replay"
    again = telephone.answer(desk.letters(), "desk-17")
    desk.start()
    verify = desk.agent.parts.person.verifier.verify
    assert not verify("CRM", again).accepted, "the letters have gone with the program"
    assert desk.letters() != letters
    assert not verify("CRM", again).accepted


def test_who_reads_or_takes_the_desk_s_disk_can_answer_nothing(centre: Centre, desk: Desk) -> None:
    """The endpoint's key makes the answers; the desk has slow hashes of digests of them."""
    assert isinstance(desk.letters(), str)
    kept = [f.read_text() for f in (desk.home / "by-phone").iterdir() if f.suffix == ".json"]
    assert len(kept) == 1
    assert "answer" not in kept[0]
    assert centre.raw().count(b"phone_set") > 0
