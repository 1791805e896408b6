"""What a real Wayland compositor gives: forms, masks, idle time, windows, and their ends."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import linux
from agentguard.platforms._linux.wayland import Connection, connected, offered
from agentguard.platforms._linux.wayland_clipboard import WaylandClipboard
from agentguard.platforms._linux.wayland_front import WaylandForeground, focused_pid
from agentguard.platforms._linux.wayland_idle import WaylandIdle
from agentguard.ports.desktop import Absent, Copied
from agentguard.ports.foreground import FocusedWindow
from tests.desktop.harness import eventually
from tests.desktop.sway import Sway
from tests.desktop.test_clipboard import Watch
from tests.desktop.test_whole_agent import CARD, Seat

pytestmark = pytest.mark.heavy

LIMIT = 1024 * 1024


@pytest.fixture(scope="module")
def shared() -> Iterator[Sway]:
    with Sway() as desktop:
        yield desktop


@pytest.fixture
def clipboard(shared: Sway) -> WaylandClipboard:
    return WaylandClipboard(shared.socket)


def read(clipboard: WaylandClipboard, limit: int = LIMIT) -> Copied | None:
    return clipboard.read("CLIPBOARD", limit=limit, seconds=2)


def test_the_backend_gives_what_the_compositor_offers(shared) -> None:
    backend = linux.backend(shared.env)
    parts = (backend.session, backend.clipboard, backend.foreground)
    assert not any(isinstance(part, Absent) for part in parts)


def test_a_compositor_that_is_away_gives_nothing_and_says_so(tmp_path: Path) -> None:
    env = {"XDG_SESSION_TYPE": "wayland", "XDG_RUNTIME_DIR": str(tmp_path)}
    backend = linux.backend(env)
    assert backend.clipboard.reason.id == "desktop.wayland"
    assert backend.foreground.reason.id == "desktop.wayland"
    assert backend.session.read().idle is None


@pytest.mark.parametrize(
    ("kind", "form", "data"),
    [
        ("html", "text/html", "<b>Grüße</b>"),
        ("csv", "text/csv", "a,b"),
        ("files", "text/uri-list", "file:///a/b"),
        ("rtf", "application/rtf", r"{\rtf1 words}"),
    ],
)
def test_other_forms_are_read(shared, clipboard, kind, form, data) -> None:
    shared.copy(data, "--type", form)
    flavour = next(f for f in read(clipboard).flavours if f.kind == kind)
    assert flavour.data == data


def test_a_long_text_is_cut(shared, clipboard) -> None:
    shared.copy("0123456789" * 100_000)
    copied = read(clipboard, limit=1000)
    assert (len(copied.text), copied.whole) == (1000, False)
    assert read(clipboard).whole


def test_an_owner_that_never_answers_costs_its_time_and_no_more(shared, clipboard) -> None:
    owner = shared.copy("soon mute")
    owner.send_signal(19)  # SIGSTOP: it holds the clipboard and says nothing
    try:
        with pytest.raises(PlatformError):
            clipboard.read("CLIPBOARD", limit=LIMIT, seconds=0.3)
    finally:
        owner.send_signal(18)
    shared.copy("afterwards")
    assert read(clipboard).text == "afterwards"


def test_row_465_what_could_not_be_read_is_not_cleared(shared, clipboard) -> None:
    shared.copy("judged")
    read(clipboard)
    owner = shared.copy("newer")
    owner.send_signal(19)  # SIGSTOP
    try:
        with pytest.raises(PlatformError):
            clipboard.read("CLIPBOARD", limit=LIMIT, seconds=0.3)
        assert not clipboard.clear("CLIPBOARD")
    finally:
        owner.send_signal(18)
    assert shared.paste() == "newer"


def test_row_465_after_a_lost_connection_nothing_is_cleared_before_it_was_read_anew(
    shared, clipboard
) -> None:
    shared.copy("judged")
    watching = Watch(clipboard)
    try:
        eventually(lambda: len(watching.told) >= len(clipboard.selections))
        read(clipboard)
        before = len(watching.told)
        clipboard._lose()
        with pytest.raises(PlatformError):
            clipboard.clear("CLIPBOARD")
        eventually(lambda: len(watching.told) > before)
        assert read(clipboard).text == "judged"
        assert clipboard.clear("CLIPBOARD")
    finally:
        watching.end()


def test_a_mask_is_marked_and_another_copy_takes_its_place(shared, clipboard) -> None:
    watching = Watch(clipboard)
    try:
        shared.copy("judged")
        read(clipboard)
        assert clipboard.replace("CLIPBOARD", "mask" * 40_000)
        assert shared.paste() == "mask" * 40_000
        assert "x-kde-passwordManagerHint" in shared.paste("--list-types")
        shared.copy("second")
        assert read(clipboard).text == "second"
    finally:
        watching.end()


def test_a_mask_comes_too_late_for_something_newer(shared, clipboard) -> None:
    watching = Watch(clipboard)
    try:
        shared.copy("judged")
        read(clipboard)
        shared.copy("newer")
        assert not clipboard.replace("CLIPBOARD", "mask")
        assert shared.paste() == "newer"
    finally:
        watching.end()


def test_nothing_is_replaced_while_nobody_watches(shared, clipboard) -> None:
    with pytest.raises(PlatformError):
        clipboard.replace("CLIPBOARD", "mask")


def test_idle_time_is_right_to_a_second(shared) -> None:
    idle = WaylandIdle(shared.socket)
    shared.type_key()
    eventually(lambda: idle.seconds() >= 2)
    shared.type_key()
    eventually(lambda: idle.seconds() < 1)


@contextmanager
def watched(desk: Sway, env: dict[str, str]) -> Iterator[list[FocusedWindow]]:
    told: list[FocusedWindow] = []
    stop = threading.Event()
    front = WaylandForeground(desk.socket, env)
    thread = threading.Thread(target=front.watch, args=(told.append, stop))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def test_without_swaymsg_the_app_id_stands_for_the_program(shared) -> None:
    with watched(shared, {}) as told:
        window = shared.open_window("org.example.Crm")
        eventually(lambda: told and told[-1].window_class == "org.example.Crm")
        assert told[-1].image == "crm"
        shared.end(window)
        eventually(lambda: told[-1].window == 0)


def test_when_the_compositor_dies_all_say_so_and_none_hangs() -> None:
    with Sway() as desk:
        clipboard, idle = WaylandClipboard(desk.socket), WaylandIdle(desk.socket)
        read(clipboard)
        watching = Watch(clipboard)
        desk.stop_compositor()
        watching.thread.join(5)
        assert watching.failed
        with pytest.raises(PlatformError):
            read(clipboard)
        with pytest.raises(PlatformError):
            idle.seconds()


@contextmanager
def speaking(folder: Path, words: bytes) -> Iterator[Path]:
    """Be a compositor that says these words to whoever connects, and then nothing."""
    path = folder / "wayland-0"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()

        def answer() -> None:
            with door.accept()[0] as guest:
                guest.recv(1000)
                guest.sendall(words)
                guest.settimeout(5)
                while guest.recv(1000):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield path
        thread.join(5)


@pytest.mark.parametrize(
    "words",
    [
        b"\0" * 16,
        struct.pack("=IHH", 2, 0, 4),
        struct.pack("=IHHIII", 1, 0, 20, 1, 0, 0),
        struct.pack("=IHH", 2, 0, 65535),
        b"",
    ],
    ids=["zeros", "too-small", "refused", "never-whole", "mute"],
)
def test_a_compositor_that_speaks_nonsense_offers_nothing(tmp_path: Path, words: bytes) -> None:
    with speaking(tmp_path, words) as path:
        assert offered(path) == frozenset()


def test_globals_have_their_version(shared) -> None:
    with connected(shared.socket) as connection:
        assert connection.version("wl_seat") >= 1
        assert connection.version("nothing") == connection.bind("nothing", 1) == 0
    with pytest.raises(PlatformError):
        Connection(Path("/nonexistent"))


@pytest.mark.parametrize(
    ("tree", "pid"),
    [
        ({"nodes": [{"nodes": [{"focused": True, "pid": 7}]}]}, 7),
        ({"floating_nodes": [{"focused": True, "pid": 8}]}, 8),
        ({"focused": True, "pid": "7"}, None),
        ({"nodes": "x"}, None),
        ([], None),
    ],
    ids=["tiled", "floating", "no-number", "no-list", "no-tree"],
)
def test_the_focused_process_is_found_in_sways_tree(tree, pid) -> None:
    assert focused_pid(tree) == pid


class WaylandSeat(Seat):
    """A user's folders at a Wayland session."""

    def copy(self, text: str) -> None:
        owner = self.inside.start("wl-copy", "--foreground", stdin=subprocess.PIPE)
        owner.stdin.write(text)
        owner.stdin.close()

    def paste(self) -> str:
        with suppress(subprocess.CalledProcessError):
            return self.inside.run("wl-paste", "--no-newline")
        return ""


@pytest.mark.timeout(120)
def test_the_whole_agent_guards_a_wayland_desk(tmp_path: Path) -> None:
    with Sway() as desktop:
        seat = WaylandSeat(desktop, tmp_path)
        agent = seat.start("run")
        seat.copy(f"pay {CARD}")
        eventually(lambda: seat.has("finding.opened", check="clipboard"))
        eventually(lambda: not seat.paste())
        desktop.open_window("Customers")
        eventually(lambda: seat.has("prompt.asked", kind="proof", check="reauth"))
        seat.end(agent)
