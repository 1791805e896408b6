"""Copies a text under Wayland and marks it as secret, which wl-copy cannot; serves to its end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentguard.platforms._linux.wayland import Connection
from agentguard.platforms._linux.wayland_clipboard import GIVEN, OWN, _serve
from agentguard.platforms._linux.wayland_offers import Control

FORMS = tuple(form for form in GIVEN if form != OWN)


def main(text: str) -> None:
    """Own the clipboard until another program copies."""
    place = Path(os.environ["XDG_RUNTIME_DIR"]) / os.environ["WAYLAND_DISPLAY"]
    connection = Connection(place)
    control = Control(connection)
    source = control.source(FORMS)
    texts = {source: text.encode()}
    control.set("CLIPBOARD", source)
    sys.stdout.write("owned\n")
    sys.stdout.flush()
    while texts:
        for event in connection.events(None):
            if event.sender in texts:
                _serve(event, connection, texts)


if __name__ == "__main__":
    main(sys.argv[1])
