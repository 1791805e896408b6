"""What is copied is judged at the sensor's door, and only hits go further."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import CannotError, PlatformError
from agentguard.model.events import ClipboardScanned, SensorState, Watching
from agentguard.model.hits import Hit
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Copied, Flavour, Spared, nobody
from agentguard.sensors.clipboard import LIMIT, ClipboardSensor, TokenBucket
from tests.desktop.harness import eventually
from tests.unit.sensors.desk import clock, desktop
from tests.unit.sensors.running import Running

__all__ = ["clock", "desktop"]

CARD = "4111 1111 1111 1111"


class Judge:
    """Finds one card number, and remembers only how long the texts were."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(self, text: str) -> tuple[Hit, ...]:
        self.lengths.append(len(text))
        if "unreadable" in text:
            raise CannotError("The text could not be judged.")
        return (Hit(kind="PAN", count=1, masked=("...1111",)),) if CARD in text else ()


@pytest.fixture
def judge() -> Judge:
    return Judge()


@pytest.fixture
def running(clock, desktop, judge) -> Iterator[Running]:
    with Running(ClipboardSensor(desktop.backend.clipboard, judge, clock), clock) as started:
        started.until(3)
        del started.events[1:]
        yield started


def last(running: Running) -> ClipboardScanned:
    running.until(2)
    (event,) = running.events[1:]
    assert isinstance(event, ClipboardScanned)
    return event


def test_it_says_that_it_watches_and_judges_what_is_there(clock, desktop, judge) -> None:
    desktop.copy(CARD, "crm", selection="PRIMARY")
    with Running(ClipboardSensor(desktop.backend.clipboard, judge, clock), clock) as running:
        running.until(3)
    watching, first, second = running.events
    assert isinstance(watching, SensorState)
    assert (watching.sensor, watching.state) == ("clipboard", Watching.WATCHING)
    assert (first.selection, first.hits, first.judged) == ("CLIPBOARD", (), True)
    assert (second.selection, second.hits[0].kind) == ("PRIMARY", "PAN")


@pytest.mark.parametrize("selection", ["CLIPBOARD", "PRIMARY"])
def test_a_copy_becomes_its_hits_with_program_and_selection(running, desktop, selection) -> None:
    desktop.copy(f"card {CARD}", "crm", selection=selection)
    scanned = last(running)
    assert (scanned.app, scanned.selection, scanned.judged) == ("crm", selection, True)
    assert [(hit.kind, hit.count) for hit in scanned.hits] == [("PAN", 1)]


def test_the_text_stands_nowhere_in_the_event(running, desktop) -> None:
    desktop.copy(f"card {CARD}", "crm")
    assert CARD not in repr(last(running))


def test_a_harmless_copy_has_no_hits(running, desktop) -> None:
    desktop.copy("hello", "mail")
    assert (last(running).hits, last(running).judged) == ((), True)


def test_clearing_tells_that_nothing_is_there(running, desktop) -> None:
    desktop.copy(CARD, "crm")
    running.until(2)
    desktop.backend.clipboard.clear("CLIPBOARD")
    running.until(3)
    assert (running.events[-1].hits, running.events[-1].judged) == ((), True)


def test_row_140_a_marked_copy_is_judged_and_no_sign_of_a_value_goes_further(
    running, desktop
) -> None:
    """A private window of Chrome or Edge marks each copy."""
    desktop.copy(f"card {CARD}", "chrome", marked=True)
    scanned = last(running)
    assert (scanned.app, scanned.judged, scanned.full) == ("chrome", True, True)
    assert scanned.hits == (Hit(kind="PAN", count=1),)
    assert "1111" not in repr(scanned)


