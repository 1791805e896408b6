"""Makes pictures of shield and prompts on a real X11 desktop: `shots.py FOLDER`.

Light and dark, at 100 % and 200 %, over an open window, as they stand on the screen.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.desktop.harness import Desktop
from tests.desktop.shown import SHOWN

SHOW = str(Path(__file__).with_name("shown.py"))
SIZES = {1: "1280x800x24", 2: "2560x1600x24"}


def take(folder: Path) -> int:
    """Take every picture and give their number."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0
    for scale, size in SIZES.items():
        with Desktop(size) as desktop:
            for scheme in ("light", "dark"):
                for name in SHOWN:
                    picture = folder / f"x11-{name}-{scheme}-{100 * scale}.png"
                    _one(desktop, name, scheme, scale, picture)
                    taken += 1
    return taken


def _one(desktop: Desktop, name: str, scheme: str, scale: int, picture: Path) -> None:
    env = {
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": str(scale),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    shown = desktop.start(sys.executable, SHOW, name, scheme, env=env, stdout=subprocess.PIPE)
    try:
        if shown.stdout is None or shown.stdout.readline() != "shown\n":
            raise SystemExit(f"{name} is not shown")
        desktop.run("import", "-window", "root", str(picture))
    finally:
        desktop.end(shown)


if __name__ == "__main__":
    print(f"{take(Path(sys.argv[1]))} pictures of a real desktop are in {sys.argv[1]}.")
