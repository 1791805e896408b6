"""Whether the person wants no notices, as real services on a real bus tell it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.busy import NOTICES, PROBE, XFCONF, BusyProbe
from tests.desktop.harness import Desktop, eventually
from tests.desktop.test_notify import names

pytestmark = pytest.mark.heavy

SERVICE = str(Path(__file__).with_name("busy_service.py"))
GNOME = {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}


def said(desktop: Desktop, **more: object) -> bool | None:
    """Ask as the agent does, with a probe of one's own."""
    told = BusyProbe({**desktop.env, **more}).read(Moment(boot=1.0, wall=1.0), None)  # type: ignore[dict-item,arg-type] # test values
    assert told.presenting is None, "no desktop here tells of presentations"
    return told.do_not_disturb


def test_dunst_tells_that_it_is_paused(fresh_session: Desktop) -> None:
    assert said(fresh_session) is None, "nobody is there to tell"
    fresh_session.start("dunst")
    eventually(lambda: NOTICES in names(fresh_session))
    assert said(fresh_session) is False
    fresh_session.run("dunstctl", "set-paused", "true")
    eventually(lambda: said(fresh_session) is True)
    fresh_session.run("dunstctl", "set-paused", "false")
    eventually(lambda: said(fresh_session) is False)


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        (NOTICES, "inhibited", True),
        (NOTICES, "free", False),
        (NOTICES, "plain", None),
        (NOTICES, "odd", None),
        (XFCONF, "inhibited", True),
        (XFCONF, "free", False),
        (XFCONF, "plain", None),
    ],
)
def test_what_a_service_tells_counts_and_what_it_does_not_tell_is_not_known(
    fresh_session: Desktop, name: str, kind: str, wanted: bool | None
) -> None:
    fresh_session.start(sys.executable, SERVICE, kind, name)
    eventually(lambda: name in names(fresh_session))
    assert said(fresh_session) is wanted


def test_a_service_that_never_answers_is_not_known(fresh_session: Desktop) -> None:
    fresh_session.start(sys.executable, SERVICE, "silent", NOTICES)
    eventually(lambda: NOTICES in names(fresh_session))
    assert said(fresh_session) is None


def test_without_a_bus_nothing_is_known() -> None:
    assert BusyProbe({}).read(Moment(boot=1.0, wall=1.0), None).do_not_disturb is None  # type: ignore[arg-type] # not read
    assert PROBE.name == "busy"


@pytest.mark.parametrize(
    ("answer", "wanted"), [("true\n", False), ("false\n", True), (None, None), ("?", None)]
)
def test_gnome_tells_by_its_settings_and_is_asked_once_a_minute(
    answer: str | None, wanted: bool | None
) -> None:
    asked: list[tuple[str, ...]] = []

    def run(*command: str) -> str | None:
        asked.append(command)
        return answer

    probe = BusyProbe(GNOME, run)
    for second in range(0, 120, 15):
        told = probe.read(Moment(boot=float(second), wall=0.0), None)  # type: ignore[arg-type] # not read
        assert told.do_not_disturb is wanted
    assert len(asked) == 2
