"""The drill of an exception fails for whatever keeps a real one from ending as it must."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentguard.engine import exceptions
from agentguard.model.drills import DrillOutcome
from agentguard.runtime.drills import expired_exception
from agentguard.runtime.exception_book import Exceptions
from tests.flow.conftest import Floor
from tests.flow.test_drills import drill, drills_of, everything


class Never(Exceptions):
    """Ends none."""

    def _ended(self, *_: Any) -> bool:
        return False


class WallAlone(Exceptions):
    """Ends one by the wall clock and nothing else."""

    def _ended(self, one: Any, wall: float, _lived: float) -> bool:
        return super()._ended(one, wall, -math.inf)


class LivedAlone(Exceptions):
    """Ends one by time lived through and nothing else."""

    def _ended(self, one: Any, _wall: float, lived: float) -> bool:
        return super()._ended(one, -math.inf, lived)


class Forgetful(Exceptions):
    """Does not keep what is over."""

    def _keep(self) -> None:
        for id_, known in self._known.items():
            self._known[id_] = replace(known, over=False)
        super()._keep()


class Deaf(Exceptions):
    """Takes no list."""

    def take(self, _overlay: Any) -> None:
        """Drop it."""


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (Never, "not-ended"),
        (WallAlone, "not-ended"),
        (LivedAlone, "not-ended"),
        (Forgetful, "not-ended"),
        (Deaf, "not-taken"),
    ],
)
def test_row_339_a_book_that_ends_no_exception_in_time_fails_the_drill(
    start: Callable[[], Floor], book: type[Exceptions], why: str
) -> None:
    drills = drills_of(start())
    drills.rooms = replace(drills.rooms, exception_book=book)
    one = next(d for d in drills.catalogue if d.id == "expired-exception")
    ended = drills.run(one, threading.Event())
    assert (ended.outcome, ended.why) == (DrillOutcome.FAILED, why)


@pytest.mark.parametrize(
    ("broken", "why"),
    [("restore", "not-restored"), ("prove", "not-restored"), ("told", "not-noticed")],
)
def test_row_339_what_is_not_guarded_again_proved_or_verified_fails_the_drill(
    start: Callable[[], Floor], monkeypatch: pytest.MonkeyPatch, broken: str, why: str
) -> None:
    floor = start()
    if broken == "restore":
        monkeypatch.setattr("agentguard.engine.core.restore", lambda decision, *_: decision)
    elif broken == "prove":
        monkeypatch.setattr(exceptions, "prove", lambda decision, _: decision)
    else:
        monkeypatch.setattr("agentguard.uplink.exceptions.signed_by", lambda *_: True)
    ended = drill(floor, "expired-exception")
    assert (ended.outcome, ended.why) == (DrillOutcome.FAILED, why)


def test_row_339_the_desks_own_exceptions_posture_and_screen_are_as_before(
    start: Callable[[], Floor],
) -> None:
    floor = start()
    drills, before = drills_of(floor), floor.agent.exceptions.digest
    ended = drill(floor, "expired-exception")
    assert ended.outcome is DrillOutcome.PASSED, ended
    assert ended.seconds is not None
    assert ended.seconds < 5
    floor.until(lambda: "drill.ended" in [r.kind for r in floor.records()])
    kinds = [r.kind for r in floor.records()]
    assert not [kind for kind in kinds if kind.startswith("exception.")]
    assert "action.intended" not in kinds
    assert floor.agent.exceptions.digest == before
    assert everything(drills.folder) == everything(drills.aside) == []
    assert not floor.desktop.locked
    (told,) = [r.payload for r in floor.records() if r.kind == "drill.ended"]
    assert (told["drill"], told["id"]) == ("expired-exception", ended.run)


def test_row_339_the_shifted_clock_waits_as_the_computers_does(start: Callable[[], Floor]) -> None:
    clock = start().agent.drills.clock
    shifted = expired_exception.Shifted(clock, ahead=10.0, passed=3.0)
    stop = threading.Event()
    stop.set()
    assert shifted.wait(stop, 5.0)
    assert shifted.lived() == 3.0
    assert 9.0 < shifted.now().wall - clock.now().wall <= 10.0
