"""Puts incidents into words: what is sent, its number, what happens next; pure, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.base.translations import Texts
from agentguard.model.events import NOT_ENROLLED, Watching
from agentguard.model.incidents import Attached, Draft, Reported, Stage, read_number
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.ui.wording import MINUTE, Wording

JOURNAL_FAILED = ("journal", Watching.FAILED)
"""While the disk refuses to be written, a report is in memory alone."""
_GIVEN = frozenset({Stage.ASSIGNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report of this desk in a line, and how far it has come."""

    number: str
    line: str
    stage: str


def said_lines(draft: Draft, texts: Texts) -> tuple[str, ...]:
    """Return what the person said, as it leaves."""
    said = draft.answers
    return (
        texts.say("ui.incident.see-category", words=texts.say(f"incident.{said.category}.title")),
        texts.say("ui.incident.see-where", words=texts.say(f"ui.incident.place.{said.where}")),
        texts.say("ui.incident.see-ongoing", words=texts.say(f"ui.incident.still.{said.ongoing}")),
        texts.say("ui.incident.see-note", words=said.note),
    )


def attached_lines(seen: Attached, words: Wording) -> tuple[str, ...]:
    """Return what AgentGuard adds by itself: counts and controls, no values."""
    texts = words.texts
    failing = ", ".join(texts.say(f"{check}.title") for check in seen.failing)
    return (
        words.count("ui.incident.attached-findings", seen.findings),
        texts.say("ui.incident.attached-failing", controls=failing)
        if failing
        else texts.say("ui.incident.attached-all"),
        texts.say("ui.incident.attached-unknown", count=seen.unknown),
        texts.say("ui.incident.attached-order", count=seen.in_order),
        texts.say("ui.incident.attached-not"),
    )


def next_lines(snapshot: Snapshot, one: Reported, words: Wording, contact: str) -> tuple[str, ...]:
    """Return what happens next with a report, as far as the policy and the uplink tell."""
    texts, uplink = words.texts, snapshot.uplink
    if any((s.sensor, s.state) == JOURNAL_FAILED for s in snapshot.sensors):
        return (texts.say("ui.incident.unkept", contact=contact),)
    if uplink is None or uplink.problem == NOT_ENROLLED:
        return (texts.say("ui.incident.away", contact=contact),)
    way = "offline" if uplink.problem else "goes"
    if one.stage is not Stage.WRITTEN:
        sent = stage_words(one, texts)
    else:
        sent = texts.say(f"ui.incident.{way}")
    return (sent, _caller(snapshot, one.at, words, contact), texts.say("ui.incident.news"))


def _caller(snapshot: Snapshot, at: Moment, words: Wording, contact: str) -> str:
    said = snapshot.policy.contact
    if not said.caller:
        return words.texts.say("ui.incident.caller-unknown", contact=contact)
    if not said.within_minutes:
        return words.texts.say("ui.incident.caller-untimed", caller=said.caller)
    seconds = said.within_minutes * MINUTE
    by = Moment(boot=at.boot + seconds, wall=at.wall + seconds)
    return words.texts.say("ui.incident.caller-time", caller=said.caller, time=words.clock(by))


def spelt(number: str) -> str:
    """Return a number sign by sign, as a screen reader should read it."""
    return ", ".join(" ".join(half) for half in number.split("-"))


def stage_words(one: Reported, texts: Texts) -> str:
    """Return how far a report has come, and by whom."""
    stage = texts.say(f"ui.incident.stage.{one.stage}")
    if not one.by:
        return stage
    form = "to" if one.stage in _GIVEN else "by"
    return texts.say(f"ui.incident.stage.{form}", stage=stage, by=one.by)


def earlier(snapshot: Snapshot, words: Wording) -> tuple[ReportView, ...]:
    """Return the reports of who sits here, the newest first."""
    return tuple(_view(one, words) for one in snapshot.reported if one.mine)


def _view(one: Reported, words: Wording) -> ReportView:
    category = words.texts.say(f"incident.{one.category}.title")
    line = words.texts.say(
        "ui.incident.earlier-line",
        number=one.number,
        category=category,
        time=words.clock(one.at),
    )
    return ReportView(number=one.number, line=line, stage=stage_words(one, words.texts))


def look_up(snapshot: Snapshot, typed: str, texts: Texts, contact: str) -> str:
    """Return how far the report of a typed number has come, and nothing else of it."""
    number = read_number(typed)
    if not number:
        return texts.say("ui.incident.find-wrong")
    one = next((r for r in snapshot.reported if r.number == number), None)
    if one is None:
        return texts.say("ui.incident.find-none", contact=contact)
    return texts.say("ui.incident.find-found", number=number, words=stage_words(one, texts))
