"""The queue of one reader: bounded, in order, and still while nothing comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice

import pytest

from agentguard.engine import mailbox
from agentguard.engine.mailbox import Post
from agentguard.ports.clock import Ending

SOON = 10.0


def test_what_comes_is_given_in_order_and_no_more_than_fits() -> None:
    post = Post[int](2)
    assert [post.put(number) for number in range(3)] == [True, True, False]
    assert len(post) == 2
    assert list(islice(post.until(Ending()), 2)) == [0, 1]
    assert post.pop() is None
    assert post.put(9)
    assert post.pop() == 9
    assert not post


@pytest.mark.parametrize("kind", [Ending, threading.Event])
def test_a_reader_that_waits_ends_with_the_stop(kind: Callable[[], Ending]) -> None:
    stop, seen = kind(), []
    post = Post[str](8)
    reader = threading.Thread(target=lambda: seen.extend(post.until(stop)))
    reader.start()
    stop.set()
    reader.join(SOON)
    assert not reader.is_alive()
    assert seen == []


def test_a_reader_that_waits_is_woken_by_what_comes() -> None:
    stop, seen, came = Ending(), [], threading.Event()
    post = Post[str](8)

    def read() -> None:
        for item in post.until(stop):
            seen.append(item)
            came.set()

    reader = threading.Thread(target=read)
    reader.start()
    post.put("news")
    assert came.wait(SOON)
    stop.set()
    reader.join(SOON)
    assert seen == ["news"]


@pytest.mark.parametrize(("whole", "given"), [(True, [1, 2]), (False, [])])
def test_what_waits_when_the_stop_comes(whole: bool, given: list[int]) -> None:
    stop, post = Ending(), Post[int](8)
    post.put(1)
    post.put(2)
    stop.set()
    assert list(post.until(stop, whole=whole)) == given


def test_a_stop_amid_the_work_leaves_the_rest_to_those_who_want_it() -> None:
    stop, post, seen = Ending(), Post[int](8), []
    for number in range(3):
        post.put(number)
    for number in post.until(stop):
        seen.append(number)
        stop.set()
    assert seen == [0]
    assert len(post) == 2


def test_a_reader_that_hung_up_is_not_called_any_more() -> None:
    stop, post = Ending(), Post[int](8)
    reading = post.until(stop)
    post.put(1)
    assert next(reading) == 1
    reading.close()
    stop.set()
    assert not post


class TestNeeded:
    """A reader that has a thread only while something waits."""

    def test_row_273_one_comes_for_what_waits_goes_when_nothing_does_and_comes_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox, "REST", 0.05)
        post, stop, seen, threads = Post[int](8), Ending(), [], list[threading.Thread]()

        def call() -> None:
            threads.append(threading.Thread(target=lambda: seen.extend(post.until(stop))))
            threads[-1].start()

        post.put(0)
        post.when_needed(call)
        for number in range(1, 5):
            post.put(number)
            threads[-1].join(SOON)
            assert not threads[-1].is_alive()
        assert seen == [0, 1, 2, 3, 4]
        assert 2 <= len(threads) <= 5

    def test_row_273_while_one_reads_nobody_else_is_called(self) -> None:
        post, stop, calls = Post[int](8), Ending(), []
        post.when_needed(lambda: calls.append(1))
        for number in range(5):
            post.put(number)
        assert calls == [1]
        assert list(islice(post.until(stop), 5)) == list(range(5))

    def test_row_273_where_no_thread_can_be_had_the_next_tries_again(self) -> None:
        post, tried = Post[int](8), []

        def call() -> None:
            tried.append(1)
            raise RuntimeError("can't start new thread")

        post.when_needed(call)
        assert post.put(1)
        assert post.put(2)
        assert len(tried) == 2
        assert len(post) == 2
