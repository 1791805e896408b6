"""What trying a draft can tell of each thing that it changes: which figures hang on it, how surely.

Every path of a policy has its place here. A setting of a check that is named nowhere is one whose
findings under other values were not recorded, so a new one is never called sure by mistake.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

LOCK, CLIPBOARD, REAUTH = "screen-lock", "clipboard", "reauth"
COUNTED = frozenset({LOCK, CLIPBOARD, REAUTH})
"""Checks whose doings are counted of every shift."""


class Sure(StrEnum):
    """How far a figure can be relied on."""

    EXACT = "exact"
    LEAST = "at-least"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How surely a change can be tried, at best; `why` is the id of a sentence.

    The figures of the checks in `bears` hang on it; those of all others stay as they are. Those in
    `also` hang on it by the way: they are never exact.
    """

    sure: Sure
    why: str
    bears: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()


def _reach(sure: Sure, why: str, *bears: str) -> Reach:
    return Reach(sure=sure, why=f"simulate.why.{why}", bears=frozenset(bears))


_LOCKS = Reach(
    sure=Sure.EXACT,
    why="simulate.why.counted",
    bears=frozenset({LOCK}),
    also=frozenset({REAUTH}),
)
"""When the screen is locked: a lock ends every proof, so that it is asked for again."""
_SETTINGS = {
    (LOCK, "limit_minutes"): _LOCKS,
    (CLIPBOARD, "kinds"): _reach(Sure.EXACT, "counted", CLIPBOARD),
    (CLIPBOARD, "bulk_kinds"): _reach(Sure.EXACT, "counted", CLIPBOARD),
    (CLIPBOARD, "bulk_count"): _reach(Sure.EXACT, "counted", CLIPBOARD),
    (CLIPBOARD, "rules"): _reach(Sure.UNKNOWN, "programs", CLIPBOARD),
    (CLIPBOARD, "allowed_apps"): _reach(Sure.UNKNOWN, "programs", CLIPBOARD),
    (CLIPBOARD, "password_managers"): _reach(Sure.UNKNOWN, "programs", CLIPBOARD),
    (CLIPBOARD, "leaving"): _reach(Sure.UNKNOWN, "leaving"),
    (REAUTH, "grace_minutes"): _reach(Sure.EXACT, "counted", REAUTH),
    (REAUTH, "groups"): _reach(Sure.LEAST, "windows", REAUTH),
    (REAUTH, "limit_hours"): _reach(Sure.UNKNOWN, "sign-ins", REAUTH),
    (REAUTH, "after_call_seconds"): _reach(Sure.UNKNOWN, "in-calls", REAUTH),
    (REAUTH, "apps"): _reach(Sure.EXACT, "factors"),
    (REAUTH, "rp_id"): _reach(Sure.EXACT, "factors"),
    (REAUTH, "keys"): _reach(Sure.EXACT, "factors"),
}
"""Settings whose effect is counted, or known not to be."""

_NOTHING = _reach(Sure.EXACT, "nothing")
_SECTIONS = {
    "policy": _NOTHING,
    "version": _NOTHING,
    "description": _NOTHING,
    "release": _NOTHING,
    "reports": _NOTHING,
    "watch": _reach(
        Sure.UNKNOWN, "settings", "pii-files", "forbidden-held", "retention", "folder-access"
    ),
    "retention": _reach(Sure.UNKNOWN, "settings", "retention"),
    "legal_hold": _reach(Sure.UNKNOWN, "settings", "retention"),
    "backup_markers": _reach(Sure.UNKNOWN, "settings", "backup"),
    "contact": _reach(Sure.UNKNOWN, "settings", "incident-response"),
    "detection": _reach(
        Sure.UNKNOWN, "settings", CLIPBOARD, "pii-files", "forbidden-held", "retention"
    ),
    "calls": _reach(Sure.UNKNOWN, "other-calls", LOCK, REAUTH, "payment"),
    "payment": _reach(Sure.UNKNOWN, "windows", "payment", CLIPBOARD, "screen-sharing"),
    "shift": _reach(Sure.UNKNOWN, "not-counted", "handover"),
    "vault": _reach(Sure.UNKNOWN, "not-counted"),
    "attention": _reach(Sure.UNKNOWN, "responses"),
    "lessons": _reach(Sure.UNKNOWN, "settings", "training"),
    "exceptions": _reach(Sure.UNKNOWN, "not-counted"),
}
"""What stands beside the controls, by the first word of its path."""


def of(path: str) -> Reach:
    """Return what trying can tell of a change, by its path (`policy_changes.Change`).

    Raises:
        KeyError: no policy has such a section.

    """
    first, *rest = path.split(".")
    if first != "controls":
        return _NOTHING if path == "shift.counts" else _SECTIONS[first]
    check, *rest = rest
    match rest:
        case [] | ["paused"]:
            return _looked(check, "alone" if not rest else "paused-or-not")
        case ["severity"] | ["owner"]:
            return _NOTHING
        case ["respond"]:
            counted = _LOCKS if check == LOCK else _reach(Sure.EXACT, "counted", check)
            return counted if check in COUNTED else _reach(Sure.UNKNOWN, "responses")
        case [_, name, *_]:
            unknown = _reach(Sure.UNKNOWN, "settings", check)
            return _SETTINGS.get((check, name), unknown)
        case _:
            return _reach(Sure.UNKNOWN, "settings", check)


def _looked(check: str, why: str) -> Reach:
    """Return what is known where a control comes or goes: time away is counted all the same."""
    if check == LOCK:
        return _LOCKS
    return _reach(Sure.UNKNOWN, why, check)


def borne(paths: Iterable[str]) -> dict[str, str]:
    """Return the checks whose figures hang on changes, with why they cannot be known.

    The reason is empty where they may be: where all that changes was counted, and for a control
    that comes or goes, of which the figures themselves tell what is known.
    """
    found: dict[str, str] = {}
    for path in paths:
        reach = of(path)
        comes = (path.startswith("controls.") and path.count(".") == 1) or path.endswith(".paused")
        unknown = reach.why if reach.sure is Sure.UNKNOWN and not comes else ""
        for check in reach.bears:
            found[check] = found.get(check, "") or _said(path, check, unknown)
    return found


def _said(path: str, check: str, why: str) -> str:
    """Return a reason in the words of what is counted."""
    of_copies = check == CLIPBOARD and path.startswith("detection")
    return "simulate.why.not-looked" if of_copies else why
