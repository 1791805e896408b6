"""The doctor tells whether a desk's folder has room, on a small disk of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base import translations
from agentguard.commands.doctor import DISK, disk
from agentguard.model.messages import Message
from tests.cli.typed import Type


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of forty MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def told(folder: Path) -> tuple[str, str]:
    found = disk(folder)
    assert found.name == DISK
    assert isinstance(found.reason, Message)
    return found.standing.value, translations.load().render(found.reason)


def test_row_602_a_disk_that_fills_up_is_told_before_it_is_full(small: Path) -> None:
    assert told(small) == (
        "works",
        "40 MiB are free where AgentGuard keeps its journal, vault and reports.",
    )
    (small / "journal").write_bytes(bytes(9 << 20))
    standing, sentence = told(small)
    assert standing == "failed"
    assert sentence.startswith("Only 31 MiB are free")
    assert sentence.endswith("Make room on that disk.")


def test_row_602_a_folder_that_may_not_be_written_is_told(small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    standing, sentence = told(small)
    assert standing == "denied"
    assert sentence.endswith("Mend the rights of that folder.")


def test_a_desk_that_has_kept_nothing_yet_is_not_at_fault(tmp_path: Path) -> None:
    assert told(tmp_path / "none")[0] == "absent"


def test_a_place_that_is_no_folder_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    standing, sentence = told(tmp_path / "file" / "below")
    assert (standing, "did not tell" in sentence) == ("failed", True)


def test_the_doctor_asks_for_it(type_: Type) -> None:
    rows = json.loads(type_("doctor", "--json").out)["capabilities"]
    (row,) = (one for one in rows if one["name"] == DISK)
    assert row["standing"] == "works"
