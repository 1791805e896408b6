"""The clipboard of Windows, with another program that copies, pastes, hangs and dies."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.checks.clipboard import MANAGERS
from agentguard.platforms._win32.clipboard import CLIPBOARD, WindowsClipboard
from agentguard.platforms._win32.clipboard_reader import NoAnswer
from agentguard.ports.desktop import Copied, Flavour, Replaceable, Spared, nobody
from agentguard.sensors.clipboard import LIMIT, SECONDS
from tests.windows.another import Another, another

pytestmark = pytest.mark.xdist_group("desktop")

MARKS = json.loads(
    (Path(__file__).parents[1] / "vectors/windows/clipboard-marks.json").read_text("utf-8")
)["answers"]
CARD = "4539 1488 0343 6467"
EXCLUDED = "ExcludeClipboardContentFromMonitorProcessing"
NO = (0).to_bytes(4, "little").hex()
HTML = "<html><body><!--StartFragment--><b>4539 1488 0343 6467</b><!--EndFragment--></body></html>"
PATIENCE = 60.0
WITHIN = 120.0
"""Seconds after which something hangs; how long it takes is measured elsewhere."""


@pytest.fixture(scope="module")
def other() -> Iterator[Another]:
    with another() as made:
        yield made


@pytest.fixture
def doomed() -> Iterator[Another]:
    """Another program that may hang or die."""
    with another() as made:
        yield made


@pytest.fixture
def clipboard(other: Another) -> WindowsClipboard:
    other("copy")
    return WindowsClipboard(PATIENCE)


def read(
    clipboard: WindowsClipboard,
    limit: int = LIMIT,
    seconds: float = PATIENCE,
    spared: Spared = nobody,
) -> Copied | None:
    return clipboard.read(CLIPBOARD, limit=limit, seconds=seconds, spared=spared)


def eventually(holds: Callable[[], object]) -> None:
    end, pause = time.monotonic() + WITHIN, threading.Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.02)


@contextmanager
def held(other: Another) -> Iterator[None]:
    other("hold")
    try:
        yield
    finally:
        other("release")


def text_of(told: list[object]) -> str | None:
    """Give what was read last; in between the clipboard may have been busy."""
    return getattr(told[-1], "text", None) if told else None


def does_not_answer(clipboard: WindowsClipboard) -> bool:
    try:
        read(clipboard, seconds=SECONDS)
    except PlatformError as problem:
        return isinstance(problem, NoAnswer)
    return False


@contextmanager
def watched(clipboard: WindowsClipboard) -> Iterator[list[object]]:
    """Watch as the sensor does; gives what each reading gave."""
    told: list[object] = []
    stop = threading.Event()

    def changed(selection: str) -> None:
        try:
            told.append(clipboard.read(selection, limit=LIMIT, seconds=SECONDS))
        except PlatformError as problem:
            told.append(problem)

    thread = threading.Thread(target=clipboard.watch, args=(changed, stop))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(WITHIN)
    assert not thread.is_alive()


def cf_html(markup: str) -> bytes:
    """Give markup with the header that browsers write."""
    names = ("StartHTML", "EndHTML", "StartFragment", "EndFragment")
    head = "Version:0.9\r\n" + "".join(f"{name}:{{:010d}}\r\n" for name in names)
    start = len(head.format(0, 0, 0, 0))
    body = markup.encode()
    return head.format(start, start + len(body), start + 30, start + 60).encode() + body + b"\0"


def test_text_is_read_with_the_program_that_copied_it(clipboard, other: Another) -> None:
    other("copy", "Grüße 🙂 你好")
    assert read(clipboard) == Copied(text="Grüße 🙂 你好", app="python")


def test_every_form_is_read(clipboard, other: Another) -> None:
    rtf = rb"{\rtf1\ansi 4539 1488 0343 6467\'e4}"
    formats = [
        ("HTML Format", cf_html(HTML).hex()),
        ("Rich Text Format", rtf.hex()),
        ("Csv", "Müller;4539148803436467\r\n\0".encode().hex()),
    ]
    other("copy", "see", formats, ["C:\\data\\cards.xlsx", "D:\\Ünits\\b.txt"])
    copied = read(clipboard)
    assert (copied.text, copied.whole) == ("see", True)
    assert set(copied.flavours) == {
        Flavour(kind="html", data=HTML),
        Flavour(kind="rtf", data=rtf.decode("latin-1")),
        Flavour(kind="csv", data="Müller;4539148803436467\r\n"),
        Flavour(kind="files", data="C:\\data\\cards.xlsx\nD:\\Ünits\\b.txt"),
    }


def test_a_page_without_text_beside_it_is_read(clipboard, other: Another) -> None:
    other("copy", formats=[("HTML Format", cf_html(HTML).hex())])
    copied = read(clipboard)
    assert (copied.text, [flavour.kind for flavour in copied.flavours]) == ("", ["html"])


def test_what_is_no_text_is_nothing(clipboard, other: Another) -> None:
    other("copy", formats=[("PNG", "89504e47")])
    assert read(clipboard) is None


@pytest.mark.parametrize("who", MARKS)
def test_row_140_only_what_a_known_manager_excludes_is_not_read(
    clipboard, other: Another, who: str
) -> None:
    """What each program sets, as its makers' sources and issues in the vectors tell."""
    told = MARKS[who]
    marks = [(name, value.to_bytes(4, "little").hex()) for name, value in told["marks"].items()]
    other("copy", CARD, marks)
    copied = read(clipboard, spared=lambda _owner: told["program"] in MANAGERS)
    assert (copied.marked, copied.secret) == (told["marked"], told["spared"])
    assert copied.text == ("" if told["spared"] else CARD)


