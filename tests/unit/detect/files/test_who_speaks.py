"""Who speaks is told by a field, an attribute or a line of its own, whatever tools call it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.unit.detect.files.extracted import counts

TURNS = (
    ("agent", "thanks for calling how can i help"),
    ("caller", "it is about the meter at the new flat"),
    ("agent", "and your date of birth please"),
    ("caller", "ninth of march nineteen eighty six"),
    ("agent", "and a mobile"),
    ("caller", "oh seven nine double one two three four five six seven"),
    ("agent", "thank you the order is seven three one"),
)
FOUND = {"DOB": 1, "PHONE": 1}


def _elements(name: str, key: str) -> str:
    said = (f'<{name} {key}="{who}" start="{n}.5">{text}</{name}>' for n, (who, text) in _each())
    return f'<?xml version="1.0"?>\n<call id="b29c">\n{"".join(said)}\n</call>\n'


def _each() -> enumerate[tuple[str, str]]:
    return enumerate(TURNS, 3)


def _objects(key: str) -> str:
    return "".join(json.dumps({key: who, "text": text}) + "\n" for who, text in TURNS)


def _within(*keys: str) -> str:
    said = [{"sender": dict.fromkeys(keys, who), "msg": text} for who, text in TURNS]
    return json.dumps({"chatId": "2682dc67", "messages": said})


def _rows() -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("Id", "ActorType", "ActorName", "EntryType", "Message"))
    rows.writerows((n, who, f"{who} of ours", "Text", text) for n, (who, text) in _each())
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        _elements("turn", "party"),
        _elements("segment", "spk"),
        _elements("phrase", "speaker"),
        _objects("spk"),
        _objects("speakerLabel"),
        _within("t", "n"),
        _within("displayName"),
        _rows(),
    ],
)
def test_an_answer_stands_behind_its_question(text: str) -> None:
    assert counts(text.encode()) == FOUND


def test_a_speaker_who_has_a_number_is_no_part_of_what_is_said() -> None:
    whos = {"agent": "Speaker 0", "caller": "Speaker 1"}
    talk = "\n".join(f"{whos[who]}  00:{n:02}\n{text}\n" for n, (who, text) in _each())
    before = "\n".join(f"[00:{n:02}] {whos[who]}\n{text}\n" for n, (who, text) in _each())
    assert [counts(each.encode()) for each in (talk, before)] == [FOUND, FOUND]


def test_what_an_element_without_a_speaker_says_stays_as_it_is() -> None:
    listed = "".join(f'<item no="{n}">{text}</item>' for n, (_, text) in _each())
    assert "DOB" not in counts(f'<?xml version="1.0"?><list>{listed}</list>'.encode())
