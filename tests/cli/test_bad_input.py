"""What people and machines give by mistake: one clear sentence each, and nothing is lost."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from agentguard.base import settings
from tests.cli.typed import Type, assert_one_sentence
from tests.unit.detect.files.hostile import CARD, zipped

BROKEN = Path(__file__).parents[1] / "vectors" / "policy" / "broken"
HUGE = 10 << 30


class TestPolicies:
    @pytest.mark.parametrize("file", sorted(BROKEN.iterdir()), ids=lambda file: file.stem)
    @pytest.mark.parametrize("command", ["validate", "show", "explain"])
    def test_a_malformed_one_is_told_with_file_and_line(
        self, command: str, file: Path, type_: Type
    ) -> None:
        said = type_("policy", command, file)
        assert (said.code, said.out) == (2, "")
        assert re.search(rf"^{re.escape(str(file))}:\d+: \S.+", said.err, re.MULTILINE)
        assert "Traceback" not in said.err

    def test_every_mistake_is_told_at_once(self, tmp_path: Path, type_: Type) -> None:
        file = tmp_path / "site.yaml"
        file.write_text(
            "policy: site\nversion: none\nwacth: {}\ncontrols:\n  firewall:\n    paused: 1\n"
        )
        said = type_("policy", "validate", file)
        assert said.code == 2
        assert {int(n) for n in re.findall(r"site\.yaml:(\d+):", said.err)} == {2, 3, 6}

    @pytest.mark.parametrize("command", ["policy validate", "policy show", "check --policy"])
    @pytest.mark.parametrize("name", ["none.yaml", "folder", "loop", "file/under", "n" * 300])
    def test_one_that_cannot_be_read_is_wrong_use(
        self, command: str, name: str, tmp_path: Path, type_: Type
    ) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").write_text("")
        (tmp_path / "loop").symlink_to("loop")
        said = type_(*command.split(), tmp_path / name)
        assert said.code == 2
        assert f"{name} could not be read" in said.err
        assert len(said.err.splitlines()) == 1

    def test_a_malformed_one_does_not_guard(self, home: Path, type_: Type) -> None:
        wrong = str(BROKEN / "an-unknown-key.yaml")
        said = type_("check", "--policy", wrong)
        assert (said.code, said.out) == (2, "")
        settings.save(home, settings.MachineSettings(policy=wrong))
        assert f"{wrong}:3" in type_("check").err


def hostile(folder: Path) -> dict[str, str]:
    """Make everything that is hard to read; give the reason that each must be told with.

    One of ten gigabytes that never were written is read to its end, and needs no reason.
    """
    (folder / "corrupt.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 99)
    (folder / "bomb.zip").write_bytes(zipped({"zeros": bytes(80 << 20)}))
    with (folder / "huge.bin").open("wb") as file:
        file.truncate(HUGE)
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "dangling").symlink_to("nowhere")
    return {
        "corrupt.pdf": "reason.corrupt",
        "bomb.zip": "reason.bomb",
        "fifo": "reason.not-regular",
        "loop": "reason.link",
        "self": "reason.link",
        "dangling": "reason.link",
    }


class TestFiles:
    def test_each_is_listed_with_its_reason_and_the_rest_is_read(
        self, tmp_path: Path, type_: Type
    ) -> None:
        folder = tmp_path / "files"
        folder.mkdir()
        expected = hostile(folder)
        (folder / "z-note.txt").write_text(f"card {CARD}")
        said = type_("scan", folder, "--format", "jsonl", "--jobs", "2")
        assert (said.code, said.err) == (1, "")
        rows = [json.loads(line) for line in said.out.splitlines()]
        told = {Path(row["path"]).name: row.get("unread") for row in rows}
        assert told == {**expected, "z-note.txt": None}
        for row in rows:
            assert set(row) - {"unread"} == {"path", "entity", "count", "masked", "sealed"}
            assert (row["entity"] is None) is (row.get("unread") is not None)
        table = type_("scan", folder).out
        assert all(name in table for name in expected)
        assert "unfolds to far more" in table

    @pytest.mark.parametrize("name", ["fifo", "dangling", "self"])
    def test_alone_it_is_could_not(self, name: str, tmp_path: Path, type_: Type) -> None:
        hostile(tmp_path)
        said = type_("scan", tmp_path / name)
        assert said.code == 3
        assert name in said.out

    def test_a_damaged_pdf_alone_is_read_as_it_is_and_told(
        self, tmp_path: Path, type_: Type
    ) -> None:
        hostile(tmp_path)
        said = type_("scan", tmp_path / "corrupt.pdf")
        assert said.code == 3
        assert "corrupt.pdf" in said.out
        assert "It is damaged" in said.out

    def test_a_file_that_the_system_will_not_read_is_told(self, type_: Type) -> None:
        said = type_("scan", "/proc/self/mem", "--format", "jsonl")
        assert said.code == 3
        assert json.loads(said.out)["unread"] == "reason.system"

    @pytest.mark.parametrize("name", ["absent", "file/", "file/under", "self/x", "n" * 300])
    def test_a_path_that_is_none_is_wrong_use(self, name: str, tmp_path: Path, type_: Type) -> None:
        (tmp_path / "file").write_text("")
        (tmp_path / "self").symlink_to("self")
        assert_one_sentence(type_("scan", f"{tmp_path}/{name}"), 2)
