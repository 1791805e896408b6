"""Commands that look once read a file to its end, however many turns that takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.commands import _one_look, _scan_work
from agentguard.detect.limits import Limits
from tests.cli.typed import Type
from tests.unit.detect.files.hostile import CARD

LINE = b"nothing in this line as in all others\n"
SIZE = 48 << 20
"""Bytes: several turns of the time that a turn has here."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a long log, at the end of which there is a card number."""
    for command in (_one_look, _scan_work):
        monkeypatch.setattr(command, "Limits", lambda: Limits(seconds=0.2, patience=200.0))
    made = tmp_path / "logs"
    made.mkdir()
    with (made / "long.log").open("wb") as file:
        file.writelines([LINE * 10_000] * (SIZE // (len(LINE) * 10_000)))
        file.write(f"card {CARD}\n".encode())
    return made


def test_row_420_a_scan_reads_to_the_end(folder: Path, type_: Type) -> None:
    said = type_("scan", folder, "--format", "jsonl")
    ((row,), code) = (list(map(json.loads, said.out.splitlines())), said.code)
    assert (code, row["entity"], row["count"], "unread" in row) == (1, "PAN", 1, False)


def test_row_420_a_check_reads_to_the_end(folder: Path, tmp_path: Path, type_: Type) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        f"policy: logs\nversion: 1\nwatch: {{folders: ['{folder}']}}\n"
        "controls: {pii-files: {}}\n"
    )
    said = type_("check", "--policy", policy, "--json")
    states = {control["id"]: control["state"] for control in json.loads(said.out)}
    assert states["pii-files"] == "fail"
