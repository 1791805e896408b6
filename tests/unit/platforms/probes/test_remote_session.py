"""Sessions of xrdp, by its settings as Debian ships them and as an administrator changes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._linux.probes.remote_session import CHANNELS, SESSIONS, read_from

AT = Moment(boot=10.0, wall=1_790_000_000.0)
VECTORS = Path(__file__).parents[3] / "vectors" / "probes"
INSIDE = {"XRDP_SESSION": "1", "DISPLAY": ":10"}
SHIPPED = {
    CHANNELS: (VECTORS / "xrdp.ini").read_text(encoding="utf-8"),
    SESSIONS: (VECTORS / "sesman.ini").read_text(encoding="utf-8"),
}


def seen(root: Path, *changes: tuple[str, str, str]) -> tuple[str, bool | None, bool | None]:
    """Read the shipped settings after changes: a file, what stood there, what stands there now."""
    words = dict(SHIPPED)
    for file, before, after in changes:
        assert before in words[file]
        words[file] = words[file].replace(before, after)
    for file, said in words.items():
        place = root / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(said, encoding="utf-8")
    told = read_from(root, INSIDE, AT)
    return told.protocol, told.clipboard, told.drives


def test_as_it_is_shipped_everything_is_open(tmp_path) -> None:
    assert seen(tmp_path) == ("xrdp", True, True)


NO_CLIPBOARD = (CHANNELS, "cliprdr=true", "cliprdr=false")
NO_DRIVES = (CHANNELS, "rdpdr=true", "rdpdr=false")
NONE_OUT = "RestrictOutboundClipboard=none"


@pytest.mark.parametrize(
    ("change", "clipboard", "drives"),
    [
        (NO_CLIPBOARD, False, True),
        (NO_DRIVES, True, False),
        ((CHANNELS, "cliprdr=true", ""), False, True),
        ((CHANNELS, "allow_channels=true", "allow_channels=false"), False, False),
        ((SESSIONS, NONE_OUT, "RestrictOutboundClipboard=all"), False, True),
        ((SESSIONS, NONE_OUT, "RestrictOutboundClipboard=true"), False, True),
        ((SESSIONS, NONE_OUT, "RestrictOutboundClipboard=text, file"), False, True),
        ((SESSIONS, NONE_OUT, "RestrictOutboundClipboard=image"), True, True),
        ((SESSIONS, NONE_OUT, "RestrictOutboundClipboard=text"), True, True),
        ((SESSIONS, "#EnableFuseMount=false", "EnableFuseMount=false"), True, False),
    ],
    ids=[
        "no-clipboard", "no-drives", "not-listed", "no-channels", "none-out", "old-word",
        "neither-text-nor-files", "no-pictures", "files-still", "no-mount",
    ],
)  # fmt: skip
def test_what_is_closed_is_told(tmp_path, change, clipboard, drives) -> None:
    assert seen(tmp_path, change) == ("xrdp", clipboard, drives)


def test_a_kind_of_session_may_open_a_channel_again(tmp_path) -> None:
    reopened = (CHANNELS, "[Xorg]", "[Xorg]\nchannel.cliprdr=true")
    assert seen(tmp_path, NO_CLIPBOARD, reopened)[1] is True


def test_any_other_session_is_none(tmp_path) -> None:
    told = read_from(tmp_path, {"DISPLAY": ":0"}, AT)
    assert (told.protocol, told.unread) == ("", "")


def test_settings_that_cannot_be_read_leave_it_unknown(tmp_path) -> None:
    told = read_from(tmp_path, INSIDE, AT)
    assert (told.protocol, told.clipboard, told.drives) == ("xrdp", None, None)


def test_one_closed_door_is_known_without_the_other_file(tmp_path) -> None:
    seen(tmp_path, NO_CLIPBOARD)
    (tmp_path / SESSIONS).unlink()
    told = read_from(tmp_path, INSIDE, AT)
    assert (told.clipboard, told.drives) == (False, None)
