"""An incident from the desk to the console and back, and a handover, on both databases.

Whatever happens between, the endpoint has exactly one incident for each number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.model.guided import Cause, Found
from agentguard.model.handover import Tick
from agentguard.model.incidents import IncidentCategory, Stage
from agentguard.model.orders import OrderState
from agentguard.platforms import system_clock
from agentguard.runtime.bootstrap import Place, opened
from tests.flow.centre import Browser, Centre, started
from tests.flow.incidents import report
from tests.flow.test_console import LETTER, POLICY, USER, Seat
from tests.server import postgresql

BOTH = ("sqlite", pytest.param("postgresql", marks=(pytest.mark.heavy, pytest.mark.posix)))


@pytest.fixture(params=BOTH)
def centre(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Centre]:
    with ExitStack() as stack:
        address = ""
        if request.param == "postgresql":
            server = stack.enter_context(postgresql.running())
            address = server.new()
        yield stack.enter_context(started(tmp_path / "server", monkeypatch, address))


@pytest.fixture
def seat(tmp_path: Path, centre: Centre) -> Iterator[Seat]:
    one = Seat(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    file = tmp_path / "flow.yaml"
    rules = "shift: {handover: true}\n"
    file.write_text(POLICY.format(folder=one.folder) + rules)
    settings.save(one.home, MachineSettings(policy=str(file)))
    one.enrol(centre.admin.enrol_code("Billing"))
    return one


class At:
    """A desk whose agent runs, until it is ended."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._stack = ExitStack()

    def __enter__(self) -> Seat:
        seat = self.seat
        clock, backend = system_clock(), seat.desktop.backend
        place = Place(folder=seat.home, backend=backend, clock=clock, user=USER)
        seat.agent = self._stack.enter_context(opened(place))
        seat.agent.start()
        return seat

    def __exit__(self, *_what: object) -> None:
        self._stack.close()


def stage(seat: Seat, number: str) -> Stage | None:
    known = seat.agent.engine.snapshot().reported
    return next((one.stage for one in known if one.number == number), None)


def signed_in(seat: Seat) -> Browser:
    browser = Browser(seat.centre)
    browser.sign_in()
    return browser


@pytest.mark.heavy
def test_a_report_made_offline_has_its_number_at_once_and_arrives_once(seat: Seat) -> None:
    with At(seat):
        seat.until(seat.delivered)
        seat.centre.stop()
        number = report(seat.agent.desk, IncidentCategory.STRANGER, "Somebody at desk 4")
        seat.until(lambda: stage(seat, number) is Stage.WRITTEN)
        seat.until(lambda: (state := seat.state()) and state.problem)
        assert stage(seat, number) is Stage.WRITTEN
    with At(seat):
        assert stage(seat, number) is Stage.WRITTEN
        seat.centre.start()
        seat.until(seat.delivered)
        (told,) = seat.centre.admin.incidents()
        assert (told.number, told.note) == (number, "Somebody at desk 4")
        seat.until(lambda: (seat.agent.desk.report_now(), stage(seat, number))[1] is Stage.RECEIVED)
        browser = signed_in(seat)
        assert number in browser.words(f"/incidents?text={number}")
        browser.submit("/incidents/1", "/incidents/1/take")
        seat.until(lambda: (seat.agent.desk.report_now(), stage(seat, number))[1] is Stage.TAKEN)
        browser.submit("/incidents/1", "/incidents/1/close", outcome="A visitor")
        seat.until(lambda: (seat.agent.desk.report_now(), stage(seat, number))[1] is Stage.CLOSED)
        (notice,) = (n for n in seat.agent.engine.snapshot().inbox if number in n.id)
        assert notice.body.id == "incident-told.closed"
    with At(seat):
        assert stage(seat, number) is Stage.CLOSED
        assert len(seat.centre.admin.incidents()) == 0


def test_card_data_is_responded_to_step_by_step_and_stands_in_the_console(seat: Seat) -> None:
    with At(seat):
        file = seat.folder / "letter.txt"
        file.write_text(LETTER)
        seat.until(seat.found)
        incidents = seat.agent.desk.incidents
        incidents.respond(str(file))

        def response() -> object:
            return next(iter(seat.agent.engine.snapshot().responses), None)

        seat.until(response)
        (one,) = seat.agent.engine.snapshot().responses
        assert one.found is Found.NO
        assert incidents.hold(one.number).id == "guided.held-now"
        assert not file.exists()
        seat.until(lambda: seat.agent.engine.snapshot().responses[0].held)
        incidents.tell_cause(one.number, Cause.MAIL)
        seat.until(lambda: seat.agent.engine.snapshot().responses[0].cause)
        assert incidents.delete(one.number, "").id == "prompt.not-removed", "a code is asked for"
        seat.until(seat.delivered)
        page = signed_in(seat).words("/incidents/1")
        assert one.number in page
        assert "In the vault" in page
        assert "It came by mail or chat" in page
        assert page.count("Not yet") == 2, "nobody decided, nobody signed"
        assert "letter.txt" not in page


@pytest.mark.heavy
def test_a_handover_is_counted_and_leaves_nothing_of_the_person(seat: Seat) -> None:
    with At(seat):
        seat.until(seat.delivered)
        number = report(seat.agent.desk, IncidentCategory.OTHER, "What I saw")
        seat.until(lambda: stage(seat, number) is Stage.WRITTEN)
        seat.until(seat.delivered)
        assert seat.agent.desk.last_report()
        seat.agent.desk.shifts.hand_over(frozenset({Tick.PAPER}), 0)
        seat.until(lambda: seat.agent.engine.snapshot().shift.handed)
        assert "What I saw" not in seat.agent.desk.last_report()
        seen = seat.agent.engine.snapshot()
        assert seen.inbox == ()
        assert not any(one.mine for one in seen.reported)
        seat.until(seat.delivered)
        page = signed_in(seat).words("/teams")
        assert "Handed over Not handed over Clean-desk checks" in page
        assert "1 0 0 of 0" in page


@pytest.mark.heavy
def test_row_327_containment_comes_to_the_desk_and_its_answer_to_the_console(seat: Seat) -> None:
    """Turned away, then the vault held; the person is told, and both end from the console."""
    with At(seat):
        seat.until(seat.delivered)
        browser = signed_in(seat)
        number = report(seat.agent.desk, IncidentCategory.OTHER, "What I saw")
        seat.until(lambda: stage(seat, number) is Stage.WRITTEN)
        seat.until(seat.delivered)
        asked = {"device": seat.device, "seconds": "3600", "reason": "To look"}
        browser.submit("/incidents/1", "/incidents/1/contain", act="hold-vault", **asked)
        browser.submit("/incidents/1", "/incidents/1/contain", act="lock", **asked)

        def acts() -> set[str]:
            seat.agent.desk.report_now()
            return {
                one.act.value
                for one in seat.agent.engine.snapshot().orders
                if one.state is OrderState.RUNNING
            }

        def told() -> set[str]:
            return {one.title.id for one in seat.agent.engine.snapshot().inbox}

        both = {"order.hold-vault.title", "order.lock.title"}
        seat.until(lambda: acts() == {"hold-vault"} and both <= told())  # the lock ends at once
        seat.until(lambda: "In force" in (acts() and browser.words("/incidents/1")))
        seat.until(
            lambda: (acts(), "The desk says that it is done" in browser.words("/incidents/1"))[1]
        )
        browser.submit("/incidents/1", "/incidents/1/contain/1", do="end")
        seat.until(lambda: acts() == set())
        assert "order.ended-title" in told()
