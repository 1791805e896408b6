"""Text of a picture by the program tesseract, between pipes: no picture is written to a disk."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

_TESSERACT = (
    "/usr/bin/tesseract",
    "/usr/local/bin/tesseract",
    "C:\\Program Files\\Tesseract-OCR\\tesseract.exe",
)
_PIPE, _NOWHERE = -1, -3  # as subprocess calls them
_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def text_of(picture: Any, seconds: float) -> str | None:
    """Return the text of a picture, None when the program is missing, fails or is too slow."""
    program = next((path for path in _TESSERACT if Path(path).exists()), "")
    if not program:
        return None
    packed = io.BytesIO()
    picture.save(packed, "PNG", compress_level=1)
    try:
        return asyncio.run(_asked(program, packed.getvalue(), seconds)).decode("utf-8", "replace")
    except (TimeoutError, OSError):
        return None


async def _asked(program: str, picture: bytes, seconds: float) -> bytes:
    """Run the program between pipes: it inherits the bounds of this process."""
    asked = await asyncio.create_subprocess_exec(
        program, "stdin", "stdout", stdin=_PIPE, stdout=_PIPE, stderr=_NOWHERE, env=_ENVIRONMENT
    )
    try:
        said, _ = await asyncio.wait_for(asked.communicate(picture), seconds)
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()
    if asked.returncode:
        raise OSError(asked.returncode, program)
    return said
