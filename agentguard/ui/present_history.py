"""Turns what was found and done into lines of To do, the newest first; pure, without Qt."""

from __future__ import annotations

from agentguard.detect.recognition.masked_names import masked
from agentguard.model.actions import ActionKind, Deed
from agentguard.model.deeds import Done
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import State
from agentguard.ui.views import DoneView
from agentguard.ui.wording import Wording

BURST = 600.0  # seconds within which the agent's own moves are one line
SEVERAL = frozenset({Deed.VAULT, Deed.DELETE, ActionKind.VAULT})
NEVER_BACK = ".forbidden"
"""What may not be kept is not brought back by one press: the page Vault asks why."""


def history(snapshot: Snapshot, words: Wording) -> tuple[DoneView, ...]:
    """Return a line for each thing that ended, and one for all that ended together."""
    lines: list[list[Done]] = []
    for one in snapshot.history:
        if lines and _together(lines[-1][-1], one):
            lines[-1].append(one)
        else:
            lines.append([one])
    return tuple(_line(together, words) for together in lines)


def _together(before: Done, one: Done) -> bool:
    same = (one.how, one.batch, one.back is None) == (before.how, before.batch, before.back is None)
    if one.how not in SEVERAL or not same:
        return False
    return bool(one.batch) or abs(before.at.wall - one.at.wall) <= BURST


def _line(together: list[Done], words: Wording) -> DoneView:
    newest, count = together[0], len(together)
    told = _told(newest, count, words)
    title = words.texts.title(newest.check, State.FAIL, newest.message.id)
    return DoneView(
        key=newest.batch + newest.id,
        told=told,
        found=words.texts.say("todo.done.found", title=title, exact=words.clock(newest.found)),
        sealed=tuple(
            one.item
            for one in together
            if one.item and one.back is None and not one.message.id.endswith(NEVER_BACK)
        ),
        mended=newest.back is None,
        today=bool(newest.how) and words.is_today(newest.at),
    )


def _told(one: Done, count: int, words: Wording) -> str:
    name, texts = masked(one.place), words.texts
    form = one.how or ("gone-file" if name else "gone")
    time = words.clock(one.at)
    if one.back is not None:
        form, time = "back", words.clock(one.back)
    if count > 1:
        return texts.say(f"todo.done.{form}-many", count=count, time=time)
    known = texts.has(f"todo.done.{form}")
    title = texts.title(one.check, State.FAIL, one.message.id)
    if not known:
        return texts.say("todo.done.gone", time=time, title=title)
    return texts.say(f"todo.done.{form}", name=name, time=time, title=title)
