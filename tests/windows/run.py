"""Runs tests in the Windows Python under Wine: `run.py FOLDER [options of pytest]`.

Without options: the rooms below, whose code is the same on every system but reads files, starts
processes and locks databases through Windows there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from environment import ROOT, settings

ROOMS = (
    "tests/windows",
    "tests/unit/checks",
    "tests/unit/engine",
    "tests/unit/mfa",
    "tests/unit/pii",
    "tests/unit/policy",
    "tests/unit/scan",
    "tests/unit/uplink",
    "tests/unit/wire",
)
_LOOK_AGAIN = 0.2


def main() -> int:
    folder, options = Path(sys.argv[1]).resolve(), sys.argv[2:]
    env = {**os.environ, **settings(folder)}
    env.pop("DISPLAY", None)
    python = folder / "python" / "python.exe"
    command = ("wine", python, "-m", "pytest", "-p", "no:cacheprovider", "-m")
    named = any((ROOT / word.partition("::")[0]).exists() for word in options)
    log = folder / "tests.log"
    with log.open("wb") as words:
        tests = subprocess.Popen(
            (*command, "not heavy and not posix", *options, *(() if named else ROOMS)),
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
    try:
        _follow(tests, log)
    finally:
        tests.kill()
        subprocess.run(("wineserver", "-k"), env=env, check=False)
    return tests.returncode


def _follow(tests: subprocess.Popen[bytes], log: Path) -> None:
    """Show the words as they come; a pipe would stay open for as long as Wine's servers live."""
    with log.open("rb") as words:
        while True:
            ended = tests.poll() is not None
            sys.stdout.buffer.write(words.read())
            sys.stdout.buffer.flush()
            if ended:
                return
            time.sleep(_LOOK_AGAIN)


if __name__ == "__main__":
    raise SystemExit(main())
