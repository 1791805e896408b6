"""Each recorded answer in tests/vectors/windows is a test: a file becomes one by being there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms.recorder.catalogue import questions, shapes
from agentguard.platforms.recorder.decoders import DECODERS, decoded
from agentguard.platforms.recorder.lines import (
    COMPUTER,
    DIFFERS,
    END,
    FORMAT,
    HEAD,
    NONE,
    SAME,
    Compared,
    Told,
    encoded,
    load,
    read,
    together,
    told_by,
)
from agentguard.platforms.recorder.shapes import FLAG, NUMBER, Fields, fields
from tests.recorded_answers import FILES, cases

SHAPES = shapes()
MAY_STAND = frozenset(
    {"id", "case", "odd", "api", "as", "rc", "hresult", "ms", "answer", "expected", "late", "fault",
     "differs", "decoded", "right", "told"}
)  # fmt: skip
BY_FILE = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def lines(file: Path) -> list[dict[str, Any]]:
    found = [line for line in read(file)[1:] if line["id"] != END]
    assert found
    return found


@BY_FILE
def test_row_160_a_recorded_answer_is_decoded_as_the_recording_says(file: Path) -> None:
    wrong = [
        line for line in lines(file) if decoded(line["id"], line["answer"]) != line.get("decoded")
    ]
    assert wrong == []


@BY_FILE
def test_row_161_a_recorded_answer_holds_no_more_than_may_be_kept(file: Path) -> None:
    told = lines(file)
    assert [line for line in told if not set(line) <= MAY_STAND] == []
    more = [line for line in told if SHAPES[line["id"]].keep(line["answer"]) != line["answer"]]
    assert more == []


@BY_FILE
def test_row_161_the_head_of_a_file_holds_no_more_than_may_be_kept(file: Path) -> None:
    head = read(file)[0]
    assert set(head) <= {"id", "format", "product", "as", "computer", "source"}
    told = head["computer"]
    assert told == {} or COMPUTER.keep(told) == told
    assert bool(told) is ("source" not in head)


def test_every_decoder_is_of_a_question_and_has_an_answer_to_decode() -> None:
    assert set(DECODERS) <= {one.id for one in questions()}
    with_cases = {id_ for id_ in DECODERS if cases(id_)}
    assert len(with_cases) >= 6


@pytest.mark.parametrize("id_", DECODERS)
def test_row_160_an_answer_of_which_nothing_was_told_is_decoded_too(id_: str) -> None:
    """Everything may be refused on a real computer: then the agent knows nothing, and says so."""
    shape = SHAPES[id_]
    empty = shape.keep({}) if isinstance(shape, Fields) else None
    told = decoded(id_, empty)
    made = dict(told) if isinstance(told, dict) else {}
    made.pop("agreed", None)  # nothing contradicts what was not told
    assert True not in made.values()
    assert decoded(id_, None) is None


ANSWERS = fields(on=FLAG, code=NUMBER)


def file(folder: Path, name: str, *lines: dict[str, Any], **head: Any) -> Path:
    made = folder / f"{name}.jsonl"
    first = {"id": HEAD, "format": FORMAT, "computer": {}, **head}
    made.write_bytes(b"".join(map(encoded, (first, *lines))))
    return made


def line(id_: str, **answer: Any) -> dict[str, Any]:
    return {"id": id_, "rc": 0, "hresult": None, "answer": answer}


def test_an_answer_is_compared_with_the_nearest_that_is_known(tmp_path) -> None:
    made = file(tmp_path, "x", line("a.b", on=True, code=1), line("a.b", on=False, code=2))
    known = load([made], wine=False)

    def stands(**answer: Any) -> Compared:
        return known.compare("a.b", Told(rc=0, answer=answer), ANSWERS)

    assert stands(on=False, code=2) == Compared(SAME)
    assert stands(on=True, code=9) == Compared(DIFFERS, ("code",))
    assert known.compare("c.d", Told(rc=0, answer={}), ANSWERS) == Compared(NONE)
    refused = known.compare("a.b", Told(hresult=-1), ANSWERS)
    assert refused == Compared(DIFFERS, ("outcome",))


def test_what_documentation_does_not_tell_is_no_difference(tmp_path) -> None:
    told = Told(rc=0, answer={"on": True, "code": 7})
    partly = file(tmp_path, "x", line("a.b", on=True, code=None), source="somebody")
    assert load([partly], wine=False).compare("a.b", told, ANSWERS).expected == SAME
    whole = file(tmp_path, "y", line("a.b", on=True, code=None))
    assert load([whole], wine=False).compare("a.b", told, ANSWERS).expected == DIFFERS


def test_odd_answers_and_those_of_wine_are_no_measure_for_windows(tmp_path) -> None:
    odd = file(tmp_path, "x", {**line("a.b", on=True, code=1), "odd": True})
    wine = file(tmp_path, "y", line("a.b", on=True, code=1), computer={"wine": True})
    told = Told(rc=0, answer={"on": True, "code": 1})
    assert load([odd, wine], wine=False).compare("a.b", told, ANSWERS).expected == NONE
    assert load([odd, wine], wine=True).compare("a.b", told, ANSWERS).expected == SAME


def test_what_is_put_together_is_known_by_its_parts_and_stands_as_the_worst() -> None:
    known = load(FILES, wine=False)
    shape = SHAPES["disks.bitlocker"]
    row = {"DriveLetter": "C:", "ProtectionStatus": 1, "VolumeType": 0}
    told = Told(rc=0, answer=shape.keep({"count": 1, "rows": [row]}))
    assert known.compare("disks.bitlocker", told, shape).expected == SAME
    parts = {"a": Compared(SAME), "b": Compared(DIFFERS, ("x",)), "c": Compared(NONE)}
    assert together(parts) == Compared(DIFFERS, ("b",))
    assert together({"a": parts["a"], "c": parts["c"]}) == Compared(NONE)
    assert together({"a": parts["a"]}) == Compared(SAME)


@pytest.mark.parametrize(
    "words", [b"", b"\n", b"nothing\n", b"[]\n", b'{"id":"head","format":2}\n', b'{"id":"a"}\n']
)
def test_what_is_no_recording_is_said_to_be_none(tmp_path, words: bytes) -> None:
    made = tmp_path / "x.jsonl"
    made.write_bytes(words)
    with pytest.raises(PlatformError, match=r"x\.jsonl is no recording"):
        read(made)


def test_a_file_that_was_cut_has_the_lines_before(tmp_path) -> None:
    made = file(tmp_path, "x", line("a.b", on=True), line("c.d", on=True))
    made.write_bytes(made.read_bytes()[:-9])
    assert [one["id"] for one in read(made)] == [HEAD, "a.b"]


def test_a_line_is_the_answer_that_was_written() -> None:
    told = {"rc": None, "hresult": -5, "answer": None, "late": True, "fault": "X"}
    assert told_by(told) == Told(hresult=-5, late=True, fault="X")
    assert Told(rc=0, answer=1).as_part() == {"rc": 0, "hresult": None, "answer": 1}