def test_row_140_a_password_in_a_marked_copy_is_no_finding(clock, desktop) -> None:
    def judge(text: str) -> tuple[Hit, ...]:
        return (Hit(kind="SECRET", count=1, masked=("...word",)),) if text else ()

    with Running(ClipboardSensor(desktop.backend.clipboard, judge, clock), clock) as running:
        running.until(3)
        del running.events[1:]
        desktop.copy("password", "keepass", marked=True)
        assert (last(running).hits, last(running).judged) == ((), True)
        del running.events[1:]
        desktop.copy("password", "keepass")
        assert [hit.kind for hit in last(running).hits] == ["SECRET"]


def test_row_140_only_what_a_known_password_manager_marks_is_not_judged(
    clock, desktop, judge
) -> None:
    sensor = ClipboardSensor(
        desktop.backend.clipboard, judge, clock, spared=lambda app: app == "keepassxc"
    )
    with Running(sensor, clock) as running:
        running.until(3)
        before = len(judge.lengths)
        for app, marked, judged in (
            ("keepassxc", True, False),
            ("keepassxc", False, True),
            ("chrome", True, True),
            ("", True, True),
        ):
            del running.events[1:]
            desktop.copy(CARD, app, marked=marked)
            scanned = last(running)
            assert (scanned.app, scanned.judged, bool(scanned.hits)) == (app, judged, judged)
    assert len(judge.lengths) == before + 3


def test_a_judge_that_fails_leaves_the_copy_unjudged(running, desktop) -> None:
    desktop.copy("unreadable", "crm")
    assert (last(running).hits, last(running).judged) == ((), False)


def test_an_owner_that_does_not_answer_leaves_the_copy_unjudged(clock, judge) -> None:
    with Running(ClipboardSensor(Silent(), judge, clock), clock) as running:
        running.until(2)
    assert running.events[1].judged is False


def test_a_long_text_is_judged_in_part_and_only_its_hits_count(running, desktop, judge) -> None:
    desktop.copy("x" * (LIMIT + 1), "crm")
    assert last(running).judged is False
    assert judge.lengths[-1] == LIMIT


def test_hits_in_the_judged_part_of_a_long_text_count(running, desktop) -> None:
    desktop.copy(CARD + "x" * LIMIT, "crm")
    assert last(running).judged is True
    assert last(running).hits


def test_a_flood_is_read_at_most_twenty_times_a_second_and_the_newest_wins(
    running, clock, desktop, judge
) -> None:
    for number in range(1000):
        desktop.copy(f"copy {number}", "crm")
    desktop.copy(CARD, "crm")
    eventually(lambda: passes(clock) and hits(running)[-1:])
    assert len(judge.lengths) <= 100


def hits(running: Running) -> list[ClipboardScanned]:
    return [e for e in running.events if isinstance(e, ClipboardScanned) and e.hits]


def passes(clock: FakeClock) -> bool:
    clock.advance(0.05)
    return True


def test_a_clipboard_that_cannot_be_watched_ends_the_watch(clock, desktop, judge) -> None:
    desktop.refuse("clipboard")
    with Running(ClipboardSensor(desktop.backend.clipboard, judge, clock), clock) as running:
        assert isinstance(running.error(), PlatformError)


def test_it_stops_while_it_waits_for_its_turn(clock, desktop, judge) -> None:
    with Running(ClipboardSensor(Restless(), judge, clock), clock) as running:
        clock.settle()
    assert running.ended


class Silent:
    """A clipboard whose owner never answers."""

    selections = ("CLIPBOARD",)

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        changed("CLIPBOARD")
        stop.wait()

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        raise PlatformError("no answer")

    def clear(self, selection: str) -> bool:
        """Nothing to clear."""
        return True


class Restless(Silent):
    """A clipboard that changes all the time."""

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        while not stop.is_set():
            changed("CLIPBOARD")


@given(st.lists(st.floats(min_value=0, max_value=0.3), min_size=1, max_size=200))
def test_no_second_has_more_than_its_tokens(pauses: list[float]) -> None:
    moved = FakeClock()
    bucket, taken = TokenBucket(20, moved), []
    for pause in pauses:
        moved.advance(pause)
        moved.advance(bucket.take())
        taken.append(moved.now().boot)
    for start in taken:
        assert sum(start <= each < start + 1 for each in taken) <= 41


