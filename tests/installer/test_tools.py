"""What is needed to write an MSI is looked for first, and said when it is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from installer import freeze, package, tools
from installer.tools import BuildError

ROOT = Path(__file__).resolve().parents[2]
LATEST = "0.106"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with what writes MSIs, and nothing else."""
    for name in tools.WRITING:
        put(tmp_path / name, LATEST)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put(file: Path, version: str) -> None:
    file.write_text(f"#!/bin/sh\necho {version}\n")
    file.chmod(0o755)


def test_with_all_of_them_there_is_nothing_to_say(path: Path) -> None:
    tools.ready(signing=False)
    assert tools.program("wixl") == str(path / "wixl")


@pytest.mark.parametrize("name", tools.WRITING)
def test_one_that_is_missing_is_said_with_what_to_install(name: str, path: Path) -> None:
    (path / name).unlink()
    with pytest.raises(BuildError, match=f"{name} is not there.*apt-get install msitools wixl"):
        tools.ready(signing=False)


def test_on_windows_it_is_said_what_windows_installs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path / "wixl").unlink()
    monkeypatch.setattr(tools.sys, "platform", "win32")
    monkeypatch.setattr(tools.shutil, "which", lambda _name: None)  # it asks Windows from 3.12 on
    with pytest.raises(BuildError, match=r"mingw-w64-ucrt-x86_64-msitools.*ucrt64\\bin.*WSL"):
        tools.ready(signing=False)


def test_what_signs_is_wanted_only_for_signing(path: Path) -> None:
    with pytest.raises(BuildError, match="apt-get install osslsigncode"):
        tools.ready(signing=True)
    put(path / "osslsigncode", "2.9")
    tools.ready(signing=True)


@pytest.mark.parametrize("version", ["0.103", "0.99", "nonsense", ""])
def test_a_wixl_that_knows_too_little_is_refused(version: str, path: Path) -> None:
    put(path / "wixl", version)
    with pytest.raises(BuildError, match=r"0\.106 is needed"):
        tools.ready(signing=False)


@pytest.mark.parametrize("version", ["0.106", "0.107", "1.0"])
def test_later_ones_do(version: str, path: Path) -> None:
    put(path / "wixl", version)
    tools.ready(signing=False)


def test_the_build_ends_with_it_before_anything_is_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    words = ("--uv", "none", "--tools", "none", "--cache", tmp_path / "c", "--out", tmp_path / "o")
    ended = subprocess.run(
        (sys.executable, "-m", "installer.build_msi", *words),
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, list(tmp_path.iterdir())) == (3, [])
    assert "The program wixl is not there. Install it with" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14)])
def test_another_python_than_the_frozen_one_is_refused(version: tuple[int, int]) -> None:
    with pytest.raises(BuildError, match=r"py -3\.13 dev\.py build --msi"):
        tools.interpreter(version)
    tools.interpreter(tools.PYTHON)


def test_windows_builds_with_its_own_python_and_nothing_before_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "version_info", (*tools.PYTHON, 5))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    with freeze.builder(tmp_path / "never looked at") as windows:
        monkeypatch.undo()
        assert (windows.run, windows.python, dict(windows.env)) == ((), tmp_path, {})
        assert windows.path(tmp_path / "a") == str(tmp_path / "a")


def test_a_build_bears_the_time_of_its_commit_unless_one_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = tmp_path / "sources"
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(repository))
    subprocess.run(("git", "init", "--quiet", str(repository)), check=True)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setattr(dev, "ROOT", repository)
    assert dev._commit_time() == {}, "nothing is committed"
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1790000000 +0000")
    subprocess.run((*git, "commit", "--quiet", "--allow-empty", "-m", "x"), check=True)
    assert dev._commit_time() == {"SOURCE_DATE_EPOCH": "1790000000"}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert dev._commit_time() == {}
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev._commit_time() == {}, "without git"


def test_what_wixl_is_told(path: Path) -> None:
    words = package.words(Path("/t/tree"), "1.2.3", Path("/o/a.msi"), Path("/x/files.wxs"))
    told = dict(word.split("=", 1) for word in map(str, words) if "=" in word)
    assert [str(word) for word in words[:3]] == [str(path / "wixl"), "-a", "x64"]
    assert (told["Version"], told["FileVersion"], told["Tree"]) == ("1.2.3", "1.2.3.0", "/t/tree")
    assert words[words.index("-o") + 1 :] == [
        Path("/o/a.msi"), ROOT / "installer" / "agentguard.wxs", Path("/x/files.wxs")
    ]  # fmt: skip
    assert shutil.which("wixl") == words[0]
