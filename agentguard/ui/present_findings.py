"""Turns findings into the cards of To do; pure, without Qt.

It is told by when a finding is to be mended, and what happens if it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath

from agentguard.detect.recognition.masked_names import masked
from agentguard.model.actions import ActionKind, Deed
from agentguard.model.custody import FORBIDDEN
from agentguard.model.deeds import ALL_DEEDS, Asked, Stage, deeds_for
from agentguard.model.events import NOT_ENROLLED
from agentguard.model.exceptions import rule_for
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import Finding, Severity, State
from agentguard.ui.lesson_words import rendered
from agentguard.ui.present_guided import calls_for_response
from agentguard.ui.views import FindingView, Help, ItemView, WorkView
from agentguard.ui.wording import DAY, Wording

HELPS = {"training": Help.OPEN_LESSONS, "screen-lock": Help.LOCK}
CAUSES = frozenset({"card", "forbidden", "found"})
BUSY = frozenset({Stage.WAITING, Stage.DOING, Stage.LOOKING})


class Due(StrEnum):
    """By when something is to be mended."""

    NOW = "now"
    NEXT_CALL = "next-call"
    TODAY = "today"
    WEEK = "week"


DUES = {
    "clipboard": Due.NOW,
    "screen-lock": Due.NOW,
    "remote-tools": Due.NOW,
    "wireless": Due.NOW,
    "usb-storage": Due.NEXT_CALL,
    "pii-files": Due.TODAY,
    "clear-text": Due.TODAY,
    "clipboard-history": Due.TODAY,
    "folder-access": Due.TODAY,
    "patches": Due.TODAY,
    "updaters": Due.TODAY,
    "retention": Due.WEEK,
}
URGENT = frozenset({Severity.HIGH, Severity.CRITICAL})
SOON = frozenset({Due.NOW, Due.NEXT_CALL})
WEEK = 7 * DAY
DOES = (
    ActionKind.VAULT,
    ActionKind.PURGE,
    ActionKind.LOCK,
    ActionKind.CLEAR_CLIPBOARD,
    ActionKind.MASK_CLIPBOARD,
)
"""Responses that mend by themselves, as far as they can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Can:
    """What this computer can do about findings: by itself, and by which pages of the system."""

    deeds: frozenset[Deed] = ALL_DEEDS
    pages: Mapping[str, str] = field(default_factory=dict)


