"""A fault of ours is told as one, and never as a damaged file, which may be deleted."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, default_extractors
from agentguard.detect.recogniser import Answer, Candidate, Recogniser
from agentguard.detect.recognition.scanner import Scanner, default_scanner
from agentguard.detect.sandbox.worker_main import read_file
from agentguard.model.outcomes import FileOutcome
from agentguard.sensors.file_look import OUTSIDE

FAULTS = (KeyError, ValueError, struct.error, UnicodeError, EOFError, RecursionError)
"""What code of ours raises by mistake; damaged files end their readers in some of these as well."""

CARD = "4539 1488 0343 6467"


def fails(fault: type[Exception]) -> Scanner:
    """Give a scanner of which every candidate ends in a fault."""

    def judge(_candidate: Candidate) -> Answer:
        raise fault

    return Scanner([Recogniser(kind="X", judge=judge, shapes=(r"[0-9]{4} [0-9]{4}",))])


def broken(fault: type[Exception]) -> list[Extractor]:
    """Give the real formats, and one that fails in the midst of what it reads."""

    def extract(_source: Source, _work: Work) -> Iterator[str]:
        yield f"card {CARD}\n"
        raise fault

    mine = Extractor(
        name="mine", sniff=lambda source: source.head.startswith(b"MINE"), extract=extract, order=0
    )
    return [mine, *default_extractors()]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_recogniser_that_fails_is_no_damage_of_the_file(
    fault: type[Exception], tmp_path: Path
) -> None:
    file = tmp_path / "note.txt"
    file.write_text(f"card {CARD}", encoding="utf-8")
    reader = Reader(fails(fault), default_extractors(), Limits())
    reading = read_file(str(file), reader.read)
    assert (reading.outcome, reading.reason) == (FileOutcome.UNREADABLE, "reason.failed")


@pytest.mark.parametrize("fault", [KeyError, ValueError, AttributeError])
def test_what_a_format_found_before_it_failed_is_told(fault: type[Exception]) -> None:
    reader = Reader(default_scanner(), broken(fault), Limits())
    reading = reader.read(Source.of_bytes(b"MINE"))
    assert [(hit.kind, hit.count) for hit in reading.hits] == [("PAN", 1)]
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "reason.failed")


def test_a_format_that_fails_on_a_member_takes_no_other_with_it() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.mine", b"MINE")
        archive.writestr("b.txt", "ssn 536-22-8541\n")
    reader = Reader(default_scanner(), broken(AttributeError), Limits())
    reading = reader.read(Source.of_bytes(buffer.getvalue()))
    assert {hit.kind for hit in reading.hits} == {"PAN", "SSN"}
    assert reading.reason == "reason.failed-part"


@pytest.mark.parametrize("fault", [zipfile.BadZipFile, struct.error, EOFError])
def test_what_damage_raises_is_told_as_damage(fault: type[Exception]) -> None:
    reader = Reader(default_scanner(), broken(fault), Limits())
    assert reader.read(Source.of_bytes(b"MINE")).reason == "reason.corrupt"


def test_each_sweep_tries_it_again_and_nothing_says_to_delete_it() -> None:
    """The next version may read it; what is remembered of a damaged file holds until it changes."""
    for reason in ("reason.failed", "reason.failed-part"):
        assert reason in OUTSIDE
        assert "delete" not in translations.load().say(reason)
