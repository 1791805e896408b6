"""Puts the modes of a desk into words: a sentence for the window, a few for the menu; no Qt."""

from __future__ import annotations

from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.modes import Mode, ModeKind, Weight, modes
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import State
from agentguard.ui.views import ModeView
from agentguard.ui.wording import Wording

FIRST = frozenset({ModeKind.PAYMENT, ModeKind.SHIELD, ModeKind.CALL, ModeKind.PARTS})
"""What a tooltip tells before the state of the desk; the others follow it."""
OFFICE = frozenset({ModeKind.ENROLMENT, ModeKind.OFFLINE})
"""What a tooltip tells in place of the last report."""

BADGES = {
    (ModeKind.PAYMENT, Weight.URGENT): "recorder",
    (ModeKind.PAYMENT, Weight.QUIET): "payment",
    (ModeKind.SHIELD, Weight.NOTED): "soon",
    (ModeKind.CALL, Weight.QUIET): "call",
    (ModeKind.PARTS, Weight.NOTED): "parts",
}
"""The signs that the tray's icon bears; for offline each state has an icon of its own."""

NOT_KNOWN = "not-known"


def told_modes(snapshot: Snapshot, words: Wording) -> tuple[ModeView, ...]:
    """Return what holds now, in words, in the order of the modes."""
    return tuple(_told(one, words) for one in modes(snapshot))


def badge(snapshot: Snapshot) -> str:
    """Return the sign of the first mode that has one; a mode that is not known has none."""
    known = (one for one in modes(snapshot) if one.form != NOT_KNOWN)
    signs = (BADGES.get((one.kind, one.weight), "") for one in known)
    return next(filter(None, signs), "")


def around(holding: tuple[ModeView, ...], report: str) -> tuple[list[str], list[str]]:
    """Return what a tooltip tells before the state of the desk, and what after it.

    A pause is told by the state itself; the last report where nothing more pressing is.
    """
    first = [f"{one.short}." for one in holding if one.kind in FIRST]
    last = [f"{one.short}." for one in holding if one.kind in {ModeKind.POLICY, *OFFICE}]
    told = first or any(one.kind in OFFICE for one in holding)
    return first, [*last, *([] if told else [report])]


def _told(mode: Mode, words: Wording) -> ModeView:
    id_, given = f"mode.{mode.kind}", _given(mode, words)
    said = words.texts.say(f"{id_}.{mode.form}", **given)
    if mode.kind is ModeKind.PARTS and mode.form == "failed" and mode.why is not None:
        said = f"{said} {given['why']}"
    cleared = int(mode.params.get("cleared", 0))
    if cleared:
        said = f"{said} {words.count(f'{id_}.cleared', cleared)}"
    return ModeView(
        kind=mode.kind.value,
        form=mode.form,
        weight=mode.weight.value,
        said=said,
        short=words.texts.say(f"{id_}.short.{mode.form}", **given),
        about=str(mode.params.get("about", "")),
    )


def _given(mode: Mode, words: Wording) -> dict[str, str | int]:
    texts = words.texts
    given: dict[str, str | int] = {
        "time": words.clock(mode.at) if mode.at is not None else "",
        "why": texts.render(mode.why),
        "checks": ", ".join(texts.title(one, State.PAUSED) for one in mode.checks),
        "parts": ", ".join(_part(one, texts) for one in mode.sensors),
        "left": int(mode.params.get("left", 0)),
        "day": str(mode.params.get("day", "")),
    }
    if mode.kind is ModeKind.PAYMENT:
        app = masked(str(mode.params.get("app", "")))
        given["app"] = app or texts.say("mode.payment.window")
    return given


def _part(sensor: str, texts: Texts) -> str:
    name = f"ui.sensor.{sensor}"
    return texts.say(name) if texts.has(name) else sensor
