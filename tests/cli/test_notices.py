"""What an agent without windows shows by the desktop's own notifications."""

from __future__ import annotations

from dataclasses import replace

from agentguard.base.translations import load
from agentguard.commands._notices import Notices
from agentguard.model.payment import Recorder
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk

QUIET = data.snapshot()
TOLD = replace(QUIET, prompts=(data.NOTICE,))
WORDS = load()


def seated(**named: list[str]) -> tuple[SimulatedDesktop, SimulatedDesk, Notices]:
    desktop, desk = SimulatedDesktop(FakeClock(), **named), SimulatedDesk(QUIET)
    return desktop, desk, Notices(desk, WORDS, desktop.backend.notifier)


def test_each_prompt_is_shown_once_in_its_words() -> None:
    desktop, desk, notices = seated()
    notices.look()
    desk.show(TOLD)
    notices.look()
    notices.look()
    title = WORDS.title(data.NOTICE.check, "fail", data.NOTICE.body.id)
    body = WORDS.render(data.NOTICE.body)
    assert desktop.notices == ((title, body),)


def test_over_a_locked_screen_and_in_a_payment_it_waits() -> None:
    desktop, desk, notices = seated()
    for covered in (replace(TOLD, locked=True), data.paying(TOLD, Recorder.NONE)):
        desk.show(covered)
        notices.look()
    assert desktop.notices == ()
    desk.show(TOLD)
    notices.look()
    assert len(desktop.notices) == 1


def test_a_desktop_that_shows_nothing_costs_nothing(caplog) -> None:
    desktop, desk, notices = seated()
    desktop.refuse("notifier")
    desk.show(replace(QUIET, prompts=(data.NOTICE, data.LESSON)))
    notices.look()
    notices.look()
    assert len([one for one in caplog.records if "not shown" in one.message]) == 1
    caplog.clear()


def test_without_a_notifier_nobody_is_asked() -> None:
    desktop, desk, notices = seated(absent=["notifier"])
    desk.show(TOLD)
    notices.look()
    assert desktop.notices == ()
