"""The clipboard of a real X server, owned by other programs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from Xlib.display import Display

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.clipboard import X11Clipboard
from agentguard.ports.desktop import Copied
from tests.desktop.harness import Desktop, eventually

pytestmark = pytest.mark.heavy

LIMIT = 1024 * 1024
SECONDS = 0.5
OWNER = str(Path(__file__).with_name("clipboard_owner.py"))


@pytest.fixture
def desk(x_session: Desktop) -> Desktop:
    return x_session


@pytest.fixture
def clipboard(desk: Desktop) -> X11Clipboard:
    return X11Clipboard(desk.display)


def xclip(desk: Desktop, text: str, selection: str = "clipboard") -> subprocess.Popen[str]:
    """Copy with xclip, and wait until it owns the selection."""
    before = owner_window(desk, selection)
    owner = desk.start("xclip", "-quiet", "-selection", selection, stdin=subprocess.PIPE)
    owner.stdin.write(text)
    owner.stdin.close()
    eventually(lambda: owner_window(desk, selection) not in {before, 0})
    return owner


def owner_window(desk: Desktop, selection: str) -> int:
    display = Display(desk.display)
    owner = display.get_selection_owner(display.get_atom(selection.upper()))
    display.close()
    return owner.id if owner else 0


def paste(desk: Desktop, selection: str = "clipboard") -> str | None:
    try:
        return desk.run("xclip", "-o", "-selection", selection)
    except subprocess.CalledProcessError:
        return None


def own(desk: Desktop, kind: str) -> subprocess.Popen[str]:
    owner = desk.start(sys.executable, OWNER, kind, stdout=subprocess.PIPE)
    assert owner.stdout.readline() == "owned\n"
    return owner


def read(clipboard: X11Clipboard, selection: str = "CLIPBOARD") -> Copied | None:
    return clipboard.read(selection, limit=LIMIT, seconds=SECONDS)


@pytest.mark.parametrize("text", ["plain", "Zürich, 你好, 🔑", "a\nb\tc", "x" * 200_000])
def test_text_and_the_program_it_was_copied_in_are_read(desk, clipboard, text) -> None:
    xclip(desk, text)
    copied = read(clipboard)
    assert copied is not None
    assert (copied.text, copied.app, copied.whole, copied.secret) == (text, "xclip", True, False)


def test_the_two_selections_are_told_apart(desk, clipboard) -> None:
    xclip(desk, "copied")
    desk.run("xsel", "--primary", "--input", given="marked")
    assert read(clipboard, "CLIPBOARD").text == "copied"
    marked = eventually(lambda: read(clipboard, "PRIMARY"))  # xsel owns it in a child
    assert (marked.text, marked.app) == ("marked", "xsel")


def test_a_long_text_is_cut_and_its_owner_lives_on(desk, clipboard) -> None:
    text = "0123456789" * 500_000
    xclip(desk, text)
    copied = clipboard.read("CLIPBOARD", limit=1000, seconds=SECONDS)
    assert copied.text == text[:1000]
    assert not copied.whole
    assert clipboard.read("CLIPBOARD", limit=10, seconds=SECONDS).text == text[:10]
    assert paste(desk) == text


def test_an_owner_that_never_answers_costs_half_a_second(desk, clipboard) -> None:
    own(desk, "silent")
    began = time.monotonic()
    with pytest.raises(PlatformError):
        read(clipboard)
    assert time.monotonic() - began < 2 * SECONDS
    xclip(desk, "after it")
    assert read(clipboard).text == "after it"


def test_an_owner_that_dies_in_the_middle_leaves_nothing(desk, clipboard) -> None:
    own(desk, "dies")
    began = time.monotonic()
    assert read(clipboard) is None
    assert time.monotonic() - began < 2 * SECONDS
    xclip(desk, "after it")
    assert read(clipboard).text == "after it"


def test_row_140_what_is_marked_as_secret_is_read_unless_a_known_program_owns_it(
    desk, clipboard
) -> None:
    own(desk, "secret")
    copied = read(clipboard)
    assert (copied.text, copied.marked) == ("correct horse battery staple", True)
    spared = clipboard.read("CLIPBOARD", limit=LIMIT, seconds=SECONDS, spared=copied.app.__eq__)
    assert (spared.text, spared.secret) == ("", True)


def test_a_picture_is_no_text(desk, clipboard) -> None:
    own(desk, "picture")
    assert read(clipboard) is None


def test_clearing_leaves_nothing_to_paste(desk, clipboard) -> None:
    xclip(desk, "to be cleared")
    read(clipboard)
    clipboard.clear("CLIPBOARD")
    assert paste(desk) is None
    assert read(clipboard) is None


def test_clearing_works_before_anything_was_read(desk, clipboard) -> None:
    xclip(desk, "to be cleared")
    clipboard.clear("CLIPBOARD")
    assert paste(desk) is None


def test_clearing_never_takes_what_was_copied_since(desk, clipboard) -> None:
    xclip(desk, "judged")
    read(clipboard)
    xclip(desk, "newer")
    clipboard.clear("CLIPBOARD")
    assert paste(desk) == "newer"


def test_row_465_what_could_not_be_read_is_not_cleared(desk, clipboard) -> None:
    xclip(desk, "judged")
    read(clipboard)
    own(desk, "silent")
    silent = owner_window(desk, "CLIPBOARD")
    with pytest.raises(PlatformError):
        read(clipboard)
    assert not clipboard.clear("CLIPBOARD")
    clipboard._forget()
    assert not clipboard.clear("CLIPBOARD")
    assert owner_window(desk, "CLIPBOARD") == silent


def test_row_465_what_was_read_is_cleared_though_its_program_answers_no_more(
    desk, clipboard
) -> None:
    owner = xclip(desk, "judged")
    assert read(clipboard).text == "judged"
    with stopped(owner.pid):
        with pytest.raises(PlatformError):
            read(clipboard)
        assert clipboard.clear("CLIPBOARD")
        assert owner_window(desk, "CLIPBOARD") == 0


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Let a program answer nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_clearing_one_selection_leaves_the_other(desk, clipboard) -> None:
    xclip(desk, "copied")
    xclip(desk, "marked", "primary")
    clipboard.clear("CLIPBOARD")
    assert (paste(desk), paste(desk, "primary")) == (None, "marked")


class Watch:
    """Watches in a thread of its own and keeps what it was told."""

    def __init__(self, clipboard: X11Clipboard, pause: float = 0.0) -> None:
        self.told: list[str] = []
        self.failed: list[PlatformError] = []
        self.stop = threading.Event()
        self._clipboard = clipboard
        self._pause = pause
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        eventually(lambda: len(self.told) >= 2 or self.failed)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self._clipboard.watch(self._hear, self.stop)
        except PlatformError as error:
            self.failed.append(error)

    def _hear(self, selection: str) -> None:
        self.told.append(selection)
        self.stop.wait(self._pause)


@pytest.fixture
def watch(clipboard: X11Clipboard) -> Iterator[Watch]:
    watching = Watch(clipboard)
    yield watching
    watching.end()


def test_both_selections_are_told_at_once(watch) -> None:
    assert watch.told == ["CLIPBOARD", "PRIMARY"]


def test_each_copy_is_told_with_its_selection(desk, watch) -> None:
    del watch.told[:]
    xclip(desk, "one")
    eventually(lambda: watch.told == ["CLIPBOARD"])
    desk.run("xsel", "--primary", "--input", given="two")
    eventually(lambda: watch.told[-1] == "PRIMARY")


def test_the_end_of_an_owner_is_told(desk, watch) -> None:
    owner = xclip(desk, "soon gone")
    eventually(lambda: watch.told.count("CLIPBOARD") >= 2)
    before = len(watch.told)
    desk.end(owner)
    eventually(lambda: len(watch.told) > before)


def test_of_a_flood_the_newest_is_told_and_not_each(desk, clipboard) -> None:
    watching = Watch(clipboard, pause=0.05)
    try:
        own(desk, "restless")
        eventually(lambda: watching.told.count("CLIPBOARD") >= 2)
        assert read(clipboard).text == "the last of many"
        assert len(watching.told) < 100
    finally:
        watching.end()


def test_a_stopped_watch_ends_soon(clipboard) -> None:
    watching = Watch(clipboard)
    began = time.monotonic()
    watching.end()
    assert time.monotonic() - began < 1


def test_reading_works_again_when_the_display_comes_back(fresh_session: Desktop) -> None:
    clipboard = X11Clipboard(fresh_session.display)
    xclip(fresh_session, "before")
    assert read(clipboard).text == "before"
    watching = Watch(clipboard)
    fresh_session.restart_x_server()
    with pytest.raises(PlatformError):
        read(clipboard)
    watching.thread.join(5)
    assert watching.failed
    xclip(fresh_session, "afterwards")
    assert read(clipboard).text == "afterwards"
