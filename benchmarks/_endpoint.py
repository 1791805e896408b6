"""An endpoint of a benchmark's own, behind TLS, at which a desk can be enrolled."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.desktop.harness import Desktop
from tests.flow.centre import Centre


class Endpoint:
    """One that runs; `enrol` makes a data folder's desk known to it."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def enrol(self, desktop: Desktop, more: Mapping[str, str]) -> None:
        """Enrol as a person does, by a code."""
        command = (
            sys.executable, "-m", "agentguard", "enroll", "--endpoint", self._centre.url,
            "--ca", str(self._centre.ca), "--code-file", "-",
        )  # fmt: skip
        code = self._centre.admin.enrol_code("Floor")
        subprocess.run(
            command, env={**desktop.env, **more}, input=code, text=True, check=True,
            capture_output=True,
        )  # fmt: skip


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Have one for a while."""
    with tempfile.TemporaryDirectory() as name:
        centre = Centre(Path(name))
        centre.start()
        try:
            yield Endpoint(centre)
        finally:
            centre.close()
