"""What every desktop promises: the same tests for each backend, every capability."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from agentguard.base.translations import load
from agentguard.model.messages import Message
from agentguard.ports.clock import Stop
from agentguard.ports.desktop import Absent, Backend, Copied, Replaceable, Spared, nobody
from agentguard.ports.foreground import FocusedWindow
from tests.contract.drivers import Person, eventually

LIMIT = 1000


@contextmanager
def watching(watch: Callable[[Stop], None]) -> Iterator[None]:
    """Watch in a thread of its own; a stop must end it soon."""
    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)
    assert not thread.is_alive()


def read(
    person: Person, selection: str, limit: int = LIMIT, spared: Spared = nobody
) -> Copied | None:
    return person.backend.clipboard.read(selection, limit=limit, seconds=2, spared=spared)


def test_idle_time_grows_and_a_key_ends_it(person: Person) -> None:
    session = person.backend.session
    person.type_key()
    person.be_idle(0.5)
    before = session.read().idle
    assert before >= 0.5
    person.type_key()
    assert session.read().idle < before


def test_a_session_names_its_source(person: Person) -> None:
    assert person.backend.session.read().source


def test_an_unlocked_session_says_so(person: Person) -> None:
    assert person.backend.session.read().locked is False


def test_after_lock_the_session_is_locked_and_after_unlock_it_is_not(person: Person) -> None:
    session = person.backend.session
    session.lock()
    eventually(lambda: session.read().locked is True)
    person.unlock()
    eventually(lambda: session.read().locked is False)


def test_locking_a_locked_session_leaves_it_locked(person: Person) -> None:
    session = person.backend.session
    session.lock()
    session.lock()
    assert session.read().locked is True


def test_an_empty_clipboard_gives_nothing(person: Person) -> None:
    assert {read(person, selection) for selection in person.backend.clipboard.selections} == {None}


@pytest.mark.parametrize("text", ["plain", "Grüße, 你好\nsecond line"])
def test_what_was_copied_is_read_with_its_program(person: Person, text: str) -> None:
    for selection in person.backend.clipboard.selections:
        person.copy(text, selection)
        copied = read(person, selection)
        assert copied == Copied(text=text, app=person.copier)


def test_what_is_marked_as_secret_is_read_unless_a_known_program_owns_it(person: Person) -> None:
    person.copy_secret()
    copied = read(person, "CLIPBOARD")
    assert (copied.marked, copied.secret, bool(copied.text)) == (True, False, True)
    owner = copied.app
    spared = read(person, "CLIPBOARD", spared=lambda program: program == owner)
    assert (spared.secret, spared.text) == ((True, "") if owner else (False, copied.text))
    assert not read(person, "CLIPBOARD", spared="another".__eq__).secret


def test_what_is_not_marked_is_read_whoever_owns_it(person: Person) -> None:
    person.copy("in the open", "CLIPBOARD")
    copied = read(person, "CLIPBOARD", spared=lambda _program: True)
    assert (copied.text, copied.marked, copied.secret) == ("in the open", False, False)


def test_a_read_gives_no_more_than_was_asked_for(person: Person) -> None:
    person.copy("0123456789", "CLIPBOARD")
    copied = read(person, "CLIPBOARD", limit=4)
    assert (copied.text, copied.whole) == ("0123", False)
    assert read(person, "CLIPBOARD", limit=10).whole


def test_clearing_empties_one_selection(person: Person) -> None:
    first, *others = person.backend.clipboard.selections
    for selection in (first, *others):
        person.copy(f"in {selection}", selection)
    assert person.backend.clipboard.clear(first)
    assert person.paste(first) == ""
    assert [person.paste(other) for other in others] == [f"in {other}" for other in others]
    assert read(person, first) is None


def test_something_newer_than_what_was_read_is_not_cleared(person: Person) -> None:
    person.copy("read", "CLIPBOARD")
    read(person, "CLIPBOARD")
    person.copy("newer", "CLIPBOARD")
    assert not person.backend.clipboard.clear("CLIPBOARD")
    assert person.paste("CLIPBOARD") == "newer"


def test_a_masked_text_takes_the_place_of_what_was_read(person: Person) -> None:
    clipboard = person.backend.clipboard
    assert isinstance(clipboard, Replaceable)
    told: list[str] = []
    with watching(lambda stop: clipboard.watch(told.append, stop)):
        eventually(lambda: told)
        person.copy("4539 1488 0343 6467", "CLIPBOARD")
        read(person, "CLIPBOARD")
        assert clipboard.replace("CLIPBOARD", "**** 6467")
        assert person.paste("CLIPBOARD") == "**** 6467"
        assert read(person, "CLIPBOARD").own


def test_clearing_an_empty_selection_is_no_error(person: Person) -> None:
    person.backend.clipboard.clear("CLIPBOARD")


def test_the_clipboard_is_cleared_from_any_thread(person: Person) -> None:
    person.copy("text", "CLIPBOARD")
    read(person, "CLIPBOARD")
    other = threading.Thread(target=person.backend.clipboard.clear, args=("CLIPBOARD",))
    other.start()
    other.join(5)
    assert person.paste("CLIPBOARD") == ""


def test_a_watch_tells_every_selection_at_once_and_then_each_change(person: Person) -> None:
    told: list[str] = []
    clipboard = person.backend.clipboard
    every = list(clipboard.selections)
    begin, last = len(every), every[-1]
    with watching(lambda stop: clipboard.watch(told.append, stop)):
        eventually(lambda: told == every)
        person.copy("text", last)
        eventually(lambda: told[begin : begin + 1] == [last])
        clipboard.clear(last)
        eventually(lambda: len(told) > begin + 1)
    assert set(told[begin:]) == {last}


def test_changes_during_a_slow_answer_are_told_once_more_with_the_newest(person: Person) -> None:
    told: list[str | None] = []
    go_on = threading.Event()

    def changed(selection: str) -> None:
        go_on.wait(5)
        copied = read(person, selection)
        told.append(copied.text if copied else None)

    with watching(lambda stop: person.backend.clipboard.watch(changed, stop)):
        for number in range(10):
            person.copy(f"copy {number}", "CLIPBOARD")
        go_on.set()
        least = len(person.backend.clipboard.selections) + 1
        eventually(lambda: told[-1:] == ["copy 9"] and len(told) >= least)
    assert len(told) <= least + 1


def test_the_window_in_front_is_told_at_once_and_at_each_change(person: Person) -> None:
    told: list[FocusedWindow] = []
    person.open_window("Crm")
    with watching(lambda stop: person.backend.foreground.watch(told.append, stop)):
        eventually(lambda: [w.window_class for w in told] == ["Crm"])
        person.open_window("Mail")
        person.turn_to("Crm")
        eventually(lambda: [w.window_class for w in told if w.image] == ["Crm", "Mail", "Crm"])
    assert {w.image for w in told} <= {person.shower, ""}
    assert all(one != two for one, two in pairwise(told))


def test_at_a_quiet_desk_nobody_uses_the_microphone(person: Person) -> None:
    assert person.backend.calls.recording() == ()


def test_probes_have_names_of_their_own_and_a_period(person: Person) -> None:
    probes = person.backend.probes
    assert probes
    assert len({probe.name for probe in probes}) == len(probes)
    assert all(probe.every >= 1 for probe in probes)


def test_what_is_absent_says_why_in_words(person: Person) -> None:
    assert_reasons_are_words(person.backend)


def assert_reasons_are_words(backend: Backend) -> None:
    parts = (backend.session, backend.clipboard, backend.foreground, backend.calls)
    reasons: list[Message] = [
        part.reason for part in (*parts, backend.notifier) if isinstance(part, Absent)
    ]
    assert all(load().has(reason.id) for reason in reasons)
