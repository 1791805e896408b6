"""What of a shift outlives a restart, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.model.handover import NO_SHIFT, CleanDesk, Shift
from agentguard.model.moments import Moment
from agentguard.model.records import Json

MEMORY = "shift"


def shift_json(shift: Shift) -> Json:
    """Return a shift as JSON; how long the screen has been locked is seen anew."""
    clean = shift.clean
    return {
        **{name: moment_json(getattr(shift, name)) for name in _MOMENTS},
        "clean": None
        if clean is None
        else {
            "day": clean.day,
            **{name: moment_json(getattr(clean, name)) for name in _LOOKED},
        },
    }


_LOOKED = ("offered", "asked", "answered", "over")
_MOMENTS = ("used", "begun", "ended", "handed", "missed")


def read_back(remembered: Mapping[str, Json]) -> Shift:
    """Return the shift that outlived a restart; what cannot be read begins anew."""
    value = remembered.get(MEMORY)
    if not isinstance(value, dict):
        return NO_SHIFT
    used, begun, ended, handed, missed = (read_moment(value.get(name)) for name in _MOMENTS)
    return Shift(
        used=used,
        begun=begun,
        ended=ended,
        handed=handed,
        missed=missed,
        clean=_clean(value.get("clean")),
    )


def moment_json(at: Moment | None) -> Json:
    """Return a moment as JSON; an empty list is none."""
    return [at.boot, at.wall] if at is not None else []


def read_moment(value: Json) -> Moment | None:
    """Return a moment of its JSON; None for none."""
    match value:
        case [int() | float() as boot, int() | float() as wall]:
            return Moment(boot=float(boot), wall=float(wall))
        case _:
            return None


def _clean(value: Json) -> CleanDesk | None:
    if not isinstance(value, dict):
        return None
    day = value.get("day")
    if not isinstance(day, str):
        return None
    offered, asked, answered, over = (read_moment(value.get(name)) for name in _LOOKED)
    begun = offered or asked  # who was asked by an agent of before had it offered
    return CleanDesk(day=day, offered=begun, asked=asked, answered=answered, over=over)
