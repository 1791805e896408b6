"""The small parts: encodings, names, errors of the system, and what the child may say."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import translations
from agentguard.base.errors import ScanError
from agentguard.commands._scan_report import JsonLines, Kinds, Table, shown
from agentguard.commands._scan_work import walk
from agentguard.detect.extractor import Source
from agentguard.detect.formats.text import decoded, encoding_of
from agentguard.detect.reading.encryption import is_sealed
from agentguard.detect.reading.file_opening import opened
from agentguard.detect.reading.source_reader import Reading
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.refusals import reason_of
from agentguard.detect.sandbox import ipc_messages
from agentguard.detect.sandbox.client import Scanned
from agentguard.model.detection import ALL
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from tests.unit.detect.files.hostile import CARD, zipped


# A zero ends a value and becomes a line break.
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_valid_utf_8_is_read_exactly(text: str) -> None:
    data = text.encode()
    if encoding_of(data) == "utf-8":
        assert decoded(data) == text


@given(data=st.binary(max_size=400))
def test_any_bytes_become_some_text(data: bytes) -> None:
    assert isinstance(decoded(data), str)


@given(
    noise=st.binary(max_size=200),
    encoding=st.sampled_from(["utf-16-le", "utf-16-be", "utf-8", "cp1252"]),
)
def test_a_card_behind_a_broken_start_is_found(noise: bytes, encoding: str) -> None:
    broken = noise.replace(b"\0", b"") if encoding in {"utf-8", "cp1252"} else b""
    text = decoded(broken + f"\n card {CARD} \n".encode(encoding))
    assert "PAN" in {hit.kind for hit in default_scanner().scan(text)}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "utf-8"),
        (b"plain", "utf-8"),
        (b"\xef\xbb\xbfplain", "utf-8-sig"),
        (b"\xff\xfep\0", "utf-16"),
        (b"\xff\xfe\0\0p\0\0\0", "utf-32"),
        (b"p\0l\0a\0i\0n\0", "utf-16-le"),
        (b"\0p\0l\0a\0i\0n", "utf-16-be"),
        (bytes(100), ""),
        (bytes(range(32)) * 10, ""),
    ],
)
def test_encodings_are_told_by_content(data: bytes, name: str) -> None:
    assert encoding_of(data) == name


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOENT, "reason.gone"),
        (errno.EACCES, "reason.denied"),
        (errno.ELOOP, "reason.link"),
        (errno.ENXIO, "reason.not-regular"),
        (errno.EIO, "reason.system"),
        (None, "reason.system"),
    ],
)
def test_errors_of_the_system_are_reasons(code: int | None, reason: str) -> None:
    error = OSError(code, "x") if code is not None else OSError("x")
    assert reason_of(error) == reason
    assert translations.load().has(reason)


def test_a_folder_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match=r"reason\.not-regular"), opened(str(tmp_path)):
        pass


@given(
    outcome=st.sampled_from(FileOutcome),
    reason=st.text(max_size=20),
    hits=st.lists(st.tuples(st.text(max_size=6), st.integers(0, 1000), st.text(max_size=7))),
)
def test_an_answer_arrives_as_it_was_given(
    outcome: FileOutcome, reason: str, hits: list[tuple[str, int, str]]
) -> None:
    found = tuple(Hit(kind=kind, count=count, masked=(mask,)) for kind, count, mask in hits)
    reading = Reading(outcome=outcome, reason=reason, hits=found, test_cards=len(hits))
    assert ipc_messages.told(ipc_messages.tell(reading)) == reading


@given(subject=st.text(max_size=50), kind=st.sampled_from(["file", "explain"]))
def test_a_question_arrives_as_it_was_asked(kind: str, subject: str) -> None:
    asked = ipc_messages.Question(kind=kind, subject=subject)
    assert ipc_messages.asked(ipc_messages.ask(kind, subject)) == asked
    drill = replace(asked, drilled="4", start=7)
    assert ipc_messages.asked(ipc_messages.ask(kind, subject, "4", 7)) == drill


@given(data=st.binary(max_size=60) | st.from_type(int).map(lambda n: json.dumps([n]).encode()))
def test_a_child_that_babbles_is_a_crashed_child(data: bytes) -> None:
    with pytest.raises(ScanError, match=r"reason\.crashed"):
        ipc_messages.told(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"PK not a zip",
        b"%PDF-1.4",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
        b"\x99\x01\x0d\x04" + bytes(300),
        b"\x85text that begins with an odd letter" * 20,
        zipped({}),
        zipped({"a": b"x"}),
    ],
    ids=range(11),  # a zip holds the time at which it was made
)
def test_what_is_not_encrypted_is_not_called_so(data: bytes) -> None:
    assert not is_sealed(Source.of_bytes(data))


@pytest.mark.posix
def test_the_walk_gives_every_file_once_and_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("z", "a/y", "a/b/x"):
        (tmp_path / name).write_text("")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    found = [str(path) for path in walk([str(tmp_path), str(tmp_path / "a")])]
    assert [Path(path).name for path in found] == ["x", "up", "y", "z"]


def test_the_walk_tells_what_is_gone(tmp_path: Path) -> None:
    (told,) = walk([str(tmp_path / "never")])
    assert isinstance(told, Scanned)
    assert told.reason == "reason.gone"


@given(name=st.text(max_size=30))
def test_a_shown_name_is_printable(name: str) -> None:
    assert shown(name).isprintable()


def test_a_capped_count_is_told_as_such() -> None:
    table = Table(translations.load(), Kinds(translations.load(), ALL))
    hit = Hit(kind="PAN", count=1000, masked=("...6467",))
    assert list(table.add(Scanned(path="a", outcome=FileOutcome.READ, hits=(hit,)))) == []
    told = "\n".join(table.end(whole=True))
    assert "1000+" in told


def test_a_gone_file_is_told_to_programs() -> None:
    scanned = Scanned(path="a", outcome=FileOutcome.GONE, reason="reason.gone")
    (line,) = JsonLines().add(scanned)
    assert json.loads(line) == {
        "path": "a",
        "entity": None,
        "count": 0,
        "masked": [],
        "sealed": False,
        "unread": "reason.gone",
    }
