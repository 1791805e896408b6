"""Text without a telling name is read as what it is; a part that cannot be read stops no other."""

from __future__ import annotations

import pytest

from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.extracted import read
from tests.unit.detect.files.hostile import CARD, zipped

PLAIN = CARD.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"card {CARD}", {"PAN"}),
        (f"order\tdob\n{PLAIN}\t03/04/1980\n", {"DOB"}),
        (f'[{{"order": {{"id": "{PLAIN}"}}, "birth": {{"date": "1980-04-03"}}}}]', {"DOB"}),
        ("<html><body><!--StartFragment--><td>DOB</td><td>03/04/1980</td></body></html>", {"DOB"}),
        ("", set()),
        ("dob\t\n03/04/1980\t\n", {"DOB"}),
    ],
    ids=range(6),
)
def test_text_is_read_as_what_it_is(text: str, kinds: set[str]) -> None:
    reading = read(text.encode())
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    assert {hit.kind for hit in reading.hits} == kinds


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"SQLite format 3\0" + bytes(200), "reason.corrupt-part"),
        (b"PAR1" + bytes(50) + b"PAR1", "reason.unsupported-part"),
    ],
)
def test_a_part_that_cannot_be_read_stops_no_other(bad: bytes, reason: str) -> None:
    reading = read(zipped({"a": bad, "b.txt": f"card {CARD}".encode()}))
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, reason)
    assert {hit.kind for hit in reading.hits} == {"PAN"}


def test_a_bomb_within_stops_the_whole() -> None:
    bomb = zipped({"a": bytes(64 << 20)})
    reading = read(zipped({"a": bomb, "b.txt": f"card {CARD}".encode()}))
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.bomb")
