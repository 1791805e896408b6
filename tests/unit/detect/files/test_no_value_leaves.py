"""No value leaves: whatever a text holds, every output tells counts and masks alone."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.cli import main
from agentguard.detect.recognition.scanner import default_scanner

VALUES = (
    "4539 1488 0343 6467",
    "4539148803436467",
    "3793-545081-62306",
    "%B4539148803436467^HOLT/ANN^2804201?",
    "four five three nine one four eight eight zero three four three six four six seven",
    "219-09-1234",
    "AB 12 34 56 C",
    "943 476 5919",
    "GB29 NWBK 6016 1331 9268 19",
    "20-30-44 31926819",
    "533401372",
    "2341 2341 2346",
    "86 095 742 719",
    "44051401359",
    "529.982.247-25",
    "+44 7400 123456",
    "03/04/1980",
    "3 April 1980",
    "ann.holt@quillpost.com",
    "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "Winter2024!x",
)
LABELS = (
    *("card", "cvv 482", "ssn", "NI no", "NHS number:", "IBAN", "sort code", "passport no"),
    *("aadhaar", "Steuer-ID", "PESEL", "CPF", "call", "dob", "born", "mail", "token=", "password:"),
    *(
        "order",
        "ref",
        "x",
        "0.",
        "",
        "\n",
        "\r\n",
        "\t",
        ";",
        "|",
        "{",
        '"',
        "<b>",
        "Agent: card?\n",
    ),
)
texts = st.lists(st.sampled_from(LABELS + VALUES), min_size=1, max_size=30).map(" ".join)
OUTPUTS = (
    ("--format", "table"),
    ("--format", "jsonl"),
    ("--explain",),
    ("--explain", "--format", "jsonl"),
    ("--report", "html"),
    ("--report", "csv"),
)
_LONGEST_SHOWN = 4


def bare(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


def leaked(text: str, output: str) -> list[str]:
    """Give the values of a text of which more than a mask's four characters stand in a row."""
    words = {bare(word) for word in re.split(r"[\s\"'<>,;:()|]+", output)}
    return [
        value
        for value in VALUES
        if value in text and (value in output or any(_shows(word, bare(value)) for word in words))
    ]


def _shows(word: str, value: str) -> bool:
    runs = (value[at : at + 6] for at in range(len(value) - 5))
    return any(run in word for run in runs if any(map(str.isdigit, run)))


@pytest.mark.parametrize("value", VALUES)
def test_a_leak_would_be_seen(value: str) -> None:
    assert value in leaked(value, f"found: <b>{value}</b>")
    assert leaked(value, f"found: ...{value[-4:]}") == []


@given(text=texts)
@settings(max_examples=300)
def test_a_hit_is_a_kind_a_count_and_a_mask(text: str) -> None:
    for hit in default_scanner().scan(text):
        assert re.fullmatch(r"[A-Z_]+", hit.kind)
        assert all(len(mask.removeprefix("...")) <= _LONGEST_SHOWN for mask in hit.masked)
        assert leaked(text, f"{hit}") == []


@given(text=texts)
@settings(max_examples=300)
def test_an_explanation_says_no_value(text: str) -> None:
    explained = default_scanner().explain([text])
    assert leaked(text, f"{explained.hits} {explained.traces}") == []


@pytest.mark.parametrize("options", OUTPUTS, ids=" ".join)
@given(made=st.lists(texts, min_size=10, max_size=20))
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_command_prints_a_value(
    options: tuple[str, ...], made: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory(prefix="looked-at") as name:
        for number, text in enumerate(made):
            (Path(name) / f"note{number}.txt").write_text(text, encoding="utf-8")
        capsys.readouterr()
        assert main(["scan", name, "--jobs", "1", *options]) in {0, 1}
        told = capsys.readouterr()
    assert leaked("\n".join(made), (told.out + told.err).replace(name, "")) == []
