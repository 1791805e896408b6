"""Counts of a shift, for drafts of policies to be tried on: see `model.shift_counts`.

They are written down when a shift ends, at a handover, and after eight hours that were watched; in
between they are remembered, so that a restart loses five minutes at most. With `shift.counts` false
nothing is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agentguard.checks import clipboard
from agentguard.engine import records
from agentguard.engine.clipboard import HANDS
from agentguard.engine.lock_requests import CHECK
from agentguard.engine.prompt_rules import HOUR, MOST
from agentguard.engine.state import Decision, State
from agentguard.model.actions import ActionKind
from agentguard.model.events import (
    AppFocused,
    CallState,
    ClipboardScanned,
    Event,
    SessionState,
    Tick,
)
from agentguard.model.gate import ProofsEnded
from agentguard.model.handover import HandedOver
from agentguard.model.locking import LockLimitsSeen, ShiftEnded, effective
from agentguard.model.moments import Moment
from agentguard.model.prompts import PromptKind
from agentguard.model.records import Json
from agentguard.model.shift_counts import (
    AFTER_CALL,
    ALLOWED,
    ASKED,
    AWAY,
    CALLS,
    CLEARED,
    COPIES,
    COVERED,
    FOUND,
    FREE,
    GATE,
    GRACES,
    IN_CALL,
    KINDS,
    LOCKED,
    LOCKERS,
    LONGEST,
    LOST,
    MANY,
    MIXED,
    MORE,
    MOST_ROWS,
    NO_COUNTS,
    WATCHED,
    ShiftCounts,
    Spell,
    counted,
    read_rows,
    rows_json,
)

MEMORY = "counts"
MINUTE = 60.0
WHOLE = 8 * 3600.0
"""Seconds that were watched, after which counts are written down without an end of a shift."""
STEP = 90.0
"""Seconds between two readings of the session that count as watched at most."""
KEEP = 300.0
"""Seconds between two writings to the memory."""
NOISE = 2.0
"""Seconds by which idle time may be read late without being input."""
GATE_CHECK = "reauth"


def follow(decision: Decision, event: Event) -> Decision:
    """Count what an event adds, after everything else that follows from it."""
    if not decision.state.plan.policy.shift.counts:
        return _dropped(decision)
    match event:
        case SessionState():
            decision = _session(decision, event)
        case CallState():
            decision = _call(decision, event)
        case ClipboardScanned(judged=True, same=False):
            decision = _copied(decision, event)
        case AppFocused():
            decision = _opened(decision, event)
        case ProofsEnded():
            decision = _with(decision, replace(decision.state.counts, proofs={}))
        case Tick():
            return _by_time(decision, event.at)
        case _:
            pass
    return _written(_really(decision), event)


def read_back(remembered: Mapping[str, Json]) -> ShiftCounts:
    """Return the counts that outlived a restart; what cannot be read begins anew."""
    value = remembered.get(MEMORY)
    if not isinstance(value, dict):
        return NO_COUNTS
    seconds, rows = value.get("seconds"), value.get("rows")
    if not isinstance(seconds, int | float) or not isinstance(rows, dict):
        return NO_COUNTS
    known = {kind: read_rows(rows.get(kind)) for kind in KINDS}
    return ShiftCounts(rows=known, seconds=float(seconds))


def _session(decision: Decision, event: SessionState) -> Decision:
    counts = decision.state.counts
    if event.locked:
        counts = replace(counts, proofs={})
    passed = event.at.since(counts.seen) if counts.seen is not None else 0.0
    counts = replace(counts, seen=event.at, seconds=counts.seconds + min(max(passed, 0.0), STEP))
    spell, state = counts.spell, decision.state
    if event.idle is not None:
        left = event.at.boot - event.idle
    elif event.locked and spell is not None:
        left = spell.left  # where the lock screen hides it, the person is away all the same
    else:
        return _with(decision, _lost(counts))
    if spell is not None and not event.locked and left > spell.left + NOISE:
        counts, spell = _back(counts, spell, left), None
    if spell is None:
        whole = not event.locked and event.at.boot - left < MINUTE
        spell = Spell(left=left, began=state.in_call, call=state.in_call, whole=whole)
    if event.locked and not spell.locker:
        spell = _locked(decision, spell, event)
        place = LOCKERS.index(spell.locker)
        counts = _more(counts, AWAY, LOCKED, place) if spell.whole else counts
    return _with(decision, replace(counts, spell=spell))


def _locked(decision: Decision, spell: Spell, event: SessionState) -> Spell:
    """Return the spell with who locked: the agent for idle time, the person, or the system."""
    after = event.at.boot - spell.left
    tried = (t.action for t in decision.before.tries.values())
    if any((a.kind, a.check, a.subject) == (ActionKind.LOCK, CHECK, "") for a in tried):
        return replace(spell, locker="agent", until=_by_system(decision.state, after))
    return replace(spell, locker="system" if after >= MINUTE else "person", until=after)


def _by_system(state: State, after: float) -> float | None:
    """Return when the computer would have locked by itself later on, if it is known to do so."""
    limits = state.facts.get(LockLimitsSeen)
    first = effective(limits.sources) if limits is not None else None
    seconds = first.seconds if first is not None else None
    return seconds if seconds is not None and seconds > after else None


def _back(counts: ShiftCounts, spell: Spell, at: float) -> ShiftCounts:
    """Count a spell that is over: the person was back at boot time `at`."""
    away = at - spell.left
    if away < MINUTE and not spell.locker:
        return counts
    if not spell.whole:
        return _more(counts, AWAY, LOST, 0)
    open_for = away if spell.until is None else min(away, spell.until)
    return _more(counts, AWAY, _calls(spell), min(int(open_for // MINUTE), LONGEST))


def _calls(spell: Spell) -> str:
    match (spell.began, spell.turned):
        case (False, 0):
            return FREE
        case (True, 0):
            return IN_CALL
        case (True, 1):
            return AFTER_CALL
        case _:
            return MIXED


def _lost(counts: ShiftCounts) -> ShiftCounts:
    if counts.spell is None:
        return counts
    counts = replace(counts, spell=None)
    return _more(counts, AWAY, LOST, 0)


def _call(decision: Decision, event: CallState) -> Decision:
    spell = decision.state.counts.spell
    if spell is None or spell.call is event.in_call:
        return decision
    away = event.at.boot - spell.left >= MINUTE
    if away or spell.locker:
        spell = replace(spell, call=event.in_call, turned=spell.turned + 1)
    else:  # the person was hardly gone: so it began
        spell = replace(spell, call=event.in_call, began=event.in_call)
    return _with(decision, replace(decision.state.counts, spell=spell))


def _copied(decision: Decision, event: ClipboardScanned) -> Decision:
    bound = decision.state.plan.bound.get(clipboard.ID)
    settings = bound.control.settings if bound is not None and not bound.control.paused else None
    if not event.hits or not isinstance(settings, clipboard.Settings):
        return decision
    if clipboard.is_away(decision.state.facts):
        return decision
    counts = decision.state.counts
    found = (clipboard.ID, event.selection) in decision.state.findings
    if found:
        counts = _more(counts, COPIES, FOUND, 0)
        taken = any(one.kind in HANDS and one.check == clipboard.ID for one in decision.actions)
        counts = _more(counts, COPIES, CLEARED, 0) if taken else counts
    elif clipboard.counting(event, decision.state.facts, settings):
        return _with(decision, _more(counts, COPIES, ALLOWED, 0))
    rows = counts.rows.get(COPIES, {})
    name = "+".join(sorted({hit.kind for hit in event.hits}))
    if name not in rows and len(rows) >= MOST_ROWS:
        name = MORE
    many = sum(hit.count for hit in event.hits)
    return _with(decision, _more(counts, COPIES, name, min(max(many, 0), MANY)))


def _opened(decision: Decision, event: AppFocused) -> Decision:
    bound = decision.state.plan.bound.get(GATE_CHECK)
    if bound is None or bound.control.paused:
        return decision
    group = bound.check.subject(event, bound.control.settings)
    if not group:
        return decision
    counts, now = decision.state.counts, event.at.boot
    if decision.state.in_call:
        return _with(decision, _more(counts, GATE, CALLS, 0))
    known = counts.proofs.get(group, (-LONGEST * WHOLE,) * len(GRACES))
    proofs, asks = [], []
    for place, (proved, minutes) in enumerate(zip(known, GRACES, strict=True)):
        lately = tuple(one for one in counts.asks[place] if now - one < HOUR)
        due = now - proved > minutes * MINUTE and len(lately) < MOST
        counts = _more(counts, GATE, group, place) if due else counts
        proofs.append(now if due else proved)
        asks.append((*lately, now) if due else lately)
    by_group = {**counts.proofs, group: tuple(proofs)}
    return _with(decision, replace(counts, proofs=by_group, asks=tuple(asks)))


def _really(decision: Decision) -> Decision:
    """Count what the agent has really done besides: covers, and questions for proof."""
    counts = decision.state.counts
    for one in decision.records:
        kind = one.payload.get("kind")
        if one.kind == "shield.raised":
            counts = _more(counts, AWAY, COVERED, 0)
        elif one.kind == "prompt.asked" and kind == PromptKind.PROOF.value:
            counts = _more(counts, GATE, ASKED, 0)
    return _with(decision, counts)


def _by_time(decision: Decision, at: Moment) -> Decision:
    decision = _really(decision)
    counts = decision.state.counts
    if counts.seconds >= WHOLE:
        return _told(decision, at)
    if not counts.dirty or 0 <= at.boot - counts.kept < KEEP:
        return decision
    rows: dict[str, Json] = {kind: rows_json(each) for kind, each in counts.rows.items()}
    kept = replace(counts, dirty=False, kept=at.boot)
    remembered: Json = {"seconds": counts.seconds, "rows": rows}
    return _with(decision, kept).then(memory={MEMORY: remembered})


def _written(decision: Decision, event: Event) -> Decision:
    ends = isinstance(event, ShiftEnded | HandedOver)
    return _told(decision, event.at) if ends else decision


def _told(decision: Decision, at: Moment) -> Decision:
    """Write the counts down and begin anew; what goes on goes on."""
    counts = decision.state.counts
    if counts.seconds < MINUTE and not any(counts.rows.values()):
        return decision
    counts = _more(counts, AWAY, WATCHED, 0, int(counts.seconds // MINUTE))
    noted = tuple(
        records.plain(kind, at, **rows_json(counts.rows[kind]))
        for kind in KINDS
        if counts.rows.get(kind)
    )
    begun = replace(counts, rows={}, seconds=0.0, dirty=False, kept=at.boot)
    return _with(decision, begun).then(records=noted, memory={MEMORY: None})


def _dropped(decision: Decision) -> Decision:
    if decision.state.counts == NO_COUNTS:
        return decision
    return _with(decision, NO_COUNTS).then(memory={MEMORY: None})


def _more(counts: ShiftCounts, kind: str, name: str, place: int, times: int = 1) -> ShiftCounts:
    rows = {**counts.rows, kind: counted(counts.rows.get(kind, {}), name, place, times)}
    return replace(counts, rows=rows, dirty=True)


def _with(decision: Decision, counts: ShiftCounts) -> Decision:
    if counts is decision.state.counts:
        return decision
    return decision.then(replace(decision.state, counts=counts))