def urgent_first(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return the findings, the worst first, and of equal ones the newest first."""
    ranks = list(Severity)
    return sorted(findings, key=lambda f: (-ranks.index(f.severity), -f.since.wall))


Group = tuple[Finding, ...]
"""Findings that are one card, the worst first."""


def grouped(findings: tuple[Finding, ...]) -> list[Group]:
    """Return the findings by card, the worst first, of equal ones what is due now and the oldest.

    So what is new does not push away what is being looked at.
    """
    by: dict[tuple[str, ...], list[Finding]] = {}
    for one in urgent_first(findings):
        by.setdefault(card_key(one), []).append(one)
    ranks = list(Severity)
    groups = [tuple(sorted(group, key=_most_first)) for group in by.values()]

    def place(group: Group) -> tuple[int, bool, float]:
        soon = due(group[0]) in SOON
        return -ranks.index(group[0].severity), not soon, _oldest(group).since.wall

    return sorted(groups, key=place)


def _most_first(finding: Finding) -> tuple[int, int, str]:
    ranks, found = list(Severity), sum(hit.count for hit in finding.hits)
    return -ranks.index(finding.severity), -found, finding.subject


def card_key(finding: Finding) -> tuple[str, ...]:
    """Return what makes it the same card: the folder and the cause of a file, else the finding."""
    folder = folder_of(finding.subject)
    return (finding.check, folder, _cause(finding)) if folder else finding.key


def finding_views(
    findings: tuple[Finding, ...], snapshot: Snapshot, words: Wording, can: Can
) -> tuple[FindingView, ...]:
    """Return the cards of these findings."""
    asked = {one.key: one for one in snapshot.deeds}
    return tuple(_card(group, asked, snapshot, words, can) for group in grouped(findings))


def _card(
    group: Group,
    asked: Mapping[tuple[str, str], Asked],
    snapshot: Snapshot,
    words: Wording,
    can: Can,
) -> FindingView:
    first, texts, many = group[0], words.texts, len(group) > 1
    folder = folder_of(first.subject)
    deeds = tuple(one for one in deeds_for(first, snapshot.policy) if one in can.deeds)
    by_when, urgent = due_words(_oldest(group), words)
    mine = [asked[one.key] for one in group if one.key in asked]
    help_ = _help(first, folder, deeds, can)
    return FindingView(
        key=card_key(first),
        check=first.check,
        title=_title(group, folder, words),
        severity=first.severity,
        severity_word=texts.say(f"severity.{first.severity}"),
        wrong="" if many else rendered(first.message, texts),
        place=masked(first.subject) if folder and not many else "",
        shown=words.hits(first.hits) if not many else "",
        advice=_advice(first, deeds, words, many=many),
        since=words.when(_oldest(group).since),
        due=by_when,
        urgent=urgent,
        if_not=if_not(first, len(group), snapshot, words),
        help=help_,
        help_word=_help_word(first.check, help_, words),
        folder=folder,
        items=tuple(_item(one, asked.get(one.key), words) for one in group) if folder else (),
        deeds=deeds,
        page=can.pages.get(first.check, ""),
        problem=_problem(mine, words, many=many),
        work=_work(mine, snapshot, words),
        forbidden=is_forbidden(first),
        responds=first.subject if calls_for_response(first.hits) and folder else "",
        exceptable=rule_for(snapshot.policy.exceptions, first.check) is not None,
    )


def _title(group: Group, folder: str, words: Wording) -> str:
    first = group[0]
    if len(group) == 1:
        return words.texts.title(first.check, State.FAIL, first.message.id)
    cause = _cause(first)
    known = cause if cause in CAUSES else "found"
    name = masked(_name(folder)) or masked(folder)
    return words.texts.say(f"todo.group.{known}", count=len(group), folder=name)


def _advice(first: Finding, deeds: tuple[Deed, ...], words: Wording, *, many: bool) -> str:
    """Return what the main button means; without one, what a person can do instead."""
    texts = words.texts
    match deeds:
        case (Deed.VAULT, *_):
            return texts.say("todo.why.vault-many" if many else "todo.why.vault")
        case (Deed.DELETE, *_):
            return texts.say("todo.why.delete-many" if many else "todo.why.delete")
        case (Deed.CLEAR | Deed.PURGE | Deed.PRIVATE as one, *_):
            return texts.say(f"todo.why.{one.removeprefix('asked-')}")
    if is_forbidden(first):
        return texts.say("todo.why.on-hold")
    return texts.advice(first.check, first.message.id)


def _help(first: Finding, folder: str, deeds: tuple[Deed, ...], can: Can) -> Help:
    if folder and not deeds:
        return Help.OPEN_FOLDER
    if first.check in HELPS:
        return HELPS[first.check]
    return Help.OPEN_PAGE if first.check in can.pages else Help.LOOK_AGAIN


def _help_word(check: str, help_: Help, words: Wording) -> str:
    if help_ is Help.OPEN_PAGE:
        return words.texts.say(f"todo.page.{check}")
    return words.texts.say("todo.card.done" if help_ is Help.LOOK_AGAIN else f"ui.help.{help_}")


def _item(finding: Finding, asked: Asked | None, words: Wording) -> ItemView:
    note, failed = "", False
    if asked is not None:
        failed = asked.stage is Stage.FAILED
        stage = Stage.DOING if asked.stage is Stage.LOOKING else asked.stage
        told = words.texts.render(asked.message)
        note = told or words.texts.say(f"todo.item.{stage}")
    return ItemView(
        subject=finding.subject,
        name=masked(_name(finding.subject)),
        place=masked(finding.subject),
        shown=words.hits(finding.hits),
        note=note,
        failed=failed,
    )


def _problem(mine: Iterable[Asked], words: Wording, *, many: bool) -> str:
    """Return why the last try did not work; of several files, how many it did not work for."""
    failed = [one for one in mine if one.stage is Stage.FAILED]
    if not failed:
        return ""
    if many:
        whys = dict.fromkeys(words.texts.render(one.message) for one in failed)
        return " ".join((words.texts.say("todo.work.left", count=len(failed)), *whys))
    return words.texts.render(failed[0].message)


def _work(mine: list[Asked], snapshot: Snapshot, words: Wording) -> WorkView | None:
    """Return what is being done: how many of what was asked for at once have ended."""
    busy = [one for one in mine if one.stage in BUSY]
    if not busy:
        return None
    now = busy[0]
    ended = sum(one.batch == now.batch for one in snapshot.history)
    left = [one for one in snapshot.deeds if one.batch == now.batch]
    failed = sum(one.stage is Stage.FAILED for one in left)
    looking = all(one.stage is Stage.LOOKING for one in busy)
    return WorkView(
        word=words.texts.say("todo.work.looking" if looking else f"todo.work.{now.deed}"),
        batch=now.batch,
        done=ended + failed,
        all=ended + len(left),
        stops=any(one.stage is Stage.WAITING for one in busy),
    )


def _oldest(group: Group) -> Finding:
    return min(group, key=lambda one: one.since.wall)


def _cause(finding: Finding) -> str:
    return finding.message.id.rpartition(".")[2]


def _name(path: str) -> str:
    kind = PureWindowsPath if PureWindowsPath(path).drive else PurePosixPath
    return kind(path).name


def folder_of(subject: str) -> str:
    """Return the folder of a subject that is a file; empty for anything else."""
    for kind in (PurePosixPath, PureWindowsPath):
        path = kind(subject)
        if path.is_absolute():
            return str(path.parent)
    return ""


def is_forbidden(finding: Finding) -> bool:
    """Check whether it is about what may not even be kept encrypted."""
    return any(hit.kind in FORBIDDEN for hit in finding.hits)


def due(finding: Finding) -> Due:
    """Return by when it is to be mended."""
    if is_forbidden(finding):
        return Due.NEXT_CALL
    usual = Due.TODAY if finding.severity in URGENT else Due.WEEK
    return DUES.get(finding.check, usual)


def due_words(finding: Finding, words: Wording) -> tuple[str, bool]:
    """Return by when it is to be mended, and whether that is now: what is over is due now."""
    when = due(finding)
    if when is Due.WEEK:
        end = Moment(boot=finding.since.boot + WEEK, wall=finding.since.wall + WEEK)
        if words.is_over(end):
            return words.texts.say("todo.due.now"), True
        return words.texts.say("todo.due.day", day=words.day(end)), False
    if when is Due.TODAY and not words.is_today(finding.since):
        when = Due.NOW
    return words.texts.say(f"todo.due.{when}"), when in SOON


def if_not(finding: Finding, count: int, snapshot: Snapshot, words: Wording) -> str:
    """Return what happens if nothing is done: what the policy of this moment has done about it."""
    texts, policy = words.texts, snapshot.policy
    if finding.left is not None:  # it was tried, and this is why it did not happen
        return texts.render(finding.left)
    control = policy.controls.get(finding.check)
    respond = control.respond if control is not None else ()
    does = next((one for one in DOES if one in respond), None)
    if does is ActionKind.VAULT and is_forbidden(finding):
        return texts.say("todo.if-not.held", hours=policy.vault.hold_hours)
    if does is ActionKind.VAULT and count > 1:
        return texts.say("todo.if-not.vault-many")
    if does is not None:
        return texts.say(f"todo.if-not.{does}")
    uplink = snapshot.uplink
    reported = uplink is not None and uplink.problem != NOT_ENROLLED
    return texts.say("todo.if-not.reported" if reported else "todo.if-not.stays")
