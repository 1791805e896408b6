"""Where browsers keep their profiles on Linux: as a package, a snap or a flatpak.

Source: Chromium, "User Data Directory"; Mozilla, "Profiles - Where Firefox stores your data".
"""

from __future__ import annotations

from pathlib import Path

from agentguard.platforms._extensions import Places, under

_CHROMIUM = (
    ("chrome", ".config/google-chrome"),
    ("chrome", ".config/google-chrome-beta"),
    ("chrome", ".config/google-chrome-unstable"),
    ("chrome", ".var/app/com.google.Chrome/config/google-chrome"),
    ("chromium", ".config/chromium"),
    ("chromium", "snap/chromium/common/chromium"),
    ("chromium", ".var/app/org.chromium.Chromium/config/chromium"),
    ("edge", ".config/microsoft-edge"),
    ("edge", ".config/microsoft-edge-beta"),
    ("edge", ".config/microsoft-edge-dev"),
    ("edge", ".var/app/com.microsoft.Edge/config/microsoft-edge"),
    ("brave", ".config/BraveSoftware/Brave-Browser"),
    ("brave", "snap/brave/current/.config/BraveSoftware/Brave-Browser"),
    ("brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"),
    ("vivaldi", ".config/vivaldi"),
)
_FIREFOX = (
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
)


def places(home: Path) -> Places:
    """Return the places of one person's browsers."""
    return Places(
        home=home,
        browsers=under(home, _CHROMIUM),
        firefox=tuple(home / path for path in _FIREFOX),
    )
