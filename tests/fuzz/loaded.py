"""A fuzzer's program that has loaded and instrumented all it needs, once for many searches.

Each search is a child of it (`os.fork`), which begins with what it has loaded and nothing else.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class Loaded:
    """The program of a command; `cwd` and `env` are those of every search.

    `said` is the file of what it says while it loads.
    """

    def __init__(
        self, command: Sequence[str | Path], cwd: Path, env: Mapping[str, str], said: Path
    ) -> None:
        self.said = said
        self._words = said.open("wb")
        self._program = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
        )

    def run(self, said: Path, *words: str | Path) -> int:
        """Search, with all that is said written to a file; return the exit code.

        Raises:
            EOFError: the program has ended.

        """
        stdin, stdout = self._program.stdin, self._program.stdout
        assert stdin is not None
        assert stdout is not None
        print(json.dumps([str(word) for word in (said, *words)]), file=stdin, flush=True)
        if not (code := stdout.readline()):
            raise EOFError
        return int(code)

    def close(self) -> None:
        """End it; it waits for the next search, and none is on."""
        self._program.communicate(timeout=60)
        self._words.close()
