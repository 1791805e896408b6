"""A person does a lesson at one desk; another desk knows it, also when the endpoint was away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentguard.model.lesson_days import Stage
from tests.flow.centre import Centre, started, until
from tests.flow.test_by_phone import Desk

COACHES = """
policy: coaching
version: 1
description: explains what was copied
controls:
  clipboard: {respond: [clear-clipboard, coach]}
"""


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    with started(tmp_path / "centre", monkeypatch) as one:
        yield one


def stage(desk: Desk, lesson: str) -> Stage:
    return next(one.stage for one in desk.agent.desk.lesson_days() if one.lesson == lesson)


def test_row_240_a_lesson_follows_its_person_from_desk_to_desk(
    centre: Centre, tmp_path: Path
) -> None:
    one, other = (Desk(centre, tmp_path / name, name) for name in ("one", "other"))
    try:
        one.start()
        one.agent.desk.finish_lesson("clipboard")
        until(lambda: _told(centre, "clipboard"))
        other.start()
        until(lambda: stage(other, "clipboard") is Stage.DONE)
        assert stage(other, "card-data") is Stage.OPEN
        centre.stop()
        other.agent.desk.finish_lesson("card-data")
        other.stop()
        centre.start()
        other.start()
        until(lambda: _told(centre, "card-data"))
        one.stop()
        one.start()
        until(lambda: stage(one, "card-data") is Stage.DONE)
        assert b"maria" not in centre.raw()
    finally:
        one.stop()
        other.stop()


@pytest.mark.heavy
def test_row_244_coaching_that_was_read_is_known_at_the_endpoint(
    centre: Centre, tmp_path: Path
) -> None:
    desk = Desk(centre, tmp_path / "one", "one", policy=COACHES)
    try:
        desk.start()
        until(lambda: desk.desktop.watchers >= 1)
        desk.desktop.copy("Card 4556 7375 8689 9855", app="crm")
        until(lambda: _coaching(desk))
        assert _rows(centre, "SELECT count(*) FROM coaching_seen") == [(0,)], "it is not read yet"
        desk.agent.desk.answer(_coaching(desk), "ok")
        until(lambda: not _coaching(desk))
        desk.agent.desk.finish_lesson("clipboard")  # whatever is reported next takes it along
        asked = "SELECT control, times FROM coaching_seen"
        until(lambda: _rows(centre, asked) == [("clipboard", 1)])
    finally:
        desk.stop()


def _coaching(desk: Desk) -> str:
    """Give the card that coaches, if it is there."""
    prompts = desk.agent.engine.snapshot().prompts
    return next((one.id for one in prompts if one.coach), "")


def _told(centre: Centre, lesson: str) -> bool:
    """Check whether the endpoint knows that it was done."""
    return _rows(centre, "SELECT count(*) FROM lesson_done WHERE lesson = ?", lesson) != [(0,)]


def _rows(centre: Centre, asked: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(centre.settings.data / "server.db")) as database:
        return database.execute(asked, values).fetchall()
