"""The recorded answers of Windows, as the recorder writes them: one line, one answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from agentguard.platforms.recorder.lines import read
from agentguard.platforms.recorder.shapes import raw

FOLDER = Path(__file__).parent / "vectors" / "windows"
FILES = sorted(FOLDER.glob("*.jsonl"))


@cache
def cases(id_: str) -> dict[str, dict[str, Any]]:
    """Give the lines of a question by the names of their cases."""
    every = (line for file in FILES for line in read(file)[1:])
    return {line["case"]: line for line in every if line["id"] == id_ and "case" in line}


def data(id_: str, case: str) -> bytes | None:
    """Give the bytes of a struct; None where there are none."""
    answer = cases(id_)[case]["answer"]
    return raw(answer) if answer else None
