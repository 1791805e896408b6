"""The journeys of the installer's tests: side by side, and what each finds counts."""

from __future__ import annotations

import threading
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from tests.installer.budget import BUDGET, Clock

if TYPE_CHECKING:
    from tests.installer.journey import Report

PATIENCE = 20.0


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the program, which finds its neighbours as `dev.py` starts it."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "windows")
    from tests.installer import run  # noqa: PLC0415 - see above

    return run


def test_two_journeys_meet_and_every_check_counts(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    both, whole = threading.Barrier(2), run.Report()

    def one(report: Report) -> None:
        both.wait(PATIENCE)
        with report.leg("install"):
            report.check("it ends with 0", 0, 0)

    def other(report: Report) -> None:
        both.wait(PATIENCE)
        report.check("it ends with 0", 1603, 0)

    whole.check("the tree is small", True)
    run.beside(whole, {"one": one, "other": other})
    assert (whole.count, whole.failed) == (3, ["other: it ends with 0"])
    told = capsys.readouterr().out
    assert "1 checks  one: install" in told
    assert "FAILED  other: it ends with 0: 1603, not 0" in told


def test_a_journey_that_breaks_off_ends_the_run_once_the_others_are_home(run: ModuleType) -> None:
    whole = run.Report()

    def breaks(_report: Report) -> None:
        raise TimeoutError

    def goes_on(report: Report) -> None:
        report.check("it ends with 0", 0, 0)

    with pytest.raises(TimeoutError):
        run.beside(whole, {"breaks": breaks, "goes on": goes_on})
    assert whole.count == 1


@pytest.mark.parametrize(
    ("took", "load", "said", "late"),
    [
        (719.0, 9.0, "", False),
        (721.0, 2.5, "quiet", True),
        (721.0, 4.0, "quiet", True),
        (2360.0, 9.0, "proves nothing", False),
    ],
)
def test_row_159_the_time_is_held_on_a_quiet_machine_and_told_on_a_busy_one(
    took: float, load: float, said: str, late: bool
) -> None:
    times = iter([100.0])
    parts: dict[str, Any] = {
        "now": lambda: next(times, 100.0 + took),
        "load": lambda: load,
        "cores": 2,
    }
    told, failed = Clock(**parts, beside=False).judged()
    assert said in told
    assert bool(told) == (took > BUDGET)
    assert failed is late


@pytest.mark.parametrize(
    ("code", "took", "load", "ends"),
    [
        (0, 719.0, 2.0, 0),
        (0, 721.0, 6.0, 1),
        (0, 721.0, 6.5, 0),  # more at work than its own four shares on two cores
        (3, 721.0, 2.0, 3),
    ],
)
def test_row_159_what_runs_under_wine_is_held_to_the_same_time(
    code: int, took: float, load: float, ends: int, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([100.0])
    parts: dict[str, Any] = {
        "now": lambda: next(times, 100.0 + took),
        "load": lambda: load,
        "cores": 2,
    }
    clock = Clock(**parts, own=4.0, beside=False)
    assert clock.ended(code) == ends
    assert f"{took} s" in capsys.readouterr().out


def test_row_159_two_runs_side_by_side_are_held_to_no_time() -> None:
    times = iter([100.0])
    clock = Clock(now=lambda: next(times, 1000.0), load=lambda: 1.0, cores=2, beside=True)
    told, failed = clock.judged()
    assert "beside it, it proves nothing" in told
    assert failed is False
