from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from agentguard.base import paths, settings
from agentguard.cli import main
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.agent_store import open_store
from agentguard.uplink import enrolment
from tests.faults.certificates import Authority
from tests.faults.endpoint import CODE, DEVICE, serving


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(folder))
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return paths.data_folder()


class TestJournal:
    @pytest.fixture
    def exported(self, home: Path, tmp_path: Path) -> Path:
        store = open_store(home)
        at = Moment(boot=1.0, wall=1_790_000_000.0)
        store.journal.commit([Record(kind="x", at=at, payload={"n": n}) for n in range(5)], {})
        assert main(["journal", "export", str(tmp_path / "out.jsonl")]) == 0, "while it is open"
        store.close()
        return tmp_path / "out.jsonl"

    def test_of_a_whole_export_no_more_is_said_than_is_shown(
        self, exported: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["journal", "verify", str(exported)]) == 1
        assert "follows from the one before (5 entries" in capsys.readouterr().out

    def test_a_changed_one_exits_with_1_and_the_first_bad_entry(
        self, exported: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        exported.write_bytes(exported.read_bytes().replace(b'{"n":2}', b'{"n":3}'))
        capsys.readouterr()
        assert main(["journal", "verify", str(exported)]) == 1
        assert "NOT hold. First bad entry, counted from 0: 2" in capsys.readouterr().out
        assert main(["journal", "verify", "--json", str(exported)]) == 1
        said = json.loads(capsys.readouterr().out)
        assert (said["whole"], said["first_bad"]) == (False, 2)

    def test_json_for_scripts(self, exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert main(["journal", "verify", "--json", str(exported)]) == 1
        said = json.loads(capsys.readouterr().out)
        assert (said["whole"], said["entries"], said["epochs"]) == (True, 5, 1)
        assert said["proved"] is False

    def test_without_a_journal_it_says_what_to_do(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["journal", "export", str(tmp_path / "o")]) == 3
        assert "Start the agent once" in capsys.readouterr().err
        assert main(["journal", "verify", str(tmp_path / "none")]) == 3


class TestEnroll:
    @pytest.mark.parametrize("by_file", [True, False], ids=["file", "standard input"])
    def test_a_code_enrols_and_the_endpoint_is_remembered(
        self,
        by_file: bool,
        home: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        authority = Authority(tmp_path)
        (tmp_path / "code").write_text(f"{CODE}\n")
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{CODE}\n"))
        source = str(tmp_path / "code") if by_file else "-"
        with serving(authority.server()) as endpoint:
            code = main([
                "enroll", "--endpoint", endpoint.url, "--ca", str(authority.ca_file),
                "--label", "desk 7", "--code-file", source,
            ])  # fmt: skip
            url = endpoint.url
        assert code == 0
        assert f"enrolled as {DEVICE} (team blue)" in capsys.readouterr().out
        known = enrolment.load(home)
        assert known is not None
        assert (known.url, known.label) == (url, "desk 7")
        assert settings.load(home).endpoint == url

    def test_a_wrong_code_exits_with_3_and_remembers_nothing(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        authority = Authority(tmp_path)
        (tmp_path / "code").write_text("wrong")
        with serving(authority.server()) as endpoint:
            code = main([
                "enroll", "--endpoint", endpoint.url, "--ca", str(authority.ca_file),
                "--code-file", str(tmp_path / "code"),
            ])  # fmt: skip
        assert code == 3
        said = capsys.readouterr().err
        assert "code is not valid" in said
        assert "new code" in said
        assert enrolment.load(home) is None
        assert settings.load(home).endpoint == ""

    @pytest.mark.parametrize(
        ("more", "exit_code", "says"),
        [
            ([], 2, "--endpoint"),
            (["--endpoint", "http://guard.example"], 2, "https://"),
            (["--endpoint", "https://127.0.0.1:1"], 3, "not enrolled yet"),
            (["--endpoint", "https://x", "--code-file", "/no/such/file"], 2, "code file"),
        ],
    )
    def test_wrong_use_says_what_is_wrong(
        self,
        more: list[str],
        exit_code: int,
        says: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("a-code\n"))
        assert main(["enroll", *more]) == exit_code
        assert says in capsys.readouterr().err

    def test_there_is_no_way_to_give_the_code_on_the_command_line(self) -> None:
        with pytest.raises(SystemExit):
            main(["enroll", "--endpoint", "https://x", "--code", "abc"])
