"""A stop that is heard: nobody waits in vain, nobody is called after hanging up."""

from __future__ import annotations

import select
import threading

from agentguard.ports.clock import LOOK, Audible, Ending, alarm, heard, least

SOON = 10.0


def test_those_who_listen_are_called_once_it_is_set() -> None:
    stop, calls = Ending(), []
    stop.tell(calls_a := lambda: calls.append("a"))
    stop.tell(calls_a)
    stop.tell(lambda: calls.append("b"))
    assert not stop.is_set()
    assert not stop.wait(0.0)
    stop.set()
    assert calls == ["a", "b"], "twice the same is told once"
    assert stop.is_set()
    assert stop.wait()


def test_who_comes_late_is_called_at_once_and_who_hung_up_never() -> None:
    stop, calls = Ending(), []
    gone = calls.append
    stop.tell(lambda: calls.append("early"))
    for hear in (lambda: gone("gone"),):
        stop.tell(hear)
        stop.forget(hear)
        stop.forget(hear)
    stop.set()
    stop.tell(lambda: calls.append("late"))
    assert calls == ["early", "late"]


def test_hanging_up_waits_for_a_call_that_is_being_made() -> None:
    """What is called may close what it rings right afterwards."""
    stop, order = Ending(), []
    ringing, go_on = threading.Event(), threading.Event()

    def hear() -> None:
        ringing.set()
        go_on.wait(SOON)
        order.append("rung")

    def hang_up() -> None:
        stop.forget(hear)
        order.append("hung up")

    stop.tell(hear)
    setting = threading.Thread(target=stop.set)
    setting.start()
    assert ringing.wait(SOON)
    leaving = threading.Thread(target=hang_up)
    leaving.start()
    go_on.set()
    setting.join(SOON)
    leaving.join(SOON)
    assert order == ["rung", "hung up"]


def test_a_signal_may_set_it_while_its_own_thread_listens() -> None:
    stop, calls = Ending(), []
    stop.tell(
        lambda: (stop.tell(lambda: calls.append("within")), stop.set()) if not calls else None
    )
    stop.set()
    assert "within" in calls


def test_a_wait_needs_no_looks_at_a_stop_that_is_heard() -> None:
    stop, calls = Ending(), []
    with heard(stop, lambda: calls.append(1)) as look:
        assert look is None
        stop.set()
    assert calls == [1]
    with heard(threading.Event(), lambda: calls.append(2)) as look:
        assert look == LOOK
    assert calls == [1]


def test_nothing_is_called_behind_its_end() -> None:
    stop, calls = Ending(), []
    with heard(stop, lambda: calls.append(1)):
        pass
    stop.set()
    assert calls == []


def test_an_alarm_wakes_a_wait_for_other_sockets() -> None:
    stop = Ending()
    with alarm(stop) as bell:
        assert bell.look is None
        assert select.select([bell], [], [], 0.0)[0] == []
        threading.Timer(0.01, stop.set).start()
        assert select.select([bell], [], [], SOON)[0] == [bell]
    with alarm(stop) as bell:
        assert select.select([bell], [], [], 0.0)[0] == [bell], "one that was set before"
    with alarm(threading.Event()) as bell:
        assert bell.look == LOOK


def test_only_what_can_be_heard_is_taken_for_it() -> None:
    assert isinstance(Ending(), Audible)
    assert not isinstance(threading.Event(), Audible)


def test_the_shortest_wait_counts() -> None:
    assert least(None, None) is None
    assert least(None, 2.0, 1.0) == 1.0
