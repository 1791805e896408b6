"""agentguard retention, as it is typed: it tells, and removes only when it is told to."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.cli.typed import Type, assert_one_sentence

DAY = 86400


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "Exports"
    folder.mkdir()
    for name, days in (("old.csv", 40), ("soon.csv", 27), ("new.csv", 1)):
        (folder / name).write_text("made-up")
        then = time.time() - days * DAY
        os.utime(folder / name, (then, then))
    return folder


@pytest.fixture
def rules(home: Path, exports: Path) -> None:
    set_policy(home, exports)


def set_policy(home: Path, exports: Path, hold: str = "false") -> None:
    home.mkdir(exist_ok=True)
    text = f"""
policy: site
version: 1
legal_hold: {hold}
retention: [{{folder: "{exports}", days: 30, pattern: "*.csv", warn_days: 5}}]
"""
    (home / "last-good-policy").write_text(text)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_it_tells_what_is_past_its_age_and_takes_nothing(
    options: tuple[str, ...], exports: Path, type_: Type
) -> None:
    said = type_("retention", *options)
    assert (said.code, said.err) == (1, "")
    first, last = said.out.splitlines()
    assert first.split("  ")[1:3] == [" 40 days", str(exports / "old.csv")]
    assert last == "1 files are past their age; 1 will be soon."
    assert names(exports) == {"old.csv", "soon.csv", "new.csv"}


@pytest.mark.usefixtures("rules")
def test_it_tells_programs_the_same(exports: Path, type_: Type) -> None:
    table = json.loads(type_("retention", "--json").out)
    assert (table["count"], table["soon"], table["held"]) == (1, 1, False)
    (row,) = table["old"]
    assert (row["path"], row["age_days"]) == (str(exports / "old.csv"), 40)


@pytest.mark.usefixtures("rules")
def test_it_removes_when_it_is_told_to(exports: Path, type_: Type) -> None:
    said = type_("retention", "--remove")
    assert said.code == 0
    assert "1 file that was past its age was taken away." in said.err
    assert names(exports) == {"soon.csv", "new.csv"}
    assert type_("retention").code == 0


def test_a_legal_hold_is_not_passed_over(exports: Path, home: Path, type_: Type) -> None:
    set_policy(home, exports, hold="true")
    said = type_("retention", "--remove")
    assert said.code == 3
    assert "legal hold" in said.err
    assert "old.csv" in names(exports)


def test_without_a_rule_it_says_so(type_: Type) -> None:
    said = type_("retention")
    assert (said.code, said.out) == (0, "The policy has no rule about the age of files.\n")


def test_it_cannot_do_both(type_: Type) -> None:
    assert_one_sentence(type_("retention", "--dry-run", "--remove"), 2)
