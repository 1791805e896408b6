"""A recording of a system that hangs, refuses and fails: the rest is asked all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from agentguard.platforms.recorder.catalogue import STEPS, Step
from agentguard.platforms.recorder.lines import Told
from agentguard.platforms.recorder.questions import Question, call, together
from agentguard.platforms.recorder.recording import Recorded, Recording, Refusal, within
from agentguard.platforms.recorder.shapes import FLAG, NUMBER, fields
from agentguard.ports.clock import Stop

SHAPE = fields(on=FLAG, code=NUMBER)


class Answering:
    """A system that answers each question by a function of its id."""

    def __init__(self, **answers: Callable[[], object]) -> None:
        self.answers = answers
        self.watched: Mapping[str, object] | None = {}

    def computer(self) -> Mapping[str, object]:
        return {"build": "26100", "language": "xx-XX", "user": "somebody", "wine": False}

    def system(self) -> bool:
        return False

    def ask(self, question: Question) -> object:
        return self.answers[question.id.partition(".")[2]]()

    def watch(self, stop: Stop) -> object:
        stop.wait()
        if self.watched is None:
            raise OSError
        return self.watched


def asked(system: Answering, *ids: str, seconds: float = 5.0) -> dict[str, Recorded]:
    recording = Recording(system, ())
    every = [call(f"a.{name}", "an interface", SHAPE, seconds=seconds) for name in ids]
    return {one.id: one for one in recording.ask(every)}


def raising(error: BaseException) -> Callable[[], object]:
    def answer() -> object:
        raise error

    return answer


@pytest.fixture
def hanging() -> Iterator[Callable[[], object]]:
    ended = threading.Event()
    yield lambda: ended.wait() and None
    ended.set()


def test_row_162_one_that_hangs_is_left_behind_and_the_rest_goes_on(hanging) -> None:
    system = Answering(one=hanging, two=lambda: {"on": True, "code": 3})
    found = asked(system, "one", "two", seconds=0.3)
    assert found["a.one"].told.late
    assert found["a.one"].line["late"] is True
    assert found["a.one"].line["answer"] is None
    assert found["a.two"].line["answer"] == {"on": True, "code": 3}


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Refusal(1060), {"rc": 1060, "hresult": None}),
        (Refusal(hresult=-5), {"rc": None, "hresult": -5}),
        (PermissionError(13, "no"), {"rc": 13}),
        (PermissionError(), {"rc": 5}),
        (FileNotFoundError(), {"rc": 2}),
        (RuntimeError("C:\\Users\\somebody"), {"rc": None, "fault": "RuntimeError"}),
        (AttributeError("x"), {"fault": "AttributeError"}),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_row_162_a_refusal_and_a_fault_are_answers(error: Exception, line: dict[str, Any]) -> None:
    found = asked(Answering(one=raising(error), two=lambda: {"on": True}), "one", "two")
    told = found["a.one"].line
    assert {name: told[name] for name in line} == line
    assert told["answer"] is None
    assert "somebody" not in str(told)
    assert found["a.two"].line["rc"] == 0


def test_a_refusal_may_have_told_a_part() -> None:
    found = asked(Answering(one=raising(Refusal(7, answer={"on": False, "name": "x"}))), "one")
    assert found["a.one"].line["answer"] == {"on": False, "code": None}


def test_what_is_put_together_is_not_asked_again() -> None:
    one = call("a.one", "x", SHAPE)
    two = call("a.two", "x", SHAPE)
    both = together("a.both", one, two)
    system = Answering(one=lambda: {"on": True, "code": 1}, two=raising(Refusal(5)))
    *_, last = Recording(system, ()).ask((one, two, both))
    assert last.line["api"] == "of a.one, a.two"
    assert last.line["answer"] == {
        "a.one": {"rc": 0, "hresult": None, "answer": {"on": True, "code": 1}},
        "a.two": {"rc": 5, "hresult": None, "answer": None},
    }


def test_the_head_tells_of_the_computer_what_may_be_kept() -> None:
    head = Recording(Answering(), ()).head()
    assert (head["id"], head["format"], head["as"]) == ("head", 1, "user")
    computer = head["computer"]
    assert isinstance(computer, dict)
    assert (computer["build"], computer["language"]) == ("26100", {"length": 5})
    assert "user" not in computer


def test_an_answer_that_the_agent_cannot_read_is_told_and_breaks_nothing() -> None:
    bad = call("disks.judged", "x", fields(**{"disks.drives": NUMBER}))
    system = Answering(judged=lambda: {"disks.drives": 5})
    (found,) = Recording(system, ()).ask((bad,))
    assert found.line["decoded"] == {"fault": "AttributeError"}


def test_a_question_that_walks_the_checklist_says_whether_it_is_right() -> None:
    flag = call("service.failure-flag", "x", fields(also_without_crash=FLAG), row=20)
    for told, wanted in ((True, True), (False, False), (None, None)):
        system = Answering(**{"failure-flag": lambda told=told: {"also_without_crash": told}})
        (found,) = Recording(system, ()).ask((flag,))
        assert (found.right, found.line["right"], found.row) == (wanted, wanted, 20)


@pytest.mark.parametrize(("said", "right"), [("yes", True), ("no", False), ("skipped", None)])
def test_a_step_is_watched_until_the_person_has_answered(said: str, right) -> None:
    system = Answering()
    system.watched = {"seconds": 4, "events": [{"after": 5, "what": "session", "code": 7}]}
    found = Recording(system, ()).walk(Step(id="walk.x", row=3, asks=True), lambda: said)
    answer = found.line["answer"]
    assert isinstance(answer, dict)
    assert (answer["person"], found.line["right"], found.row) == (said, right, 3)
    assert answer["events"] == (system.watched["events"] if said != "skipped" else None)


def test_a_watch_that_is_refused_has_seen_nothing() -> None:
    system = Answering()
    system.watched = None
    found = Recording(system, ()).walk(STEPS[0], lambda: "yes")
    assert found.line["answer"]["events"] is None  # type: ignore[index]
    assert found.right is None


def test_nothing_is_waited_for_once_it_is_there() -> None:
    assert within(60, lambda: Told(rc=4)) == Told(rc=4)