def test_a_burst_is_free_and_then_each_waits(clock) -> None:
    bucket = TokenBucket(20, clock)
    assert [bucket.take() for _ in range(20)] == [0] * 20
    assert bucket.take() == pytest.approx(0.05)
    clock.advance(10)
    assert [bucket.take() for _ in range(20)] == [0] * 20


def test_a_desktop_without_hits_is_quiet(clock: FakeClock, desktop: SimulatedDesktop) -> None:
    with Running(ClipboardSensor(desktop.backend.clipboard, Judge(), clock), clock) as running:
        running.until(3)
        clock.advance(3600)
    assert len(running.events) == 3


@pytest.mark.parametrize(
    "flavour",
    [
        Flavour(kind="html", data=f"<p>{CARD}</p>"),
        Flavour(kind="rtf", data=rf"{{\rtf1 {CARD}\par}}"),
        Flavour(kind="csv", data=f"name,card\nA,{CARD}"),
        Flavour(kind="files", data=f"file:///tmp/{CARD.replace(' ', '%20')}.txt"),
    ],
    ids=lambda flavour: flavour.kind,
)
def test_what_the_text_does_not_show_is_judged_too(running, desktop, flavour) -> None:
    desktop.copy("see the attachment", "mail", flavour)
    scanned = last(running)
    assert [(hit.kind, hit.count) for hit in scanned.hits] == [("PAN", 1)]
    assert CARD not in repr(flavour)


def test_it_tells_that_something_is_there_whoever_copied_it(running, desktop) -> None:
    desktop.copy("nothing special", app="")
    event = last(running)
    assert (event.app, event.hits, event.full) == ("", (), True)


def test_the_same_in_two_forms_counts_once(running, desktop) -> None:
    desktop.copy(CARD, "crm", Flavour(kind="html", data=f"<b>{CARD}</b>"))
    assert [hit.count for hit in last(running).hits] == [1]


def test_a_copied_file_that_is_known_to_hold_card_numbers_counts(clock, desktop, judge) -> None:
    known = {url2pathname("/home/a/list.csv"): (Hit(kind="PAN", count=3),)}
    sensor = ClipboardSensor(
        desktop.backend.clipboard, judge, clock, known=lambda path: known.get(path, ())
    )
    with Running(sensor, clock) as running:
        running.until(3)
        del running.events[1:]
        desktop.copy("", "files", Flavour(kind="files", data="file:///home/a/list.csv"))
        assert [hit.count for hit in last(running).hits] == [3]


def test_what_the_agent_put_there_is_nothing(running, desktop) -> None:
    desktop.copy(CARD, "crm")
    running.until(2)
    desktop.backend.clipboard.replace("CLIPBOARD", CARD)
    running.until(3)
    assert (running.events[2].hits, running.events[2].judged) == ((), True)


def test_it_knows_whether_something_newer_was_read(clock, desktop, judge) -> None:
    sensor = ClipboardSensor(desktop.backend.clipboard, judge, clock)
    with Running(sensor, clock) as running:
        running.until(3)
        then = running.events[1].at
        assert not sensor.newer("CLIPBOARD", then)
        clock.advance(1)
        desktop.copy("hello", "mail")
        running.until(4)
        assert sensor.newer("CLIPBOARD", then)
        assert not sensor.newer("CLIPBOARD", running.events[3].at)


class Moody(Silent):
    """A clipboard that gives what the test says next: a copy, nothing, or no answer."""

    def __init__(self) -> None:
        self.next: queue.SimpleQueue[Copied | PlatformError | None] = queue.SimpleQueue()

    def watch(self, changed: Callable[[str], None], stop: Stop) -> None:
        while not stop.is_set():
            if not self.next.empty():
                changed("CLIPBOARD")
            stop.wait(0.005)

    def read(
        self, selection: str, *, limit: int, seconds: float, spared: Spared = nobody
    ) -> Copied | None:
        given = self.next.get()
        if isinstance(given, PlatformError):
            raise given
        return given


