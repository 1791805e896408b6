"""What is told at a violation, about just that: a few plain sentences and one picture."""

from __future__ import annotations

from agentguard.base.translations import Texts
from agentguard.model.prompts import Prompt

FORBIDDEN = "forbidden"
_PICTURES = {
    "pii-files": "pii-files",
    "clipboard": "clipboard",
    "clipboard-history": "clipboard",
    "remote-session": "clipboard",
    "screen-lock": "screen-lock",
    "remote-tools": "remote-tools",
    "training": "training",
    "forbidden-held": FORBIDDEN,
}


def coaching_text(prompt: Prompt, texts: Texts) -> str:
    """Return what a prompt coaches; empty where it does not, or nothing is written for its check.

    Of a security code or a stripe other things are true than of a card number.
    """
    if not prompt.coach:
        return ""
    if _forbidden(prompt):
        return texts.say("coaching.pii-files-forbidden")
    id_ = f"coaching.{prompt.coach}"
    return texts.say(id_) if texts.has(id_) else ""


def coaching_picture(prompt: Prompt) -> str:
    """Return the name of its picture among the icons."""
    name = FORBIDDEN if _forbidden(prompt) else _PICTURES.get(prompt.coach, "training")
    return f"coach-{name}"


def _forbidden(prompt: Prompt) -> bool:
    return prompt.body.id.endswith(f".{FORBIDDEN}") or prompt.coach == "forbidden-held"
