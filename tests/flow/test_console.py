"""From a desk, through a real uplink and a real endpoint, to what a supervisor reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest

from agentguard.base import settings, translations
from agentguard.base.errors import EnrolmentError
from agentguard.base.settings import MachineSettings
from agentguard.model.events import UplinkState
from agentguard.model.incidents import IncidentCategory
from agentguard.model.prompts import PromptKind
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import SimulatedDesktop
from agentguard.runtime.agent import Agent
from agentguard.runtime.bootstrap import Place, opened
from agentguard.uplink import enrolment
from tests.faults.certificates import Authority
from tests.flow.centre import Browser, Centre, in_its_place, started
from tests.flow.incidents import report

CARD = "4556 7375 8689 9855"
DIGITS = CARD.replace(" ", "")
FILE = "miller-complaint"
LETTER = f"Dear customer, your card number {CARD} was charged.\n"
USER = "maria"
PATIENCE = 40.0
POLICY = """
policy: flow
version: 1
description: what these tests need
watch: {{folders: ["{folder}"], sweep_minutes: 1}}
contact: {{name: Security desk, phone: "100"}}
controls:
  pii-files: {{respond: [notify]}}
  clipboard: {{respond: [clear-clipboard, notify]}}
  reauth: {{respond: [prove], settings: {{groups: [{{name: CRM, images: [crm]}}]}}}}
