"""The clipboard of a real X server in hard cases: other forms, masks, floods, giants and fights."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from agentguard import platforms
from agentguard.base.errors import PlatformError
from agentguard.model.events import ClipboardScanned, Event
from agentguard.model.hits import Hit
from agentguard.platforms._linux.clipboard import X11Clipboard
from agentguard.ports.desktop import Copied
from agentguard.sensors.clipboard import ClipboardSensor
from tests.desktop.harness import Desktop, eventually
from tests.desktop.test_clipboard import OWNER, Watch, own, paste, read, xclip

pytestmark = pytest.mark.heavy

CARD = "4556 7375 8689 9855"
GIANT = 100 * 1024 * 1024


@pytest.fixture
def desk(x_session: Desktop) -> Desktop:
    return x_session


@pytest.fixture
def clipboard(desk: Desktop) -> X11Clipboard:
    return X11Clipboard(desk.display)


@pytest.fixture
def watch(clipboard: X11Clipboard) -> Iterator[Watch]:
    watching = Watch(clipboard)
    yield watching
    watching.end()


def whole(copied: Copied | None) -> Copied | None:
    """Give what was read to its end: an owner of a busy machine may answer too late."""
    return copied if copied is not None and copied.whole else None


def test_a_page_is_read_beside_its_text(desk, clipboard) -> None:
    own(desk, "page")
    copied = eventually(lambda: whole(read(clipboard)))
    assert (copied.text, copied.whole) == ("a page", True)
    assert [(f.kind, f.data) for f in copied.flavours] == [
        ("html", "<b>Grüße</b>"),
        ("rtf", r"{\rtf1 words}"),
        ("csv", "a,b"),
        ("files", "file:///a/b\r\n"),
    ]


def test_a_page_without_text_is_read(desk, clipboard) -> None:
    own(desk, "only-page")
    copied = eventually(lambda: whole(read(clipboard)))
    assert (copied.text, [f.data for f in copied.flavours]) == ("", ["<i>only</i>"])


def test_a_form_that_does_not_come_leaves_the_rest_unjudged(desk, clipboard) -> None:
    own(desk, "half-silent")
    copied = read(clipboard)
    assert (copied.text, copied.whole) == ("half", False)
    xclip(desk, "afterwards")
    assert read(clipboard).text == "afterwards"


def test_a_text_is_replaced_and_other_programs_paste_it(desk, clipboard, watch) -> None:
    xclip(desk, f"charge {CARD}")
    assert read(clipboard).text.startswith("charge")
    assert clipboard.replace("CLIPBOARD", "charge •••")
    assert paste(desk) == "charge •••"
    targets = desk.run("xclip", "-o", "-selection", "clipboard", "-t", "TARGETS").split()
    assert {"UTF8_STRING", "x-kde-passwordManagerHint"} <= set(targets)
    assert read(clipboard).own


def test_what_was_copied_since_is_not_replaced(desk, clipboard, watch) -> None:
    xclip(desk, "judged")
    read(clipboard)
    xclip(desk, "newer")
    assert not clipboard.replace("CLIPBOARD", "mask")
    assert paste(desk) == "newer"


def test_a_copy_after_a_mask_takes_the_clipboard_back(desk, clipboard, watch) -> None:
    xclip(desk, "first")
    read(clipboard)
    clipboard.replace("CLIPBOARD", "mask")
    xclip(desk, "second")
    assert (paste(desk), read(clipboard).text) == ("second", "second")


def test_nothing_is_replaced_while_nobody_watches_or_when_it_is_too_long(desk, clipboard) -> None:
    xclip(desk, "judged")
    read(clipboard)
    with pytest.raises(PlatformError):
        clipboard.replace("CLIPBOARD", "mask")
    watching = Watch(clipboard)
    try:
        with pytest.raises(PlatformError):
            clipboard.replace("CLIPBOARD", "x" * 300_000)
    finally:
        watching.end()
    assert paste(desk) == "judged"


def judge(text: str) -> tuple[Hit, ...]:
    return (Hit(kind="PAN", count=1),) if CARD in text else ()


@contextmanager
def sensing(clipboard: X11Clipboard) -> Iterator[list[Event]]:
    """Have the real sensor at work."""
    events: list[Event] = []
    stop = threading.Event()
    sensor = ClipboardSensor(clipboard, judge, platforms.system_clock())
    thread = threading.Thread(target=sensor.run, args=(events.append, stop))
    thread.start()
    eventually(lambda: scans(events))
    del events[:]
    try:
        yield events
    finally:
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


def scans(events: list[Event]) -> list[ClipboardScanned]:
    return [e for e in events if isinstance(e, ClipboardScanned) and e.selection == "CLIPBOARD"]


def test_in_a_flood_of_a_thousand_a_second_the_newest_is_judged_and_few_others_are(
    desk, clipboard
) -> None:
    with sensing(clipboard) as events:
        owner = desk.start(sys.executable, OWNER, "flood", stdout=-1)
        assert owner.stdout.readline() == "owned\n"
        seconds, changes, asked = map(float, owner.stdout.readline().split())
        eventually(lambda: scans(events)[-1:] and scans(events)[-1].hits)
    assert changes / seconds > 500
    assert len(scans(events)) < 20 * seconds + 25
    assert asked < 3 * (20 * seconds + 25)  # what it offers, its text, and once more in a race


def test_a_hundred_mebibytes_are_let_alone_and_cost_no_memory(desk, clipboard) -> None:
    before = psutil.Process().memory_info().rss
    with sensing(clipboard) as events:
        desk.start(sys.executable, OWNER, "giant", stdout=-1).stdout.readline()
        eventually(lambda: scans(events))
        began = time.monotonic()
        xclip(desk, CARD)
        eventually(lambda: scans(events)[-1].hits)
        assert time.monotonic() - began < 10
    assert scans(events)[0].judged is False
    assert psutil.Process().memory_info().rss - before < GIANT / 2


@pytest.mark.parametrize(("kind", "judged"), [("silent", False), ("dies", True)])
def test_after_an_owner_that_fails_the_next_copy_is_judged(desk, clipboard, kind, judged) -> None:
    with sensing(clipboard) as events:
        own(desk, kind)
        eventually(lambda: scans(events))
        xclip(desk, CARD)
        eventually(lambda: scans(events)[-1].hits)
    assert (scans(events)[0].judged, scans(events)[0].hits) == (judged, ())  # a dead one left none
