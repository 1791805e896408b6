"""What KDE's and GNOME's real compositors give a program without a window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentguard.platforms import linux
from agentguard.ports.desktop import Absent, Backend
from tests.desktop.compositors import Kwin, Mutter
from tests.desktop.harness import eventually
from tests.desktop.test_clipboard import Watch

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def kde() -> Iterator[Kwin]:
    with Kwin() as desktop:
        yield desktop


@pytest.fixture(scope="module")
def gnome() -> Iterator[Mutter]:
    with Mutter() as desktop:
        yield desktop


def idle(backend: Backend) -> float:
    assert not isinstance(backend.session, Absent)
    seconds = backend.session.read().idle
    assert seconds is not None
    return seconds


def test_kde_tells_idle_time(kde: Kwin) -> None:
    backend = linux.backend(kde.env)
    eventually(lambda: idle(backend) >= 2)
    assert "wayland" in backend.session.read().source


def test_kde_shows_what_is_copied_and_takes_a_mask(kde: Kwin) -> None:
    clipboard = linux.backend(kde.env).clipboard
    assert not isinstance(clipboard, Absent)
    watching = Watch(clipboard)
    try:
        kde.copy("copied under KDE", "--type", "text/plain;charset=utf-8")
        read = clipboard.read("CLIPBOARD", limit=1000, seconds=2)
        assert read is not None
        assert read.text == "copied under KDE"
        assert clipboard.replace("CLIPBOARD", "mask")
        eventually(lambda: kde.paste() == "mask")
    finally:
        watching.end()


def test_kde_does_not_tell_the_window_in_front(kde: Kwin) -> None:
    foreground = linux.backend(kde.env).foreground
    assert isinstance(foreground, Absent)
    assert foreground.reason.id == "desktop.wayland"


def test_gnome_tells_idle_time_by_its_own_service(gnome: Mutter) -> None:
    backend = linux.backend(gnome.env)
    eventually(lambda: idle(backend) >= 2)
    gnome.touch()
    assert idle(backend) < 2
    assert "mutter" in backend.session.read().source


def test_gnome_shows_neither_copies_nor_windows(gnome: Mutter) -> None:
    backend = linux.backend(gnome.env)
    for part in (backend.clipboard, backend.foreground):
        assert isinstance(part, Absent)
        assert part.reason.id == "desktop.wayland"
