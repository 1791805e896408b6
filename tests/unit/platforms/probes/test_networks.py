"""Wi-Fis, by what nmcli says."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes._asked import Answer
from agentguard.platforms._linux.probes.networks import has_wireless, read_from

AT = Moment(boot=10.0, wall=1_790_000_000.0)


@pytest.mark.parametrize(
    ("words", "wifi"),
    [
        ("no:WPA2\nyes:WPA2\nno:\n", ("protected",)),
        ("yes:\n", ("open",)),
        ("yes:--\n", ("open",)),
        ("yes:WEP\n", ("weak",)),
        ("yes:WPA1 WPA2 802.1X\n", ("protected",)),
        ("yes:WPA3\nyes:\n", ("protected", "open")),
        ("yes:OWE\n", ("protected",)),
        ("no:WPA2\n", ()),
        ("", ()),
    ],
    ids=["wpa2", "open", "dashes", "wep", "enterprise", "two", "owe", "unused", "nothing"],
)
def test_the_networks_in_use_are_told_by_their_kind(words, wifi) -> None:
    seen = read_from(Answer(text=words), AT)
    assert (seen.wireless, seen.wifi, seen.unread) == (True, wifi, "")


def test_a_tool_that_is_missing_leaves_it_unread() -> None:
    assert read_from(Answer(unread="no-tool"), AT).unread == "no-tool"


def test_an_interface_is_wireless_by_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "eth0").mkdir()
    assert has_wireless(tmp_path) is False
    (tmp_path / "wlan0" / "wireless").mkdir(parents=True)
    assert has_wireless(tmp_path) is True
    assert has_wireless(tmp_path / "none") is None