"""


@dataclass
class Seat:
    """An enrolled desk with its agent, and the endpoint that it reports to."""

    centre: Centre
    folder: Path
    home: Path
    desktop: SimulatedDesktop = field(default_factory=lambda: SimulatedDesktop(system_clock()))
    device: str = ""
    agent: Agent = field(init=False)

    def enrol(self, code: str) -> None:
        known = enrolment.enrol(
            self.home,
            self.centre.url,
            code,
            clock=system_clock(),
            ca_file=str(self.centre.ca),
            label="desk-17",
        )
        self.device = known.device

    def until(self, holds: Callable[[], object]) -> None:
        limit = system_clock().now().boot + PATIENCE
        nothing = threading.Event()
        while not holds():
            assert system_clock().now().boot < limit, "it did not happen in time"
            nothing.wait(0.05)

    def leak(self) -> None:
        """Do all that a careless morning brings."""
        (self.folder / f"{FILE}.txt").write_text(LETTER)
        self.until(lambda: self.desktop.watchers >= 2)
        self.desktop.copy(LETTER, app="crm")
        self.until(lambda: not self.desktop.paste())
        note = f"A caller read {CARD} to me"
        report(self.agent.desk, IncidentCategory.DATA_SEEN, note)

    def found(self) -> bool:
        return any(f.check == "pii-files" for f in self.agent.engine.snapshot().findings)

    def state(self) -> UplinkState | None:
        return self.agent.engine.snapshot().uplink

    def delivered(self) -> bool:
        """Everything that was journaled up to now has a receipt."""
        self.agent.desk.report_now()
        uplink = self.state()
        whole = self.agent.parts.storage.outbox.waiting() == 0
        return whole and uplink is not None and not uplink.problem

    def journaled(self) -> list[tuple[int, int]]:
        return [(e.epoch, e.seq) for e in self.agent.parts.storage.journal.read(0, 10_000)]


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    with started(tmp_path / "server", monkeypatch) as one:
        yield one


@pytest.fixture
def seat(tmp_path: Path, centre: Centre) -> Iterator[Seat]:
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    file = tmp_path / "flow.yaml"
    file.write_text(POLICY.format(folder=one.folder))
    settings.save(one.home, MachineSettings(policy=str(file)))
    one.enrol(centre.admin.enrol_code("Billing"))
    place = Place(folder=one.home, backend=one.desktop.backend, clock=system_clock(), user=USER)
    with ExitStack() as stack:
        one.agent = stack.enter_context(opened(place))
        one.agent.start()
        yield one


def test_a_supervisor_sees_the_desk_its_finding_and_the_incident(seat: Seat) -> None:
    seat.leak()
    seat.until(seat.found)
    seat.until(seat.delivered)
    browser = Browser(seat.centre)
    browser.sign_in()
    said = translations.load().say
    floor = browser.words("/")
    assert "desk-17" in floor
    assert "Billing" in floor
    assert said("span.now") in floor or said("span.minutes", count=1) in floor
    assert "1 Failing" in floor
    desk = browser.words(f"/desk/{seat.device}")
    for part in ("PAN", "9855", "What to say:", "Finding opened:"):
        assert part in desk
    queue = browser.words("/incidents")
    assert "desk-17" in queue
    assert "A caller read" in queue
    assert DIGITS not in queue.replace(" ", "")


def test_the_endpoint_never_holds_the_value_or_the_name_of_the_file(seat: Seat) -> None:
    seat.leak()
    seat.until(seat.found)
    seat.until(seat.delivered)
    assert seat.centre.events(seat.device)
    raw = seat.centre.raw()
    for secret in (DIGITS, CARD, CARD.replace(" ", "-"), FILE, str(seat.folder)):
        assert secret.encode() not in raw


def test_while_the_endpoint_is_away_the_agent_goes_on_and_all_arrives_once(seat: Seat) -> None:
    seat.until(seat.delivered)
    seat.centre.stop()
    seat.leak()
    seat.until(seat.found)
    seat.until(lambda: (state := seat.state()) and state.problem == "tcp")
    assert seat.agent.parts.storage.outbox.waiting() > 0
    seat.centre.start()
    seat.until(seat.delivered)
    arrived = seat.centre.events(seat.device)
    assert len(arrived) == len(set(arrived))
    assert arrived == seat.journaled()[: len(arrived)]
    kinds = [e.kind for e in seat.centre.admin.seen(seat.device).events]
    assert kinds.count("incident.reported") == 1
    assert {"finding.opened", "action.finished"} <= set(kinds)


@pytest.mark.parametrize("problem", ["portal", "cert_untrusted"])
def test_what_answers_in_its_place_is_named_in_one_sentence_and_nothing_is_lost(
    seat: Seat, problem: str, tmp_path: Path
) -> None:
    seat.until(seat.delivered)
    seat.centre.stop()
    stranger = Authority(tmp_path, "A stranger").server()
    context = seat.centre.own_context() if problem == "portal" else stranger
    with in_its_place(seat.centre.port, context):
        seat.leak()
        seat.until(lambda: (state := seat.state()) and state.problem == problem)
    state = seat.state()
    assert state is not None
    said = translations.load().render(state.message)
    assert said.count(".") - "127.0.0.1".count(".") * said.count("127.0.0.1") == 1, said
    assert said.endswith(".")
    assert "{" not in said
    assert ": ." not in said
    assert "127.0.0.1" in said
    seat.centre.start()
    seat.until(seat.delivered)
    arrived = seat.centre.events(seat.device)
    assert len(arrived) == len(set(arrived))
    assert arrived == seat.journaled()[: len(arrived)]


def test_a_wrong_code_is_refused_in_plain_words_and_a_code_works_once(
    centre: Centre, tmp_path: Path
) -> None:
    code = centre.admin.enrol_code("Billing")

    def try_code(name: str, given: str) -> None:
        home = tmp_path / name
        home.mkdir()
        clock = system_clock()
        enrolment.enrol(home, centre.url, given, clock=clock, ca_file=str(centre.ca))

    wrong = ("first", "AAAA-BBBB-CCCC", "is not valid")
    for name, given, why in (wrong, ("third", code, "was used already")):
        if name == "third":
            try_code("second", code)
        with pytest.raises(EnrolmentError) as refused:
            try_code(name, given)
        assert refused.value.title.startswith(f"The enrolment code {why}")
        assert "new code" in str(refused.value)
        assert enrolment.load(tmp_path / name) is None
    assert len(centre.admin.desks()) == 1


def test_a_code_of_the_second_factor_is_ruled_on_at_the_endpoint(seat: Seat) -> None:
    secret, _ = seat.centre.admin.desk_totp(USER)
    desk = seat.agent.desk
    seat.until(lambda: seat.desktop.watchers >= 2)
    seat.desktop.focus("crm")
    seat.until(lambda: [p for p in desk.snapshot().prompts if p.kind is PromptKind.PROOF])
    prompt = next(p for p in desk.snapshot().prompts if p.kind is PromptKind.PROOF)
    totp = pyotp.TOTP(secret)
    near = {totp.at(system_clock().now().wall + 30 * n) for n in range(-3, 4)}
    desk.prove(prompt.id, next(c for c in ("000000", "000001", "000002") if c not in near))

    def asked() -> list[object]:
        return [p for p in desk.snapshot().prompts if p.id == prompt.id]

    seat.until(lambda: asked() and asked()[0].reply)
    code = totp.at(system_clock().now().wall)
    desk.prove(prompt.id, code)
    seat.until(lambda: not asked())
    seat.until(seat.delivered)
    kinds = [e.kind for e in seat.centre.admin.seen(seat.device).events]
    assert "proof.given" in kinds
    assert "proof.refused" in kinds
    assert code.encode() not in seat.centre.raw()
