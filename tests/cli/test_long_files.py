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


def ruled(folder: Path, mib: int) -> Path:
    """Give a policy that watches a folder, and has so many MiB of a file read."""
    policy = folder.with_name("policy.yaml")
    policy.write_text(
        f"policy: logs\nversion: 1\nwatch: {{folders: ['{folder}'], max_mib: {mib}}}\n"
        "controls: {pii-files: {}}\n"
    )
    return policy


def checked(type_: Type, policy: Path) -> str:
    """Give how the control of files stands after one look."""
    said = type_("check", "--policy", policy, "--json")
    states = {control["id"]: control["state"] for control in json.loads(said.out)}
    return str(states["pii-files"])


def test_row_420_a_check_reads_to_the_end(folder: Path, type_: Type) -> None:
    assert checked(type_, ruled(folder, 64)) == "fail"


@pytest.mark.parametrize(("mib", "found", "state"), [(1, False, "partial"), (8, True, "fail")])
def test_row_427_a_policy_says_how_much_of_other_files_is_read(
    tmp_path: Path, type_: Type, mib: int, found: bool, state: str
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    words = [f"note {n}" for n in range(200_000)]
    words[70_000] = f"card {CARD}"
    (folder / "all.json").write_text(json.dumps(words))
    policy = ruled(folder, mib)
    said = type_("scan", folder, "--format", "jsonl", "--policy", policy)
    rows = list(map(json.loads, said.out.splitlines()))
    assert ["PAN" in row.values() for row in rows] == [found]
    assert checked(type_, policy) == state
