"""agentguard policy, as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard import cli, platforms
from agentguard.base.paths import HOME_VARIABLE
from agentguard.policy.last_good import Keeper
from agentguard.runtime import known_checks

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
    keeper = Keeper(home, known_checks.shapes(), platforms.system_clock())
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
    assert "Cards that interrupt: 4 in 16 hours, 60 minutes apart, none in a call" in told


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "AgentGuard policy"


def test_a_wrong_file_to_show_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["policy", "show", str(BROKEN / "a-tag.yaml")]) == 2
    assert "a-tag.yaml:3: a tag (!) stands here" in capsys.readouterr().err
    assert cli.main(["policy", "explain", "/no/such"]) == 2
    assert "could not be read" in capsys.readouterr().err


def test_what_a_policy_changes_is_told_with_what_asks_for_less(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    strict, made = str(POLICIES / "pci-contact-centre.yaml"), tmp_path / "Acme EU.yaml"
    assert cli.main(["policy", "init", str(made), "--like", "pci-contact-centre"]) == 0
    text = made.read_text(encoding="utf-8")
    assert "policy: acme-eu\n" in text
    assert "# For desks in an office" in text
    made.write_text(text.replace("sweep_minutes: 30", "sweep_minutes: 60"), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["policy", "diff", strict, str(made), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(one["path"], one["before"], one["after"]) for one in told["changes"]] == [
        ("policy", "pci-contact-centre", "acme-eu"),
        ("watch.sweep_minutes", "30", "60"),
    ]
    assert told["weaker"] == ["watch.sweep_minutes"]
    assert cli.main(["policy", "diff", strict, str(made)]) == 1
    shown = capsys.readouterr().out
    assert "watch.sweep_minutes\n  - 30\n  + 60\n" in shown
    assert "Asks for less under:\n  watch.sweep_minutes\n" in shown


def test_the_policy_in_force_is_what_one_file_is_compared_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["policy", "diff", str(POLICIES / "baseline.yaml")]) == 0
    assert capsys.readouterr().out == "Nothing differs.\n"
    assert cli.main(["policy", "diff", "/no/such.yaml"]) == 2


def test_a_policy_is_not_begun_over_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("mine")
    assert cli.main(["policy", "init", str(file)]) == 2
    assert file.read_text() == "mine"
    assert cli.main(["policy", "init", str(tmp_path / "no" / "own.yaml")]) == 3
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["日本.yaml", "-.yaml", f"{'x' * 200}.yaml", "a  b__C.v2.yaml"])
def test_every_name_of_a_file_makes_a_policy_that_is_good(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["policy", "init", str(tmp_path / name)]) == 0
    assert cli.main(["policy", "validate", str(tmp_path / name)]) == 0
    assert "is good" in capsys.readouterr().out
