"""What is installed is whole: the wheel carries texts, icons, lessons, policies and every check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    built = ("build", "--wheel", "--quiet", "--out-dir", str(folder))
    subprocess.run((str(UV), *built), cwd=ROOT, check=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"}
    command = (sys.executable, "-P", *words)
    done = subprocess.run(
        command,
        cwd=installed,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.heavy
def test_the_installed_catalogue_is_the_one_of_the_sources(installed: Path) -> None:
    where = run(installed, "-c", "import agentguard; print(agentguard.__file__)")
    assert where.startswith(str(installed))
    listed = run(installed, "-m", "agentguard", "catalogue", "--json")
    assert listed == (ROOT / "resources" / "catalogue.json").read_text(encoding="utf-8")


@pytest.mark.heavy
def test_the_answers_that_a_recording_is_compared_with_are_installed(installed: Path) -> None:
    show = "from agentguard.platforms.recorder import lines; print(lines.folder())"
    folder = Path(run(installed, "-c", show).strip())
    assert folder.is_relative_to(installed)
    ours = {file.name for file in (ROOT / "tests/vectors/windows").glob("*.jsonl")}
    assert {file.name for file in folder.glob("*.jsonl")} == ours


@pytest.mark.heavy
def test_nothing_that_makes_or_measures_it_is_installed(installed: Path) -> None:
    names = {file.relative_to(installed).parts[0] for file in installed.rglob("*.py")}
    assert names == {"agentguard"}
    doubles = re.compile(r"simulated|fake|gallery|bench")
    assert [str(file) for file in installed.rglob("*.py") if doubles.search(file.stem)] == []


def test_nothing_that_is_installed_needs_what_is_not() -> None:
    """The desktop of tests stands beside its ports; the program never asks for it."""
    doubles = re.compile(r"platforms(\.| import )_?(simulated|fake_clock)")
    asking = [
        file.name
        for file in (ROOT / "agentguard").rglob("*.py")
        if "simulated" not in file.name and doubles.search(file.read_text(encoding="utf-8"))
    ]
    assert asking == []


@pytest.mark.heavy
def test_the_installed_program_judges_a_shipped_policy(installed: Path) -> None:
    shipped = installed / "agentguard" / "_data" / "policies" / "pci-contact-centre.yaml"
    assert shipped.is_file()
    explained = run(installed, "-m", "agentguard", "policy", "explain", str(shipped))
    assert "Policy pci-contact-centre" in explained
