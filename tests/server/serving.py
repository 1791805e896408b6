"""The endpoint as a process of its own, on one PostgreSQL with others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 90.0


@contextmanager
def process(data: Path, address: str, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run one until it is killed; its database's address, with the password, comes from a file."""
    file = data.parent / "address"
    file.write_text(f"{address.replace('+psycopg', '')}\n")
    words = ("serve", "--port", "0", "--data", str(data), *more)
    with subprocess.Popen(
        [sys.executable, "-m", "agentguard", *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AGENTGUARD_DATABASE_FILE": str(file)},
    ) as one:
        try:
            assert one.stdout is not None
            said = ""
            while "answers at" not in said:
                line = one.stdout.readline()
                assert line, said
                said += line
            found = re.search(r"https://127\.0\.0\.1:(\d+)", said)
            assert found is not None
            yield one, int(found[1])
        finally:
            one.kill()
            one.wait(PATIENCE)