def test_row_140_the_mark_is_the_owners_and_no_other_programs(clipboard, other: Another) -> None:
    asked: list[str] = []
    other("copy", CARD, [(EXCLUDED, NO)])
    copied = read(clipboard, spared=lambda owner: bool(asked.append(owner)))
    assert (copied.text, copied.secret, asked) == (CARD, False, ["python"])


def test_row_140_without_an_owner_nobody_is_spared(clipboard, other: Another) -> None:
    """The program in front is no owner, though it is named as where the copy came from."""
    other("window", "Manager")
    other("orphan", CARD, [(EXCLUDED, NO)])
    copied = read(clipboard, spared=lambda _owner: True)
    other("close", "Manager")
    assert (copied.text, copied.secret, copied.marked) == (CARD, False, True)


@pytest.mark.parametrize(
    "value", [(1).to_bytes(4, "little").hex(), b"0".hex()], ids=["may", "letter"]
)
def test_a_mark_that_does_not_say_no_marks_nothing(clipboard, other: Another, value) -> None:
    other("copy", "in the open", [("CanIncludeInClipboardHistory", value)])
    copied = read(clipboard)
    assert (copied.text, copied.marked) == ("in the open", False)


def test_a_hundred_megabytes_cost_no_more_than_what_is_judged(clipboard, other: Another) -> None:
    other("big", 50 * 1024 * 1024)
    copied = read(clipboard)
    assert (len(copied.text), copied.whole) == (LIMIT, False)


def test_no_more_than_the_limit_is_read(clipboard, other: Another) -> None:
    other("copy", "🙂🙂🙂🙂")
    assert read(clipboard, limit=3) == Copied(text="🙂🙂🙂", app="python", whole=False)
    assert read(clipboard, limit=4).whole


def test_what_is_rendered_on_demand_is_read(clipboard, other: Another) -> None:
    other("later", "rendered")
    assert read(clipboard).text == "rendered"


def test_an_owner_that_never_renders_holds_nobody_up(clipboard, doomed: Another) -> None:
    doomed("later", "never")
    for _ in range(3):
        eventually(lambda: does_not_answer(clipboard))
    doomed.end()  # with it goes its promise
    eventually(clipboard._reader.answers)
    assert read(clipboard) is None


def test_an_owner_that_dies_while_it_is_asked_is_no_end(
    clipboard, doomed: Another, other: Another
) -> None:
    doomed("later", "dies")
    assert read(clipboard) is None
    other("copy", "after")
    assert read(clipboard).text == "after"


def test_an_owner_that_hangs_is_read_when_it_answers_again(clipboard, other: Another) -> None:
    other("copy", "from a busy program")
    other("hang")
    with watched(clipboard) as told:
        eventually(lambda: any(isinstance(one, NoAnswer) for one in told))
        other("answer")
        eventually(lambda: text_of(told) == "from a busy program")
    unanswered = [one for one in told if isinstance(one, NoAnswer)]
    assert len(unanswered) < 6  # it is not asked again and again


def test_of_what_came_in_part_nothing_newer_is_cleared_and_the_rest_is_read(
    clipboard, other: Another
) -> None:
    other("later", "waits", form="Csv", beside="4539 1488 0343 6467")
    part = read(clipboard, seconds=10.0)
    assert (part.text, part.whole, clipboard._owed) == ("4539 1488 0343 6467", False, True)
    other("answer")
    eventually(clipboard._reader.answers)
    other("copy", "newer")
    clipboard.clear(CLIPBOARD)
    assert other("paste")[""] == "newer"
    assert read(clipboard).whole