NO_ANSWER = PlatformError("no answer")
CARDS = Copied(text=f"card {CARD}", app="crm")


@pytest.mark.parametrize(
    ("reads", "same"),
    [
        ((CARDS, CARDS), [False, False]),
        ((CARDS, NO_ANSWER, CARDS), [False, False, True]),
        ((CARDS, NO_ANSWER, NO_ANSWER, NO_ANSWER, CARDS, CARDS), [*[False] * 4, True, False]),
        ((CARDS, NO_ANSWER, Copied(text=f"other {CARD}", app="crm")), [False, False, False]),
        ((CARDS, NO_ANSWER, None, CARDS), [False, False, False, False]),
        ((CARDS, NO_ANSWER, replace(CARDS, text="", own=True), CARDS), [False] * 4),
        ((replace(CARDS, whole=False), CARDS, CARDS), [False, True, False]),
        ((*[replace(CARDS, whole=False)] * 3, CARDS), [False, True, True, True]),
        ((NO_ANSWER, CARDS), [False, False]),
    ],
)
def test_row_465_a_copy_is_known_again_after_a_read_that_failed(
    clock, judge, reads, same: list[bool]
) -> None:
    clipboard = Moody()
    with Running(ClipboardSensor(clipboard, judge, clock), clock) as running:
        for given in reads:
            clipboard.next.put(given)
        running.until(1 + len(reads))
    assert [event.same for event in running.events[1:]] == same
    assert [event.is_new for event in running.events[1:]] == [
        not (known or given is NO_ANSWER) for given, known in zip(reads, same, strict=True)
    ]


def test_row_465_a_copy_that_a_watch_begun_anew_reads_again_is_the_same(
    clock, judge, desktop
) -> None:
    sensor = ClipboardSensor(desktop.backend.clipboard, judge, clock)
    desktop.copy(CARD, "crm")
    for same in (False, True):
        with Running(sensor, clock) as running:
            running.until(3)
        assert running.events[1].same is same


def test_row_465_a_read_that_failed_is_nothing_newer(clock, judge) -> None:
    clipboard = Moody()
    sensor = ClipboardSensor(clipboard, judge, clock)
    with Running(sensor, clock) as running:
        clipboard.next.put(CARDS)
        running.until(2)
        then = running.events[1].at
        clock.advance(1)
        clipboard.next.put(NO_ANSWER)
        running.until(3)
        assert not sensor.newer("CLIPBOARD", then)


def test_row_465_what_is_being_read_is_waited_for(clock) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def judge(_text: str) -> tuple[Hit, ...]:
        begun.set()
        assert go_on.wait(20)
        return ()

    clipboard, asked = Moody(), clock.now()
    sensor = ClipboardSensor(clipboard, judge, clock)
    with Running(sensor, clock) as running, ThreadPoolExecutor(1) as pool:
        clock.advance(1)
        clipboard.next.put(CARDS)
        assert begun.wait(20)
        newer = pool.submit(sensor.newer, "CLIPBOARD", asked)
        assert not newer.done()
        go_on.set()
        assert newer.result(20)
        running.until(2)


def test_row_465_of_what_is_read_for_too_long_nothing_is_known(clock, monkeypatch) -> None:
    monkeypatch.setattr("agentguard.sensors.clipboard.READING", 0.01)
    clipboard = Moody()
    begun, go_on = threading.Event(), threading.Event()

    def judge(_text: str) -> tuple[Hit, ...]:
        begun.set()
        assert go_on.wait(20)
        return ()

    sensor = ClipboardSensor(clipboard, judge, clock)
    with Running(sensor, clock):
        clipboard.next.put(CARDS)
        assert begun.wait(20)
        with pytest.raises(PlatformError, match="being read"):
            sensor.newer("CLIPBOARD", clock.now())
        go_on.set()
