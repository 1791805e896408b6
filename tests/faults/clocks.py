"""A process with a wall clock of its own, by libfaketime; boot time stays the system's."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes.util import find_library
from pathlib import Path

PLACES = ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime")
NAME = "libfaketimeMT.so.1"


class WallClock:
    """The wall clock of one process; `env` is for its start."""

    def __init__(self, folder: Path, start: float | str = "+0") -> None:
        self._file = folder / "wall-clock"
        self.set(start)

    def set(self, to: float | str) -> None:
        """Set it: to seconds since 1970 (then it goes on), or as libfaketime writes offsets."""
        text = to if isinstance(to, str) else f"@{to:.0f}"
        fresh = self._file.with_suffix(".new")
        fresh.write_text(text, encoding="ascii")
        fresh.replace(self._file)

    @property
    def env(self) -> Mapping[str, str]:
        library = next((f for p in PLACES if (f := Path(p) / NAME).is_file()), None)
        return {
            "LD_PRELOAD": str(library or find_library("faketimeMT")),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FMT": "%s",
            "NO_FAKE_STAT": "1",
        }