def test_row_465_what_could_not_be_read_is_not_cleared_and_that_is_told(
    clipboard, other: Another, doomed: Another
) -> None:
    other("copy", "judged")
    assert read(clipboard).text == "judged"
    doomed("copy", "newer")
    doomed("hang")
    assert does_not_answer(clipboard)
    with pytest.raises(PlatformError, match="could not be read"):
        clipboard.clear(CLIPBOARD)
    doomed("answer")
    eventually(clipboard._reader.answers)
    assert read(clipboard).text == "newer"
    assert clipboard.clear(CLIPBOARD)


def test_row_465_what_was_read_is_cleared_though_its_program_answers_no_more(
    clipboard, other: Another, doomed: Another
) -> None:
    del other
    doomed("copy", "judged")
    assert read(clipboard).text == "judged"
    doomed("hang")
    assert does_not_answer(clipboard)
    assert clipboard.clear(CLIPBOARD)
    doomed("answer")


def test_row_465_what_comes_late_of_a_copy_is_the_same_copy(clipboard, other: Another) -> None:
    other("later", "waits", form="Csv", beside=CARD)
    assert not read(clipboard, seconds=10.0).whole
    other("answer")
    eventually(clipboard._reader.answers)
    assert clipboard.clear(CLIPBOARD)


def test_a_clipboard_that_another_holds_open_is_waited_for(clipboard, other: Another) -> None:
    other("copy", "held")
    hasty = WindowsClipboard(0.1)
    assert read(hasty).text == "held"
    with held(other):
        with pytest.raises(PlatformError):
            read(clipboard, seconds=SECONDS)
        with pytest.raises(PlatformError):
            hasty.clear(CLIPBOARD)
    assert read(clipboard).text == "held"


def test_what_was_copied_while_the_clipboard_is_held_open_is_read_when_it_is_let_go(
    clipboard, other: Another
) -> None:
    other("copy", "held")
    with ExitStack() as holding:  # begun first: who watches reads what is there at once
        holding.enter_context(held(other))
        with watched(clipboard) as told:
            eventually(lambda: any(isinstance(one, PlatformError) for one in told))
            holding.close()
            eventually(lambda: text_of(told) == "held")


def test_each_copy_is_told_and_a_flood_ends_with_the_newest(clipboard, other: Another) -> None:
    with watched(clipboard) as told:
        eventually(lambda: told and told[-1] is None)
        other("copy", "one")
        eventually(lambda: text_of(told) == "one")
        other("copy", "flood", times=1000)
        eventually(lambda: text_of(told) == "flood 999")
    assert len(told) < 1000


def test_reading_is_no_news(clipboard, other: Another) -> None:
    other("later", "rendered")
    with watched(clipboard) as told:
        eventually(lambda: text_of(told) == "rendered")
        threading.Event().wait(2)
    assert sum(isinstance(one, Copied) for one in told) <= 3


def test_clearing_takes_what_was_read_and_nothing_newer(clipboard, other: Another) -> None:
    other("copy", "judged")
    read(clipboard)
    other("copy", "newer")
    assert not clipboard.clear(CLIPBOARD)
    assert other("paste")[""] == "newer"
    read(clipboard)
    assert clipboard.clear(CLIPBOARD)
    assert other("paste")[""] == ""


def test_a_masked_text_is_put_there_and_kept_out_of_history_and_cloud(
    clipboard, other: Another
) -> None:
    assert isinstance(clipboard, Replaceable)
    assert not clipboard.replace(CLIPBOARD, "nothing was read")
    other("copy", "4539 1488 0343 6467", [("Csv", "34")])
    read(clipboard)
    assert clipboard.replace(CLIPBOARD, "**** 6467 🙂")
    marks = (
        "ExcludeClipboardContentFromMonitorProcessing",
        "CanIncludeInClipboardHistory",
        "CanUploadToCloudClipboard",
    )
    pasted = other("paste", *marks, "Csv")
    assert pasted == {"": "**** 6467 🙂", **dict.fromkeys(marks, NO), "Csv": None}
    assert read(clipboard).own
    assert read(WindowsClipboard()).marked


def test_a_masked_text_takes_the_place_of_nothing_newer(clipboard, other: Another) -> None:
    other("copy", "judged")
    read(clipboard)
    other("copy", "newer")
    assert not clipboard.replace(CLIPBOARD, "masked")
    assert other("paste")[""] == "newer"


def test_what_looks_like_our_mark_is_not_taken_for_it(clipboard, other: Another) -> None:
    other("copy", "4539 1488 0343 6467", [("AgentGuard.Own", secrets.token_hex(16))])
    assert not read(clipboard).own


def test_clearing_a_masked_text_works_as_on_any_other(clipboard, other: Another) -> None:
    other("copy", "judged")
    read(clipboard)
    clipboard.replace(CLIPBOARD, "masked")
    read(clipboard)
    clipboard.clear(CLIPBOARD)
    assert other("paste")[""] == ""
    assert read(clipboard) is None
