"""The release before this one: its sources, and its wheel."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
OLD = "0.0.9"
RUNS = """
from agentguard.base.translations import load
load().say("server.problem.token.title")
import agentguard.server.run
"""
VERSIONS = "agentguard/server/store/schema/migrations/versions"
OF_A_WHEEL = ("agentguard", "resources", "policies", "tests/vectors/windows", "pyproject.toml",
              "README.md", "LICENSE")  # fmt: skip


def git(*words: str) -> bytes:
    return subprocess.run(("git", *words), cwd=ROOT, capture_output=True, check=True).stdout


def sources(folder: Path) -> Path:
    """Lay out the sources as they were before a change of the schema, the newest that they run at.

    Until there is a release before this one a commit stands for it; one amid work may not run.
    Sources without their history stand for themselves: then packages alone are upgraded, and what
    is older in a database is brought up to date by other tests.
    """
    try:
        git("rev-parse", "--verify", "HEAD~50")
    except (OSError, subprocess.CalledProcessError):
        return ROOT
    for change in sorted((ROOT / VERSIONS).glob("r*.py"), reverse=True):
        place = change.relative_to(ROOT).as_posix()
        added = git("log", "--diff-filter=A", "--format=%H", "-1", "--", place).decode().strip()
        if git(
            "diff",
            "--name-only",
            "--no-renames",
            "--diff-filter=MD",
            f"{added}^",
            "HEAD",
            "--",
            VERSIONS,
        ):
            continue  # its tables were still being worked on
        packed = git("archive", f"{added}^", *OF_A_WHEEL)
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        assert not (folder / place).exists()
        words = (sys.executable, "-c", RUNS)
        if subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == 0:
            return folder
    return ROOT


def wheel(folder: Path) -> Path:
    """Make the wheel of the release before, which says that it is older."""
    source = sources(folder / "sources")
    if source == ROOT:
        source = folder / "sources"
        for name in OF_A_WHEEL:
            here, there = ROOT / name, source / name
            there.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if here.is_dir() else shutil.copy)(here, there)
    project = source / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    told = re.sub(r'^version = ".*"$', f'version = "{OLD}"', text, count=1, flags=re.MULTILINE)
    assert told != text
    project.write_text(told, encoding="utf-8")
    words = (UV, "build", "--wheel", "--quiet", "--out-dir", folder / "out", source)
    subprocess.run([str(word) for word in words], check=True, capture_output=True, timeout=300)
    (made,) = (folder / "out").glob("*.whl")
    return made
