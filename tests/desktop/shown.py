"""Shows one thing of the windows until it is ended: `shown.py NAME light|dark`.

shield-call, shield-code, shield-not-locked      notice, lesson, proof      page-NAME of the window
Prints `shown` once it is there. A right code (482913) ends a shield or a proof.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer

from agentguard.base import translations
from agentguard.model.snapshot import Snapshot
from agentguard.ui.bridge import Bridge
from agentguard.ui.prompts import Prompts
from agentguard.ui.shields import Shields
from agentguard.ui.startup_icon import application
from agentguard.ui.theme import Theme
from agentguard.ui.views import Page
from agentguard.ui.window import StatusWindow
from tools.gallery import data
from tools.gallery.desk import SimulatedDesk
from tools.gallery.pictures import SCHEMES

SETTLE = 300  # milliseconds for the window manager
SHOWN: dict[str, Snapshot] = {
    "shield-call": data.covered(data.good(), data.SHIELD),
    "shield-code": data.covered(data.good(), data.SHIELD),
    "shield-not-locked": data.covered(data.good(), data.NOT_LOCKED),
    "notice": data.prompting(data.act(), data.NOTICE),
    "lesson": data.prompting(data.act(), data.LESSON),
    "proof": data.prompting(data.act(), data.PROOF),
}


def main(name: str, scheme: str) -> int:
    """Show it."""
    app = application()
    theme = Theme(app)
    theme.force(SCHEMES[scheme])
    bridge = Bridge(SimulatedDesk(SHOWN.get(name) or data.act()), translations.load())
    window = StatusWindow(bridge, theme)
    window.open(Page(name.removeprefix("page-")) if name.startswith("page-") else Page.OVERVIEW)
    prompts, shields = Prompts(bridge, theme), Shields(bridge, theme)
    if name == "shield-code" and shields.card is not None:
        shields.card.ask()
    QTimer.singleShot(SETTLE, lambda: print("shown", flush=True))
    ended = int(app.exec())
    prompts.close()
    shields.close()
    bridge.close()
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
