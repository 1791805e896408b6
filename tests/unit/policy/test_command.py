"""agentguard policy, as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard import cli, platforms
from agentguard.base.paths import HOME_VARIABLE
from agentguard.policy.last_good import Keeper
from agentguard.runtime import compose

BROKEN = Path(__file__).parents[2] / "vectors" / "policy" / "broken"
POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


def test_good_files_are_good(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(file) for file in sorted(POLICIES.glob("*.yaml"))]
    assert cli.main(["policy", "validate", *files]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == f"{files[0]}: the policy baseline, version 1, is good."
    assert len(said.out.splitlines()) == 3
    assert said.err == ""


def test_every_file_is_judged_though_one_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, good = str(BROKEN / "an-unknown-key.yaml"), str(POLICIES / "baseline.yaml")
    assert cli.main(["policy", "validate", wrong, "/no/such/file.yaml", good]) == 2
    said = capsys.readouterr()
    assert f"{wrong}:3: wacth is not known (did you mean watch?)" in said.err
    assert "/no/such/file.yaml could not be read (No such file or directory)" in said.err
    assert "is good" in said.out


def test_show_gives_the_policy_in_force_with_every_default(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["policy", "show", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["policy"] == "baseline"
    assert "No policy has arrived yet" in said.err
    keeper = Keeper(home, compose.shapes(), platforms.system_clock())
    keeper.offer(b"policy: site\nversion: 4\n", "site.yaml")
    assert cli.main(["policy", "show", "--json"]) == 0
    said = capsys.readouterr()
    shown = json.loads(said.out)
    assert (shown["policy"], shown["version"], said.err) == ("site", 4, "")
    assert shown["controls"]["screen-lock"]["settings"] == {"limit_minutes": 15}
    assert len(shown["digest"]) == 64


def test_show_of_a_file_is_a_policy_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["policy", "show", str(POLICIES / "work-from-home.yaml")]) == 0
    (tmp_path / "again.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert cli.main(["policy", "validate", str(tmp_path / "again.yaml")]) == 0


def test_explain_speaks_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "explain", str(POLICIES / "pci-contact-centre.yaml")]) == 0
    told = capsys.readouterr().out
    assert "the file is moved to the encrypted vault, the agent is told" in told
    assert "Files *.csv in ~/Exports may become 30 days old." in told


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "AgentGuard policy"


def test_a_wrong_file_to_show_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "show", str(BROKEN / "a-tag.yaml")]) == 2
    assert "a-tag.yaml:3: a tag (!) stands here" in capsys.readouterr().err
    assert cli.main(["policy", "explain", "/no/such"]) == 2
    assert "could not be read" in capsys.readouterr().err
