"""An exception from the desk to the console and back: asked, approved, counted down, ended, proved.

The desk and the endpoint are whole; the endpoint may be away, and somebody may say no.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.base import settings
from agentguard.base.settings import MachineSettings
from agentguard.commands._policy_reader import READING
from agentguard.model.moments import Moment
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.ports.clock import Clock, Stop
from agentguard.runtime.bootstrap import Place, opened
from agentguard.server.store.floor import exception_pages
from agentguard.server.store.schema.tables import audit_log
from tests.flow.centre import Browser, Centre
from tests.flow.test_console import POLICY, USER, Seat, centre
from tests.flow.test_policy_delivery import ROOT, asked, deliver, text
from tests.unit.policy.signing import chain

__all__ = ["centre"]

CONTROL = "pii-files"
REASON = "The auditors are given a file of made-up card numbers."
RULES = f"exceptions: [{{control: {CONTROL}, hours: 72, worst: critical}}]\n"
LETTER = "Dear customer, your card number 4556 7375 8689 9855 was charged.\n"


@dataclass(slots=True)
class AheadClock:
    """The clock of this computer, whose time on the wall may run ahead."""

    real: Clock = field(default_factory=system_clock)
    ahead: float = 0.0

    def now(self) -> Moment:
        at = self.real.now()
        return replace(at, wall=at.wall + self.ahead)

    def wait(self, stop: Stop, seconds: float) -> bool:
        return self.real.wait(stop, seconds)


@dataclass
class Clocked(Seat):
    """A desk with a clock of its own."""

    desk_clock: AheadClock = field(default_factory=AheadClock)


@pytest.fixture
def seat(tmp_path: Path, centre: Centre) -> Iterator[Clocked]:
    """A desk with a signed policy that lets files with card numbers be excepted for three days."""
    centre.stop()
    centre.settings = replace(centre.settings, reading=READING)
    centre.start()
    one = Clocked(centre=centre, folder=tmp_path / "desk", home=tmp_path / "agent")
    one.folder.mkdir()
    one.home.mkdir(mode=0o700)
    (one.folder / "notes.txt").write_text("Nothing of anybody stands here.")
    file = tmp_path / "flow.yaml"
    file.write_text(POLICY.format(folder=one.folder))
    settings.save(one.home, MachineSettings(policy=str(file)))
    centre.admin.policies.publish_roots(chain(ROOT))
    one.enrol(centre.admin.enrol_code("Billing"))
    place = Place(folder=one.home, backend=one.desktop.backend, clock=one.desk_clock, user=USER)
    with ExitStack() as stack:
        one.agent = stack.enter_context(opened(place))
        one.agent.start()
        deliver(one, text(one, more=RULES))
        one.until(lambda: asked(one) and one.agent.engine.policy().exceptions)
        one.until(one.delivered)
        yield one


def want(seat: Clocked, hours: float, control: str = CONTROL) -> bool:
    """Ask as the window does."""
    form = {
        "control": control,
        "until": str(round(time.time() + hours * 3600)),
        "reason": REASON,
        "instead": "The file lies in a locked room.",
    }
    return seat.agent.desk.ask_exception(form)


def state(seat: Clocked) -> str:
    """Report once more, and give how the newest request stands at the desk."""
    seat.agent.desk.report_now()
    known = seat.agent.engine.snapshot().requests
    return known[0].state.value if known else ""


def control(seat: Clocked) -> Any:
    return next(c for c in seat.agent.engine.snapshot().controls if c.check == CONTROL)


def records(seat: Clocked) -> list[str]:
    entries = seat.agent.parts.storage.journal.read(0, 10_000)
    kinds = (e.record.kind for e in entries)
    return [kind.removeprefix("exception.") for kind in kinds if kind.startswith("exception.")]


def signed_in(seat: Clocked) -> Browser:
    browser = Browser(seat.centre)
    browser.sign_in()
    return browser


def rule(browser: Browser, seat: Clocked, act: str) -> None:
    page = browser.get("/exceptions")
    (id_,) = {one.id for one in seat.agent.engine.snapshot().requests[:1]}
    assert f"/exceptions/{id_}/{act}" in page
    browser.submit("/exceptions", f"/exceptions/{id_}/{act}")


def proved(seat: Clocked) -> list[int]:
    """At how many desks the control has passed since, of each exception that is over."""
    now, run = seat.centre.now(), seat.centre.admin._database.run
    return [one.proved for one in run(lambda c: exception_pages.lines(c, None, now, over=True))]


def acts(seat: Clocked) -> list[tuple[str, str]]:
    """Who did what in the audit log of the endpoint, as far as it is about exceptions."""
    asked_ = select(audit_log.c.actor, audit_log.c.act).order_by(audit_log.c.id)
    rows = seat.centre.admin._database.run(lambda c: c.execute(asked_).all())
    return [(by, act) for by, act in rows if act.startswith("exception.")]


def test_row_349_asked_at_the_desk_approved_counted_down_ended_and_proved(seat: Clocked) -> None:
    assert want(seat, 30)
    seat.until(lambda: state(seat) == "waiting")
    seat.until(seat.delivered)
    browser = signed_in(seat)
    page = browser.words("/exceptions")
    assert REASON in page
    assert "Asked for at the desk" in page
    rule(browser, seat, "approve")
    seat.until(lambda: state(seat) == "running")
    left = control(seat).excepted.until - time.time()
    assert 29 * 3600 < left < 30 * 3600
    file = seat.folder / "letter.txt"
    file.write_text(LETTER)
    seat.until(seat.found)
    assert seat.agent.engine.snapshot().prompts == (), "it is found, and nobody is asked"
    seat.until(seat.delivered)
    assert "In force at 1 of 1" in browser.words("/exceptions")
    seat.centre.stop()
    seat.desk_clock.ahead = seat.centre.ahead = left
    seat.until(lambda: control(seat).excepted is None)
    seat.until(lambda: seat.agent.engine.snapshot().inbox)
    assert records(seat)[-1] == "ended"
    file.unlink()
    seat.agent.desk.check_now()
    seat.until(lambda: records(seat)[-1] == "proved")
    assert control(seat).state is State.PASS
    assert records(seat) == ["asked", "began", "ended", "proved"]
    seat.centre.start()
    seat.until(seat.delivered)
    seat.until(lambda: asked(seat) and proved(seat) == [1])
    assert acts(seat) == [("sam", "exception.approved")]


def test_row_349_declined_at_the_console_is_seen_at_the_desk(seat: Clocked) -> None:
    assert want(seat, 4)
    seat.until(lambda: state(seat) == "waiting")
    seat.until(seat.delivered)
    browser = signed_in(seat)
    rule(browser, seat, "refuse")
    seat.until(lambda: state(seat) == "declined")
    assert control(seat).excepted is None
    assert records(seat) == ["asked", "declined"]
    (notice,) = (n for n in seat.agent.engine.snapshot().inbox if n.id.startswith("exception-"))
    assert notice.body.id == "exception-told.declined"
    assert acts(seat) == [("sam", "exception.refused")]


def test_row_349_asked_while_the_endpoint_is_away_it_arrives_once_later(seat: Clocked) -> None:
    seat.centre.stop()
    assert want(seat, 4)
    assert not want(seat, 100), "longer than the policy allows"
    assert not want(seat, 4, "firewall"), "and only what it names"
    seat.until(lambda: state(seat) == "waiting")
    seat.until(lambda: (told := seat.state()) and told.problem)
    seat.centre.start()
    seat.until(seat.delivered)
    browser = signed_in(seat)
    assert browser.words("/exceptions").count(REASON) == 1
    rule(browser, seat, "approve")
    seat.until(lambda: state(seat) == "running")
    browser.submit("/exceptions", f"/exceptions/{control(seat).excepted.id}/end")
    seat.until(lambda: state(seat) == "over")
    assert control(seat).excepted is None
    assert acts(seat) == [("sam", "exception.approved"), ("sam", "exception.withdrawn")]
