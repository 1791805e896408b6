"""Each line of the release checklist says who walks it, and the recorder walks those it names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.platforms.recorder.catalogue import STEPS, questions, rows, shapes
from agentguard.platforms.recorder.recording import JUDGES, guarded, right
from agentguard.platforms.recorder.topics.keeping import RIGHTS

DOCS = Path(__file__).parents[4] / "docs"
ROW = re.compile(r"^\| (\d+) \|(.*)\|([^|]*)\|$", re.MULTILINE)
NAMED = re.compile(r"`([a-z]+\.[a-z-]+)`")
SHAPES = shapes()


def listed() -> dict[int, str]:
    page = (DOCS / "release-checklist.md").read_text(encoding="utf-8")
    return {int(number): by.strip() for number, _, by in ROW.findall(page)}


def test_row_164_every_line_says_who_walks_it() -> None:
    found = listed()
    assert list(found) == list(range(1, 39))
    assert [number for number, by in found.items() if not by] == []
    assert all(by == "a person" or NAMED.search(by) for by in found.values())


def test_row_164_the_recorder_walks_what_the_list_says_and_nothing_else() -> None:
    named = {number: tuple(NAMED.findall(by)) for number, by in listed().items()}
    walked = {number: sorted(ids) for number, ids in rows().items()}
    assert {n: sorted(ids) for n, ids in named.items() if ids} == walked


def test_row_164_whatever_can_be_judged_walks_a_line_or_guards_a_process() -> None:
    of_rows = {one.id for one in questions() if one.row}
    assert set(JUDGES) - of_rows == {"process.guarded"}


def test_every_step_has_its_words() -> None:
    words = translations.load()
    assert len({step.id for step in STEPS}) == len(STEPS)
    assert [s.id for s in STEPS if not words.has(f"cli.record.step.{s.id.partition('.')[2]}")] == []


RESTARTS = [{"kind": 1, "pause": pause} for pause in (1_000, 5_000, 60_000)]
SERVICE = {"there": True, "start": 2, "account": "LocalSystem", "quoted": True, "spaced": True}
SHARED = {"there": True, "guarded": True, "entries": [{"kind": 0, "mask": 0x1200A9, "who": "BU"}]}
PRIVATE = {"there": True, "guarded": True, "entries": [{"kind": 0, "mask": 0x1F01FF, "who": "SY"}]}
OPEN = {"there": True, "guarded": True, "entries": [{"kind": 0, "mask": 0x1301BF, "who": "AU"}]}


@pytest.mark.parametrize(
    ("id_", "answer", "wanted"),
    [
        ("service.configuration", SERVICE, True),
        ("service.configuration", {**SERVICE, "quoted": False}, False),
        ("service.configuration", {**SERVICE, "quoted": False, "spaced": False}, True),
        ("service.configuration", {**SERVICE, "account": "somebody"}, False),
        ("service.configuration", {**SERVICE, "start": 3}, False),
        ("service.configuration", {"there": False}, None),
        ("service.failure-actions", {"reset": 86400, "actions": RESTARTS}, True),
        ("service.failure-actions", {"reset": 0, "actions": []}, False),
        ("service.failure-actions", {"reset": 0, "actions": RESTARTS[2:]}, False),
        ("service.failure-actions", {"actions": [*RESTARTS, {"kind": 0, "pause": 0}]}, False),
        ("service.failure-flag", {"also_without_crash": True}, True),
        ("service.failure-flag", {"also_without_crash": False}, False),
        ("service.failure-flag", {}, None),
        ("installed.folders", {"shared": SHARED, "private": PRIVATE}, True),
        ("installed.folders", {"shared": OPEN, "private": PRIVATE}, False),
        ("installed.folders", {"shared": SHARED, "private": SHARED}, False),
        ("installed.folders", {"shared": SHARED, "private": {**PRIVATE, "guarded": False}}, False),
        ("installed.folders", {"shared": SHARED, "private": {"there": False}}, None),
        ("installed.entry", {"count": 1, "modify": False, "icon": True}, True),
        ("installed.entry", {"count": 2, "modify": False, "icon": True}, False),
        ("installed.entry", {"count": 1, "modify": True, "icon": True}, False),
        ("installed.entry", {"count": 0}, None),
        ("signature.programs", {"files": 46, "unsigned": 0, "refused": 0}, True),
        ("signature.programs", {"files": 46, "unsigned": 12, "refused": 0}, False),
        ("signature.programs", {"files": 46, "unsigned": 0, "refused": 1}, False),
        ("signature.programs", {"files": 0}, None),
        ("eventlog.messages", {"there": True, "messages": True}, True),
        ("eventlog.messages", {"there": True, "messages": False}, False),
        ("eventlog.messages", {"there": False}, None),
        ("pipe.guarded", {"second": 231, "refused": 5, "allowed": 0}, True),
        ("pipe.guarded", {"second": 231, "refused": 0, "allowed": 0}, False),
        ("pipe.guarded", {"second": 0, "refused": 5, "allowed": 0}, False),
        ("pipe.guarded", {"second": 231, "refused": 5, "allowed": 5}, False),
        ("pipe.guarded", {"second": 231, "refused": None, "allowed": 0}, None),
        ("system.up", {"seconds": 1}, None),
    ],
)
def test_row_164_a_line_is_right_only_when_the_answer_shows_it(
    id_: str, answer: dict[str, Any], wanted: bool | None
) -> None:
    assert right(id_, SHAPES[id_].keep(answer)) is wanted


@pytest.mark.parametrize("id_", JUDGES)
def test_row_164_an_answer_of_which_nothing_was_told_is_never_right(id_: str) -> None:
    assert right(id_, None) is None
    judge, told = JUDGES[id_], SHAPES[id_].keep({})
    if id_ != "installed.folders":  # it has two lists, which are there or not
        assert not judge(told)


def test_a_process_is_guarded_when_every_right_is_as_it_is_to_be() -> None:
    good = {name: 0 if name in {"query-limited", "wait"} else 5 for name in RIGHTS}
    assert guarded(good)
    assert guarded({**good, "write-dac": 0, "write-owner": 0})
    assert not guarded({**good, "write-dac": 0}, but=frozenset())
    assert [name for name in RIGHTS if guarded({**good, name: 99})] == ["write-dac", "write-owner"]
