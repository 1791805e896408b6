"""Which drive letters stand for another computer."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.drive_answers import is_remote, letters

HERE = {"C:": "\\Device\\HarddiskVolume3", "S:": "\\??\\C:\\team", "T:": "\\??\\UNC\\files\\team"}


@pytest.mark.parametrize(
    "target",
    [
        "\\Device\\LanmanRedirector\\;T:000000000001a2b3\\files.example\\team",
        "\\Device\\Mup\\;LanmanRedirector\\;T:0000\\files.example\\team",
        "\\Device\\WebDavRedirector\\;W:0000\\dav.example\\docs",
        "\\Device\\RdpDr\\;tsclient\\C",
        "\\??\\UNC\\files.example\\team",
        "\\??\\T:\\below",
        "\\??\\t:",
        "\\DEVICE\\MUP\\files",
    ],
)
def test_another_computers_are_known(target: str) -> None:
    assert is_remote(target, HERE)


@pytest.mark.parametrize(
    "target",
    [
        "\\Device\\HarddiskVolume3",
        "\\Device\\CdRom0",
        "\\??\\C:\\UNC\\x",
        "\\??\\Q:\\gone",
        "\\??\\S:\\deep",
        "\\Device\\MupLike\\x",
        "",
    ],
)
def test_this_computers_are_not(target: str) -> None:
    assert not is_remote(target, HERE)


def test_letters_that_stand_for_each_other_come_to_an_end() -> None:
    assert not is_remote("\\??\\A:\\", {"A:": "\\??\\B:\\", "B:": "\\??\\A:\\"})


def test_a_mask_gives_its_letters() -> None:
    assert tuple(letters(0b10_0000_0000_0000_0000_0000_0101)) == ("A:", "C:", "Z:")
