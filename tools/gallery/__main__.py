"""Makes a picture of every window from made-up data: `python -m tools.gallery FOLDER`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from agentguard.base import translations
from agentguard.base.languages import SPOKEN
from agentguard.platforms import keep_none
from tools.gallery.pseudo import MADE_UP, pseudo

LEAST, MOST = 0.5, 4.0


def main(argv: Sequence[str] | None = None) -> int:
    """Make the pictures, light and dark."""
    parser = argparse.ArgumentParser(prog="python -m tools.gallery", description=__doc__)
    parser.add_argument("folder", type=Path, help="for the pictures; made when it is missing")
    parser.add_argument("--scale", type=float, default=1.0, help="such as 2 for 200 %%")
    parser.add_argument("--language", default="en", choices=(*SPOKEN, *MADE_UP))
    given = parser.parse_args(argv)
    if not LEAST <= given.scale <= MOST:
        parser.error(f"--scale is a number from {LEAST:g} to {MOST:g}")
    # Qt reads these once, when the application is made; so it is only imported afterwards.
    os.environ["QT_SCALE_FACTOR"] = f"{given.scale:g}"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    keep_none()
    texts = translations.load(given.language)
    if given.language in MADE_UP:
        texts = pseudo(texts, MADE_UP[given.language])
    count = import_module("tools.gallery.pictures").take(given.folder, texts)
    sys.stdout.write(f"{count} pictures are in {given.folder}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
