"""How large this person wants letters: Settings, Accessibility, Text size.

Source: UISettings.TextScaleFactor (Windows.UI.ViewManagement), 1 to 2.25, which Windows keeps as
percent in the user's registry. No call of Win32 tells it, and a change is not always broadcast. The
value is not there until somebody has moved the slider.
"""

from __future__ import annotations

import sys

from agentguard.platforms._win32 import registry

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

KEY, VALUE = r"Software\Microsoft\Accessibility", "TextScaleFactor"
LEAST, MOST = 100, 225  # percent


def scale() -> float:
    """Return the factor for letters, from 1 to 2.25; 1 where nothing usable is set."""
    try:
        found = registry.values(registry.USER, KEY).get(VALUE)
    except PermissionError:
        return 1.0
    percent = found if isinstance(found, int) and LEAST <= found <= MOST else LEAST
    return percent / LEAST
