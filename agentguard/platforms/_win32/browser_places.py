"""Where browsers keep the profiles of the person at the desk on Windows.

Source: Chromium, "User Data Directory"; Mozilla, "Profiles - Where Firefox stores your data".
"""

from __future__ import annotations

from pathlib import Path

from agentguard.platforms._extensions import Places, under

_CHROMIUM = (
    ("chrome", "Google/Chrome/User Data"),
    ("chrome", "Google/Chrome Beta/User Data"),
    ("chrome", "Google/Chrome Dev/User Data"),
    ("chrome", "Google/Chrome SxS/User Data"),
    ("chromium", "Chromium/User Data"),
    ("edge", "Microsoft/Edge/User Data"),
    ("edge", "Microsoft/Edge Beta/User Data"),
    ("edge", "Microsoft/Edge Dev/User Data"),
    ("edge", "Microsoft/Edge SxS/User Data"),
    ("brave", "BraveSoftware/Brave-Browser/User Data"),
    ("brave", "BraveSoftware/Brave-Browser-Beta/User Data"),
    ("vivaldi", "Vivaldi/User Data"),
)


def places(home: Path) -> Places:
    """Return the places of one person's browsers."""
    return Places(
        home=home,
        browsers=under(home / "AppData/Local", _CHROMIUM),
        firefox=(home / "AppData/Roaming/Mozilla/Firefox",),
    )
