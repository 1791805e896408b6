"""A budget for attention: what may be shown now, what waits, and what is told with it.

At each event and each second the worst of what waits is looked at. It is shown when nothing holds
it back (see `holds`) and the budget of the shift allows; all else that waits becomes a number on
its card, for it stands in To do. A card that is shown is never replaced; the next one comes after
it. What protects (hold, clear, lock) is done elsewhere and never waits for any of this.
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.engine import attention_book, attention_memory, card_times, causes, records
from agentguard.engine.attention_book import Attention, Waiting
from agentguard.engine.state import Decision, Key, State
from agentguard.model.attention import BusySeen, Holding, PointerOnCard, TodoOpened
from agentguard.model.events import CallState, Event, ProofGiven
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind
from agentguard.model.verdicts import Severity

PATIENCE = 900.0
"""Seconds that what is urgent waits before half of the wrap-up counts as free."""
STALE = 1800.0
"""Seconds after which what is over by itself needs no card any more, unless a file is gone for it:
that is looked for.
"""
GONE = frozenset({"action.vaulted-title", "action.purged-title"})
CARD_SECONDS = 600.0
"""Seconds for which a card stays that nobody answers; what it told stands in To do."""
MOST_WAITING = 100
COACH_EVERY = 24 * 3600.0
LESSON_EVERY = 7 * 24 * 3600.0
COACHED = 2
"""Coaching cards of one kind in 30 days, after which the lesson is offered instead."""

DUE = {
    Severity.CRITICAL: 2 * 3600.0,
    Severity.HIGH: 8 * 3600.0,
    Severity.MEDIUM: 24 * 3600.0,
    Severity.LOW: 7 * 24 * 3600.0,
}
"""Seconds in which a finding is to be mended: no card is put off beyond."""

_RANK = list(Severity)


def settle(decision: Decision, event: Event) -> Decision:
    """Follow an event: show what may be shown, and remember what waits."""
    decision = _with(decision, _seen(decision, event))
    if isinstance(event, CallState) and event.in_call is not decision.before.in_call:
        decision = _other_times(decision, event.at)
    if decision.state.attention.waiting:
        decision = _fresh(decision, event.at)
        decision = _shown(decision, event.at)
    return decision.then(memory=attention_memory.changes(decision, event.at))


def _other_times(decision: Decision, at: Moment) -> Decision:
    """Offer the end of the call on the card that is shown when one begins, and not after it."""
    state = decision.state
    prompts = {
        id_: replace(p, later=card_times.offered(state, p, at)) if p.later else p
        for id_, p in state.prompts.items()
    }
    return decision.then(replace(state, prompts=prompts))


def _seen(decision: Decision, event: Event) -> Attention:
    """Return what an event tells of attention itself."""
    attention = decision.state.attention
    match event:
        case CallState(in_call=True):
            return replace(attention, call_ended=None)
        case CallState() if decision.before.in_call:
            return replace(attention, call_ended=event.at.boot)
        case ProofGiven(person=person):
            return attention_book.opened(attention, person)
        case BusySeen(presenting=on):
            return replace(attention, presented=_since(attention.presented, event.at, on=bool(on)))
        case ScreenSharesSeen(programs=programs):
            on = bool(programs)
            return replace(attention, shared=_since(attention.shared, event.at, on=on))
        case _:
            return _touched(attention, event)


def _since(before: float | None, at: Moment, *, on: bool) -> float | None:
    if not on:
        return None
    return at.boot if before is None else before


def _touched(attention: Attention, event: Event) -> Attention:
    """Return what the person did with the windows."""
    match event:
        case PointerOnCard(on=on):
            return replace(attention, pointed=on)
        case TodoOpened():
            promised = tuple(one for one in attention.waiting if one.until is not None)
            return replace(attention, waiting=promised)
        case _:
            return attention


def add(decision: Decision, fresh: Waiting) -> Decision:
    """Let something wait to be told: with its like where that waits, and never on a visible card.

    Of the cause of a card that is shown, a count is raised in the inbox alone.
    """
    state = decision.state
    if any(causes.cause_of(prompt) == fresh.cause for prompt in state.prompts.values()):
        return decision
    waiting = state.attention.waiting
    like = next((one for one in waiting if one.cause == fresh.cause), None)
    if like is None:
        return _waits(decision, (*waiting, fresh)[-MOST_WAITING:])
    more = like.prompt.subject != fresh.prompt.subject or (fresh.told and like.told)
    joined = replace(
        like,
        count=like.count + (1 if more else 0),
        severity=max(like.severity, fresh.severity, key=_RANK.index),
        told=like.told or fresh.told,
        coach=like.coach or fresh.coach,
        prompt=replace(fresh.prompt, id=like.prompt.id) if fresh.told else like.prompt,
    )
    return _waits(decision, tuple(joined if one is like else one for one in waiting))


def put_off(
    decision: Decision, prompt: Prompt, answer: str, at: Moment
) -> tuple[Decision, Moment | None]:
    """Let a card come back at the time that the person chose; return it too.

    Without a choice it is the first that was offered; where none was, it stays in To do alone.
    """
    offered = prompt.later or card_times.offered(decision.state, prompt, at)
    chosen = next((one for one in offered if one.answer == answer), next(iter(offered), None))
    if chosen is None:
        return decision, None
    attention = decision.state.attention
    held = Waiting(
        prompt=prompt,
        cause=causes.cause_of(prompt),
        since=at,
        severity=_severity(decision.state, prompt),
        count=prompt.count,
        until=chosen.until,
        person=attention.person,
        told=bool(prompt.notice),
        coach=bool(prompt.coach) or prompt.kind is PromptKind.LESSON,
    )
    return _waits(decision, (*attention.waiting, held)), chosen.until


def withdrawn(decision: Decision, key: Key, *, keep: bool) -> Decision:
    """Leave out what waits about a finding that is closed, as far as nothing of its cause is left.

    `keep` leaves a notice that tells what was done. What waits for its like goes on about those.
    """
    state, waiting = decision.state, list[Waiting]()
    for one in state.attention.waiting:
        stays = keep or one.coach or causes.is_open(state, one.prompt)
        if one.prompt.check != key[0] or stays:
            waiting.append(one)
        elif rest := causes.left(state, one.cause):
            waiting.append(causes.about(one, rest))
        elif causes.tells_an_end(one.prompt):
            waiting.append(one)
    return _waits(decision, tuple(waiting))


def answered(decision: Decision, prompt: Prompt, *, quick: bool, later: bool) -> Decision:
    """Note how a card ended."""
    attention = decision.state.attention
    book = attention_book.noting(attention.book, prompt.id, quick=quick, later=later)
    return _with(decision, replace(attention, book=book))


def learned(decision: Decision, prompt: Prompt, at: Moment) -> Decision:
    """Note that coaching was read and closed by the person."""
    attention = decision.state.attention
    noted = attention_book.adding(attention.book.learned, prompt.coach, at)
    return _with(decision, replace(attention, book=replace(attention.book, learned=noted)))


def _fresh(decision: Decision, at: Moment) -> Decision:
    """Leave out what is over by itself and has waited so long that a card about it helps nobody."""
    state = decision.state

    def helps(one: Waiting) -> bool:
        title = one.prompt.title
        gone = title is not None and title.id in GONE
        stays = gone or one.until is not None or one.prompt.kind is PromptKind.LESSON
        return stays or causes.is_open(state, one.prompt) or at.since(one.since) < STALE

    waiting = tuple(one for one in state.attention.waiting if helps(one))
    return decision if waiting == state.attention.waiting else _waits(decision, waiting)


def _shown(decision: Decision, at: Moment) -> Decision:
    """Show one of those whose time has come, or note what holds them."""
    state = decision.state
    told = causes.to_be_told(state, _ready(state.attention, at), at)
    ready = sorted(told, key=lambda one: _first(state, one))
    if not ready:
        return decision
    late = [one for one in ready if _urgent(state, one) and at.since(one.since) >= PATIENCE]
    why = card_times.holding(decision.state, at, late=bool(late))
    if why is not None:
        return _noted(decision, ready, why, at)
    free = card_times.holding(decision.state, at, late=False) is None
    for one in ready if free else late:
        if _allowed(decision.state, one, at):
            return _show(decision, one, ready, at)
    return _noted(decision, ready, Holding.BUDGET if free else Holding.WRAP_UP, at)


def _ready(attention: Attention, at: Moment) -> list[Waiting]:
    return [
        one
        for one in attention.waiting
        if one.until is None or (at.boot >= one.until.boot and one.person == attention.person)
    ]


def _urgent(state: State, one: Waiting) -> bool:
    """Check whether it is critical and still to be mended: what was done is only to be told."""
    return one.severity is Severity.CRITICAL and causes.outlived(state, one.prompt)


def _first(state: State, one: Waiting) -> tuple[bool, bool, int, float]:
    """Return what comes first: what is urgent, what was promised, the worst, the oldest."""
    return not _urgent(state, one), one.until is None, -_RANK.index(one.severity), one.since.boot


def _allowed(state: State, one: Waiting, at: Moment) -> bool:
    """Check the budget: each promise has its card put by, and the last is for what is urgent."""
    rules, attention = state.plan.policy.attention, state.attention
    cards = attention_book.spent(attention.book, at)
    left = rules.prompts - len(cards)
    if one.until is not None:
        return left > 0
    left -= sum(other.until is not None for other in attention.waiting)
    if _urgent(state, one):
        return left > 0
    last = max((card.at.boot for card in cards), default=None)
    if last is not None and at.boot - last < rules.every_minutes * 60:
        return False
    put_by = 1 if rules.prompts > 1 and not card_times.near_the_end(state, at) else 0
    return left > put_by


def _show(decision: Decision, one: Waiting, ready: list[Waiting], at: Moment) -> Decision:
    """Show a card; the others that wait become a number on it."""
    others = [other for other in ready if other is not one and other.until is None]
    more = sum(other.count for other in others if other.told)
    rest = causes.still_open(decision.state, one)
    prompt = _made(decision.state, causes.about(one, rest) if rest else one, more, at)
    gone = [one, *(others if prompt is not None else [])]
    waiting = decision.state.attention.waiting
    decision = _waits(decision, tuple(each for each in waiting if each not in gone))
    if prompt is None:
        return decision
    book = decision.state.attention.book
    kind = f"{prompt.check}/{prompt.body.id}"
    book = replace(
        attention_book.shown(book, prompt, at),
        explained=attention_book.adding(book.explained, kind, at),
    )
    if prompt.coach or prompt.kind is PromptKind.LESSON:
        what = f"{prompt.kind}/{prompt.check}"
        book = replace(book, coached=attention_book.adding(book.coached, what, at))
    decision = _with(decision, replace(decision.state.attention, book=book))
    state = decision.state
    prompt = replace(prompt, later=card_times.offered(state, prompt, at))
    state = replace(state, prompts={**state.prompts, prompt.id: prompt})
    return decision.then(state, records=(records.asked(prompt),))


def _made(state: State, one: Waiting, more: int, at: Moment) -> Prompt | None:
    """Return the card: told as new or in a line, with coaching where it is due."""
    prompt, book = one.prompt, state.attention.book
    kind = f"{prompt.check}/{prompt.body.id}"
    lesson, coach = _teaching(state, one, at)
    if not (one.told or lesson or coach):
        return None
    return replace(
        prompt,
        kind=PromptKind.LESSON if lesson else prompt.kind,
        asked=at,
        deadline=at.boot + CARD_SECONDS,
        count=one.count,
        more=more,
        brief=bool(attention_book.lately(kind, book.explained, at)),
        coach=prompt.check if coach else "",
        due=_due(state, prompt),
        urgent=_urgent(state, one),
    )


def _teaching(state: State, one: Waiting, at: Moment) -> tuple[bool, bool]:
    """Return whether it offers the lesson, and whether it coaches: what was put off, as it did."""
    if not one.coach:
        return False, False
    if one.until is None:
        return _taught(state, one.prompt.check, at)
    lesson = one.prompt.kind is PromptKind.LESSON
    return lesson, not lesson


def _due(state: State, prompt: Prompt) -> Moment | None:
    """Return when it must be done: before something is done about it, or by how bad it is."""
    key = (prompt.check, prompt.subject)
    finding = state.findings.get(key)
    if finding is None:
        return None
    acts = (
        one.due - finding.since.boot for one in state.deferred if (one.check, one.subject) == key
    )
    seconds = min((*acts, DUE[finding.severity]))
    return Moment(boot=finding.since.boot + seconds, wall=finding.since.wall + seconds)


def teaches(state: State, check: str, at: Moment) -> bool:
    """Check whether coaching or its lesson is due again."""
    return any(_taught(state, check, at))


def _taught(state: State, check: str, at: Moment) -> tuple[bool, bool]:
    """Return whether the lesson is offered, and whether coaching is told: spaced, never both."""
    coached = state.attention.book.coached
    cards = attention_book.lately(f"{PromptKind.NOTICE}/{check}", coached, at)
    offers = attention_book.lately(f"{PromptKind.LESSON}/{check}", coached, at)
    if len(cards) >= COACHED:
        rested = at.since(cards[-1]) >= COACH_EVERY
        return rested and (not offers or at.since(offers[-1]) >= LESSON_EVERY), False
    return False, not cards or at.since(cards[-1]) >= COACH_EVERY


def _severity(state: State, prompt: Prompt) -> Severity:
    finding = state.findings.get((prompt.check, prompt.subject))
    return finding.severity if finding is not None else Severity.MEDIUM


def _noted(decision: Decision, ready: list[Waiting], why: Holding, at: Moment) -> Decision:
    """Note once of each that waits what holds it."""
    fresh = [one for one in ready if why not in one.held_by]
    if not fresh:
        return decision
    attention, book = decision.state.attention, decision.state.attention.book
    for _ in fresh:
        book = replace(book, held=attention_book.adding(book.held, why, at))
    waiting = tuple(
        replace(one, held_by=(*one.held_by, why)) if one in fresh else one
        for one in attention.waiting
    )
    return _with(decision, replace(attention, waiting=waiting, book=book))


def _waits(decision: Decision, waiting: tuple[Waiting, ...]) -> Decision:
    return _with(decision, replace(decision.state.attention, waiting=waiting))


def _with(decision: Decision, attention: Attention) -> Decision:
    if attention is decision.state.attention:
        return decision
    return decision.then(replace(decision.state, attention=attention))
