"""The small pieces of the page; every text goes through `text`, which escapes it."""

from __future__ import annotations

import html

from agentguard.model.hits import Hit

_MOST_MASKS = 3


def text(said: str) -> str:
    """Escape a text for any place in the page."""
    return html.escape(said, quote=True)


def tag(name: str, inside: str, kind: str = "") -> str:
    """Return an element; `inside` is escaped already."""
    return f'<{name} class="{kind}">{inside}</{name}>' if kind else f"<{name}>{inside}</{name}>"


def chip(said: str) -> str:
    """Return a small label."""
    return f'<span class="chip">{text(said)}</span>'


def masks(hit: Hit) -> str:
    """Return the first masks of a hit."""
    return " ".join(f"<code>{text(mask)}</code>" for mask in hit.masked[:_MOST_MASKS])


def number(count: int, *, more: bool = False) -> str:
    """Write a number with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\u202f") + ("+" if more else "")


def last(path: str) -> str:
    """Return the last part of a path of any system."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
