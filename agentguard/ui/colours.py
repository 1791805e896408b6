"""The colours of the windows: light, dark, and those that a high-contrast desktop prescribes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPalette


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """One set of colours; every pair of text and ground has a contrast of at least 4.5 to 1."""

    ground: str
    side: str
    card: str
    line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    hover: str
    good: str
    good_ground: str
    attention: str
    attention_ground: str
    act: str
    act_ground: str
    blind: str
    blind_ground: str
    border: int = 1


DIM = 0.04045  # below it a colour's share of light is linear (IEC 61966-2-1)
READABLE = 4.5
"""The least contrast of a text and its ground (WCAG 2.2, 1.4.3)."""

LIGHT = Tones(
    ground="#f3f5f8",
    side="#e9edf2",
    card="#ffffff",
    line="#d6dde6",
    text="#17212d",
    muted="#51606f",
    accent="#1d5fae",
    accent_hover="#174e91",
    on_accent="#ffffff",
    hover="#dde4ec",
    good="#14693f",
    good_ground="#e3f3ea",
    attention="#8a4b00",
    attention_ground="#fdf0db",
    act="#a51d2a",
    act_ground="#fce8e8",
    blind="#44546a",
    blind_ground="#e6ebf2",
)
DARK = Tones(
    ground="#12171d",
    side="#0d1116",
    card="#1b222b",
    line="#323d4a",
    text="#e9eef3",
    muted="#a3b0be",
    accent="#7db2f5",
    accent_hover="#9cc5fa",
    on_accent="#0d1a2b",
    hover="#25303c",
    good="#76d3a1",
    good_ground="#173326",
    attention="#f3bb63",
    attention_ground="#3a2a10",
    act="#ff9b9b",
    act_ground="#43191d",
    blind="#b4c2d3",
    blind_ground="#28323f",
)


def contrast(one: str, other: str) -> float:
    """Return how far two colours (`#rrggbb`) stand apart, from 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in bytes.fromhex(colour.removeprefix("#"))]
    linear = [p / 12.92 if p <= DIM else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def prescribed(palette: QPalette) -> Tones:
    """Return the system's own colours, for people who chose a high contrast.

    What it marks a choice with is also a link's, a frame's and a picture's colour here; where that
    could not be read on the ground, text and ground change places instead.
    """

    def colour(role: QPalette.ColorRole) -> str:
        return palette.color(role).name()

    text, ground = colour(QPalette.ColorRole.WindowText), colour(QPalette.ColorRole.Window)
    accent, on_accent = (
        colour(QPalette.ColorRole.Highlight),
        colour(QPalette.ColorRole.HighlightedText),
    )
    if min(contrast(accent, ground), contrast(accent, on_accent)) < READABLE:
        accent, on_accent = text, ground  # green or blue on black, as two of Windows' have it
    return Tones(
        ground=ground,
        side=ground,
        card=ground,
        line=text,
        text=text,
        muted=text,
        accent=accent,
        accent_hover=accent,
        on_accent=on_accent,
        hover=ground,
        good=text,
        good_ground=ground,
        attention=text,
        attention_ground=ground,
        act=text,
        act_ground=ground,
        blind=text,
        blind_ground=ground,
        border=2,
    )


STATE_TONES = {
    "pass": "good",
    "fail": "attention",
    "partial": "blind",
    "unknown": "blind",
    "not_applicable": "blind",
    "paused": "blind",
    "theirs": "blind",
    "good": "good",
    "attention": "attention",
    "act": "act",
    "blind": "blind",
    "low": "blind",
    "medium": "attention",
    "high": "act",
    "critical": "act",
}


def of_state(tones: Tones, state: str) -> tuple[str, str]:
    """Return the colours of a state or severity: its text and its ground."""
    name = STATE_TONES[state]
    return str(getattr(tones, name)), str(getattr(tones, f"{name}_ground"))
