"""Reads the message box that a program shows, and closes it; runs in the Windows Python.

    python.exe boxes.py CAPTION SECONDS

Standard library only: it prints the texts of the first box with this caption, a line each.
"""

from __future__ import annotations

import ctypes
import sys
import time
from ctypes import wintypes

DIALOG = "#32770"  # the class of every dialog of Windows
CLOSE = 0x0010  # WM_CLOSE
LONGEST = 2000


def main() -> int:
    if sys.platform != "win32":
        raise SystemExit("This reads windows of Windows.")
    caption, seconds = sys.argv[1], float(sys.argv[2])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if box := ctypes.windll.user32.FindWindowW(DIALOG, caption):
            sys.stdout.write("\n".join(_texts(box)))
            ctypes.windll.user32.PostMessageW(box, CLOSE, 0, 0)
            return 0
        time.sleep(0.2)
    return 1


def _texts(box: int) -> list[str]:
    found: list[str] = []
    kind = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)  # type: ignore[attr-defined,unused-ignore]

    def note(window: int, _given: int) -> bool:
        text = ctypes.create_unicode_buffer(LONGEST)
        ctypes.windll.user32.GetWindowTextW(window, text, LONGEST)  # type: ignore[attr-defined,unused-ignore]
        found.append(text.value)
        return True

    ctypes.windll.user32.EnumChildWindows(box, kind(note), 0)  # type: ignore[attr-defined,unused-ignore]
    return [text for text in found if text]


if __name__ == "__main__":
    raise SystemExit(main())
