"""Scans a corpus as a user would, by the command, and judges what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.corpus.score import Score, judge, read

_FINE = (0, 1)
_PATIENCE = 900


def scanned(folder: Path) -> Score:
    """Run `agentguard scan` over a corpus' files and judge its lines; see `each_scanned`."""
    return each_scanned([folder])[0]


def each_scanned(folders: Sequence[Path], jobs: int = 2) -> list[Score]:
    """Run `agentguard scan` once over the files of several corpora and judge its lines of each.

    The command and its scan children start once for all: for one corpus alone that is half of it.

    Raises:
        RuntimeError: the scan failed; its words are in it.

    """
    files = [folder / "files" for folder in folders]
    words = [sys.executable, "-m", "agentguard", "scan", "--format", "jsonl", "--jobs", str(jobs)]
    ended = subprocess.run(
        [*words, *map(str, files)], capture_output=True, text=True, check=False, timeout=_PATIENCE
    )
    if ended.returncode not in _FINE:
        raise RuntimeError(f"the scan ended with {ended.returncode}: {ended.stderr[-2000:]}")
    lines = ended.stdout.splitlines()
    return [_judged(folder, lines) for folder in folders]


def _judged(folder: Path, lines: Sequence[str]) -> Score:
    """Judge what was found below a corpus' folder; what is another's keeps its whole path."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    found = read(lines, folder / "files")
    own = {at: count for at, count in found.items() if not Path(at[0]).is_absolute()}
    return judge(manifest["files"], own)
