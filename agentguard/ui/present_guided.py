"""Puts a guided response into words, step by step; pure, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.guided import CARD_KINDS, Ending, Found, Response
from agentguard.model.hits import Hit
from agentguard.model.incidents import Stage
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import file_name
from agentguard.ui.present_incidents import stage_words
from agentguard.ui.wording import Wording

_OVER = frozenset({Stage.CLOSED, Stage.SIGNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One of the five steps: what it is, whether it was done, and what really happened."""

    title: str
    done: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidedView:
    """A response with its steps, and what can be done now."""

    number: str
    name: str
    steps: tuple[StepView, ...]
    may_hold: bool
    may_delete: bool
    may_keep: bool
    asks_cause: bool


def calls_for_response(hits: tuple[Hit, ...]) -> bool:
    """Check whether what was found is card data, to which there is a guided response."""
    return any(hit.kind in CARD_KINDS for hit in hits)


def guided_views(snapshot: Snapshot, words: Wording) -> tuple[GuidedView, ...]:
    """Return the responses of who sits here, the newest first."""
    return tuple(_view(one, snapshot, words) for one in snapshot.responses if one.mine)


def _view(one: Response, snapshot: Snapshot, words: Wording) -> GuidedView:
    texts = words.texts
    held = one.held is not None
    undecided = held and one.ending is None
    steps = (
        (held, words.texts.say("ui.guided.held", time=words.clock(one.held)) if one.held else ""),
        (True, texts.say(f"ui.guided.found-{one.found}")),
        (one.ending is not None, _ending(one, words)),
        (one.cause is not None, _cause(one, words)),
        _signed(one, snapshot, words),
    )
    return GuidedView(
        number=one.number,
        name=file_name(one.path),
        steps=tuple(
            StepView(
                title=texts.say(f"ui.guided.step-{place}"),
                done=done,
                words=said or texts.say("ui.guided.not-held"),
            )
            for place, (done, said) in enumerate(steps, 1)
        ),
        may_hold=not held and one.ending is None,
        may_delete=held and one.ending is not Ending.DELETED,
        may_keep=undecided and one.found is Found.NO,
        asks_cause=one.cause is None,
    )


def _ending(one: Response, words: Wording) -> str:
    if one.ending is not None and one.ended is not None:
        return words.texts.say(f"ui.guided.ended-{one.ending}", time=words.clock(one.ended))
    if one.held is None:
        return words.texts.say("ui.guided.first-hold")
    form = "undecided" if one.found is not Found.YES else "delete-only"
    return words.texts.say(f"ui.guided.{form}")


def _cause(one: Response, words: Wording) -> str:
    if one.cause is None:
        return words.texts.say("ui.guided.open")
    return words.texts.say(
        "ui.guided.caused", words=words.texts.say(f"ui.guided.cause-{one.cause}")
    )


def _signed(one: Response, snapshot: Snapshot, words: Wording) -> tuple[bool, str]:
    """Tell of the sign-off only what the endpoint told."""
    texts = words.texts
    known = next((r for r in snapshot.reported if r.number == one.number), None)
    if known is None or known.stage not in _OVER:
        said = [texts.say("ui.guided.waiting")]
        if known is not None:
            said.append(texts.say("ui.guided.stage", stage=stage_words(known, texts)))
        return False, " ".join(said)
    if known.stage is Stage.CLOSED:
        return False, texts.say("ui.guided.closed", by=known.by)
    form = "signed" if known.by else "signed-unnamed"
    return True, texts.say(f"ui.guided.{form}", by=known.by)
