"""Turns what the person at the desk cannot mend into words: shown, and asked of nobody here."""

from __future__ import annotations

from collections.abc import Iterable

from agentguard.model.events import NOT_ENROLLED
from agentguard.model.snapshot import Snapshot
from agentguard.model.verdicts import OTHERS, Finding, Owner, State
from agentguard.ui.lesson_words import rendered
from agentguard.ui.present_findings import urgent_first
from agentguard.ui.views import TheirGroup, TheirsView, TheirView
from agentguard.ui.wording import Wording

SEVERAL = "others"
"""Instead of an owner where more than one has something."""


def hers(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what the person at the desk can mend."""
    return tuple(f for f in _asked(snapshot) if f.owner not in OTHERS)


def others(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what somebody else is to mend."""
    return tuple(f for f in _asked(snapshot) if f.owner in OTHERS)


def _asked(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return the findings that somebody is asked about: not those of an excepted control."""
    excepted = {one.check for one in snapshot.controls if one.excepted is not None}
    return tuple(f for f in snapshot.findings if f.check not in excepted)


def whose(owners: Iterable[Owner]) -> str:
    """Return who has it: an owner, or that several have."""
    every = set(owners)
    return every.pop().value if len(every) == 1 else SEVERAL


def beside(snapshot: Snapshot, words: Wording) -> str:
    """Count what others have where something is hers as well; empty without any."""
    theirs = others(snapshot)
    if not theirs or not hers(snapshot):
        return ""
    return words.count(f"theirs.beside-{whose(f.owner for f in theirs)}", len(theirs))


def theirs_view(snapshot: Snapshot, words: Wording) -> TheirsView:
    """Return all that others have, by who has it."""
    found = urgent_first(others(snapshot))
    groups = tuple(
        _group(owner, [f for f in found if f.owner is owner], words)
        for owner in (Owner.TEAM, Owner.SUPERVISOR)
        if any(f.owner is owner for f in found)
    )
    return TheirsView(groups=groups, told=_told(snapshot, words) if groups else "")


def _group(owner: Owner, found: list[Finding], words: Wording) -> TheirGroup:
    return TheirGroup(
        owner=owner,
        heading=words.count(f"theirs.heading-{owner}", len(found)),
        rows=tuple(_row(one, words) for one in found),
    )


def _row(finding: Finding, words: Wording) -> TheirView:
    advice = words.texts.advice(finding.check, finding.message.id)
    title = words.texts.title(finding.check, State.FAIL, finding.message.id)
    wrong = rendered(finding.message, words.texts)
    return TheirView(
        key=finding.key,
        title=title,
        wrong="" if wrong.rstrip(".") == title else wrong,
        meanwhile=words.texts.say("theirs.meanwhile", advice=advice) if advice else "",
        since=words.texts.say("theirs.since", exact=words.when(finding.since).exact),
    )


def _told(snapshot: Snapshot, words: Wording) -> str:
    """Say whether they know, as far as that is known here."""
    uplink = snapshot.uplink
    if uplink is None:
        return ""
    if uplink.problem:
        form = "nobody" if uplink.problem == NOT_ENROLLED else "later"
        return words.texts.say(f"theirs.told-{form}")
    return words.texts.say("theirs.told-next" if uplink.waiting else "theirs.told")
