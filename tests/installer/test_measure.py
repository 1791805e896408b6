"""The figures of memory and threads are of what they say they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

EXE = r"C:\Program Files\AgentGuard\agentguard.exe"


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Give the module, which finds its neighbours as `dev.py` starts it."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "windows")
    from tests.installer import measure  # noqa: PLC0415 - see above

    return measure


@pytest.mark.parametrize(
    "child",
    [
        (EXE, "--scan-child", "680"),
        (EXE, "scan-child", "680"),
        ("python.exe", "-c", "from multiprocessing.spawn import spawn_main; spawn_main()"),
    ],
)
def test_row_159_a_child_is_counted_beside_its_tray_however_it_is_started(
    measure: ModuleType, child: tuple[str, ...]
) -> None:
    tray = measure.Seen(words=(EXE, "tray", "", ""), resident=203.4, own=174.0, threads=12)
    other = measure.Seen(words=child, resident=78.9, own=56.8, threads=1)
    told = measure.told([other, tray])
    assert told == (
        "203 MB resident, 174 of its own, 12 threads;"
        " its child 79 MB resident, 57 of its own, 1 threads"
    )


def test_row_159_a_child_that_is_not_there_is_no_second_figure(measure: ModuleType) -> None:
    tray = measure.Seen(words=(EXE, "tray"), resident=203.4, own=174.0, threads=12)
    assert measure.told([tray]).endswith("no scan child was there")
    assert "cannot be told" in measure.told([])
    assert "cannot be told" in measure.told([tray, tray])
