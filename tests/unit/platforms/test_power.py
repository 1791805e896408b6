"""Whether the computer runs on its battery, from what the kernel writes about its supplies."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.platforms import simulated
from agentguard.platforms._linux.power import on_battery
from agentguard.platforms.simulated import SimulatedDesktop

MAINS = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
CHARGING = {"type": "Battery", "status": "Charging"}
DRAINING = {"type": "Battery", "status": "Discharging"}
FULL = {"type": "Battery", "status": "Full"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}
USB_C = {"type": "USB", "online": "1"}


def supplies(folder: Path, *every: dict[str, str]) -> str:
    for number, supply in enumerate(every):
        (folder / f"s{number}").mkdir()
        for name, word in supply.items():
            (folder / f"s{number}" / name).write_text(f"{word}\n")
    return str(folder)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ([], None),
        ([MAINS], False),
        ([UNPLUGGED, DRAINING], True),
        ([MAINS, CHARGING], False),
        ([MAINS, DRAINING], False),  # a charger that is too weak is mains power still
        ([UNPLUGGED, USB_C, CHARGING], False),
        ([FULL], False),
        ([DRAINING, FULL], True),
        ([MOUSE], None),
        ([MAINS, MOUSE], False),
        ([UNPLUGGED, MOUSE, DRAINING], True),
        ([{"type": "UPS", "status": "Discharging"}], True),
        ([{"type": "Battery"}], None),
        ([{"type": "Battery", "status": "Unknown"}], False),
    ],
    ids=str,
)
def test_what_the_kernel_says_is_understood(
    tmp_path: Path, every: list[dict[str, str]], *, expected: bool | None
) -> None:
    assert on_battery(supplies(tmp_path, *every)) is expected


def test_without_the_kernels_word_nothing_is_known(tmp_path: Path) -> None:
    assert on_battery(str(tmp_path / "none")) is None


def test_nonsense_is_nothing(tmp_path: Path) -> None:
    place = supplies(tmp_path, {"type": "Battery"})
    (tmp_path / "s0" / "status").write_bytes(b"\xff\xfe")
    assert on_battery(place) is None


def test_the_simulated_desk_is_unplugged_and_plugged_in() -> None:
    desktop = SimulatedDesktop(simulated.FakeClock())
    asked = desktop.backend.on_battery
    assert asked() is None
    desktop.unplug()
    assert asked() is True
    desktop.unplug(battery=False)
    assert asked() is False
