"""Scans a corpus as a user would, by the command, and judges what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.corpus.score import Score, judge, read

_FINE = (0, 1)
_PATIENCE = 900


def scanned(folder: Path, jobs: int = 2) -> Score:
    """Run `agentguard scan` over a corpus' files and judge its lines.

    Raises:
        RuntimeError: the scan failed; its words are in it.

    """
    files = folder / "files"
    words = [sys.executable, "-m", "agentguard", "scan", "--format", "jsonl", "--jobs", str(jobs)]
    ended = subprocess.run(
        [*words, str(files)], capture_output=True, text=True, check=False, timeout=_PATIENCE
    )
    if ended.returncode not in _FINE:
        raise RuntimeError(f"the scan ended with {ended.returncode}: {ended.stderr[-2000:]}")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return judge(manifest["files"], read(ended.stdout.splitlines(), files))
