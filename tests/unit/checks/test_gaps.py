"""From no set of facts with a gap comes a pass: every check, every kind of event, every field.

A desk on which all is well is taken one thing at a time, or several: a fact is not read, a value
that may be absent is absent, an inventory is empty, a reading is partial or old, a sensor is gone.
What counts as a gap is derived from the fields of the events, so that a new field counts too.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.checks.base import DAY, Check
from agentguard.model import drills, events, facts, locking, machine
from agentguard.model.events import Event, Facts, PolicyInForce, SensorState, Watching
from agentguard.model.handover import ShiftStanding
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.model.own_health import ControlsTested
from agentguard.model.policy import Contact
from agentguard.model.verdicts import State
from tests.unit.checks.good_desk import AT, CHECKS, SENSORS, aged, good, judged

MEANT: dict[tuple[type, str], str] = {
    (facts.BackupSeen, "newest"): "None says that there is no backup, which is a finding",
    (machine.PrintJob, "pages"): "shown with what was printed, and proves nothing",
    (machine.PatchesSeen, "reboot"): "None says that no restart is due",
    (machine.PatchesSeen, "installed"): "asked for only while security updates wait",
    (machine.PatchesSeen, "oldest"): "asked for only while security updates wait",
    (machine.PatchesSeen, "earliest"): "asked for only while security updates wait",
    (machine.Updater, "on"): "that it looked for updates of late shows that it is",
    (machine.Updater, "looked"): "that it is on and its version of these weeks show it as well",
    (machine.Updater, "brought"): "that nothing came is no harm where nothing is newer",
    (machine.Updater, "ready"): "asked for only while a newer version waits",
    (facts.Lifecycle, "ends"): "None says that its maker has announced no end",
    (facts.Lifecycle, "extended"): "None says that no updates are sold past the end",
    (ShiftStanding, "missed"): "None says that no shift ended without a handover",
    (ShiftStanding, "handed"): "None says that none was handed over, which is no pass",
    (facts.ClockSeen, "before"): "what to think of a clock that is in doubt",
    (facts.LessonRecord, "answered"): "None says that it was never answered",
    (facts.LessonRecord, "due_days"): "None says that the policy's days are given",
    (locking.LockSource, "seconds"): "`standing` tells whether it was read; beside the idle timer",
    (events.SessionState, "active"): "only ends what is shown on another seat",
    (events.SessionState, "idle"): "the computer's own lock takes its place, and is read",
    (facts.ForbiddenHeld, "hours"): "a count",
    (drills.DrillStanding, "outcome"): "None says that it was never run, which is no pass",
    (drills.DrillStanding, "seconds"): "how long it took, of which nothing is judged",
    (drills.DrillStanding, "receipt"): "how long it took, of which nothing is judged",
    (facts.LifecyclesKnown, "classes"): "asked for only where an approval names classes",
}
"""Values that may be absent and yet are known, each with its reason."""

EMPTY_IS_KNOWN: dict[tuple[type, str], str] = {
    (facts.ListenersSeen, "listeners"): "nothing listens",
    (facts.ProgramsSeen, "signed"): "only Windows tells who signed a program",
    (facts.LifecyclesKnown, "builds"): "asked for only of a build of Windows",
    (facts.LifecyclesKnown, "office"): "asked for only of Microsoft 365 Apps",
    (machine.PatchesSeen, "waiting"): "no update waits",
    (machine.UsbSeen, "devices"): "nothing is plugged in",
    (machine.PrintJobsSeen, "jobs"): "nothing was printed",
    (machine.ScreenSharesSeen, "programs"): "nobody takes the screen",
    (machine.VpnSeen, "domains"): "asked for only while no VPN is up",
    (machine.NetworksSeen, "wifi"): "no wireless network is in use",
    (machine.ClipboardHistorySeen, "products"): "names of what keeps a history",
    (machine.ChangesSeen, "changed"): "nothing changed",
    (facts.RetentionSeen, "old"): "nothing is too old",
    (locking.LockLimitsSeen, "sources"): "the agent's own timer locks",
    (events.FileScanned, "hits"): "nothing was found",
    (events.ClipboardScanned, "hits"): "nothing was found",
    (events.SweepFinished, "why"): "no gap",
}
"""Lists that may be empty, each with its reason; any other empty list is an empty inventory."""

SAID: dict[tuple[type, str], tuple[object, ...]] = {
    (facts.Fact, "unread"): ("denied", "no-tool", "software-part"),
    (events.FileScanned, "reason"): ("reason.partial-time",),
    (events.FileScanned, "outcome"): (FileOutcome.UNREADABLE,),
    (events.SweepFinished, "unread"): (1, 10),
    (events.SweepFinished, "part"): (1, 10),
    (events.SweepFinished, "why"): ((say("reason.too-deep"),),),
    (events.ClipboardScanned, "judged"): (False,),
    (events.JournalChecked, "whole"): (False,),
    (events.UplinkState, "problem"): ("offline",),
    (machine.ChangesSeen, "first"): (True,),
    (machine.NetworksSeen, "wifi"): (("unknown",), ("protected", "")),
    (events.SensorState, "state"): (Watching.FAILED, Watching.ABSENT),
}
"""Values by which an event itself says that something was not seen."""


@dataclass(frozen=True)
class Gap:
    """One thing that is not known: in which kind of event, in which field, with which value."""

    kind: type[Event]
    path: tuple[str, ...]
    value: object

    def __str__(self) -> str:
        return f"{self.kind.__name__}.{'.'.join(self.path)}={self.value!r}"

    def put(self, event: Event) -> Event:
        """Give the event with the gap."""
        if type(event) is not self.kind:
            return event
        name, *rest = self.path
        if not rest:
            return replace(event, **{name: self.value})
        first, *others = getattr(event, name)
        return replace(event, **{name: (replace(first, **{rest[0]: self.value}), *others)})


def optional(hint: object) -> bool:
    """Tell whether a value may be absent."""
    return get_origin(hint) in {Union, types.UnionType} and type(None) in get_args(hint)


def listed(hint: object) -> bool:
    """Tell whether a value is a list of things."""
    return get_origin(hint) in {tuple, frozenset}


def gaps_of(kind: type, event: type[Event], *before: str) -> Iterator[Gap]:
    """Give every gap that the fields of a kind allow."""
    for name, hint in get_type_hints(kind).items():
        if name not in {f.name for f in dataclasses.fields(kind)}:
            continue
        if optional(hint) and (kind, name) not in MEANT:
            yield Gap(event, (*before, name), None)
        if listed(hint) and (kind, name) not in EMPTY_IS_KNOWN and not before:
            yield Gap(event, (name,), get_origin(hint)())
        for owner, values in ((o, v) for (o, n), v in SAID.items() if n == name):
            if issubclass(kind, owner):
                yield from (Gap(event, (*before, name), value) for value in values)
        item = get_args(hint)[0] if listed(hint) else None
        if not before and isinstance(item, type) and dataclasses.is_dataclass(item):
            yield from gaps_of(item, event, name)


GOOD = good()
KINDS = tuple(dict.fromkeys(type(event) for event in GOOD if not isinstance(event, PolicyInForce)))
GAPS = tuple(
    gap
    for kind in KINDS
    for gap in gaps_of(kind, kind)
    if len(gap.path) == 1 or any(type(e) is kind and getattr(e, gap.path[0]) for e in GOOD)
)
BESIDE: dict[str, set[type]] = {
    "agent-health": {events.UplinkState},  # silent for hours before it is a finding
    "incident-response": {events.UplinkState},  # while a telephone number is named
    "patches": {facts.LifecyclesKnown},  # asked only of a build of Windows
    "updaters": {facts.LifecyclesKnown},  # beside the last look, which shows it as well
    "screen-lock": {locking.LockLimitsSeen},  # beside the agent's own timer
    "clipboard": {events.SessionState},  # what is taken off at a lock is not what it tells
}
"""Kinds that a check hears, and without which it passes for a reason of its own."""


class Traced(Facts):
    """Facts that note what a check asks of them."""

    asked: ClassVar[set[type[Event]]] = set()

    def get(self, kind: Any, facet: str = "") -> Any:
        """Note and give it."""
        Traced.asked.add(kind)
        return Facts.get(self, kind, facet)


def rests_on(check: Check[Any]) -> set[type[Event]]:
    """Give the kinds of event on which a check's pass rests: it hears, needs or asks for them."""
    Traced.asked = set()
    known = Facts(last={})
    for event in GOOD:
        known = known.seeing(event)
        if type(event) in check.on:
            traced = Traced(last=known.last, facets=known.facets)
            check.judge(event, traced, check.settings())
    return ({*check.on, *check.needs} | Traced.asked) - BESIDE.get(check.id, set())


RESTS = {check.id: rests_on(check) for check in CHECKS}


def test_every_control_passes_where_nothing_is_lacking() -> None:
    told = judged(GOOD)
    assert {c: t.state for c, t in told.items()} == dict.fromkeys(told, State.PASS)
    assert {c for c, t in told.items() if not t.coverage.whole} == set()


def test_every_kind_of_event_that_a_check_hears_is_shown_or_needs_no_reading() -> None:
    """A new kind of event must be added to the good desk, or here with its reason."""
    heard = {kind for check in CHECKS for kind in check.on} - set(KINDS) - {PolicyInForce}
    assert {kind.__name__ for kind in heard} == {
        "ActionFinished",  # what a hand did: done or a finding
        "AppFocused", "ProofGiven",  # a window that asks for a proof is a finding
        "ControlsTested", "EventsLost", "PolicyRefused", "PolicyStanding", "KeysSeen",
        "Contained",  # what the endpoint orders, judged with what a gate has seen
        "GateSeen", "GateUnseen", "ProofsEnded", "ProverBroken", "ProverWorks",
        "LockTried", "SteadyInput", "PartBegan", "ClockSeen",
            "HistoryCleaned",  # what came of a copy is a finding, or nothing new
    }  # fmt: skip


def test_every_fact_can_be_unread() -> None:
    for kind in KINDS:
        if issubclass(kind, facts.Fact):
            assert any(gap.kind is kind and gap.path == ("unread",) for gap in GAPS), kind


def broken(seen: tuple[Event, ...], gap: Gap) -> dict[str, State]:
    """Give the controls that pass although what they rest on has this gap."""
    told = judged(seen)
    return {
        check: told[check].state
        for check, kinds in RESTS.items()
        if gap.kind in kinds and told[check].state is State.PASS
    }


@pytest.mark.parametrize("gap", GAPS, ids=str)
def test_with_one_gap_nothing_passes_that_rests_on_it(gap: Gap) -> None:
    seen = tuple(map(gap.put, GOOD))
    if gap.kind is SensorState:
        return  # each sensor apart, below
    assert broken(seen, gap) == {}


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_with_any_gaps_in_any_order_nothing_passes_that_rests_on_them(data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=6))
    gaps = [gap for gap in gaps if gap.kind is not SensorState]
    first, *rest = GOOD
    seen = (first, *data.draw(st.permutations(rest)))
    for gap in gaps:
        if not gone(seen, gap):
            seen = tuple(map(gap.put, seen))
    for gap in gaps:
        if not gone(seen, gap) and any(type(e) is gap.kind and gap.put(e) == e for e in seen):
            assert broken(seen, gap) == {}


def gone(seen: tuple[Event, ...], gap: Gap) -> bool:
    """Tell whether what the gap is in was taken away by another one: an empty list has no items."""
    held = [e for e in seen if type(e) is gap.kind]
    return len(gap.path) > 1 and not all(getattr(e, gap.path[0]) for e in held)


@pytest.mark.parametrize("state", [Watching.FAILED, Watching.ABSENT])
@pytest.mark.parametrize("sensor", SENSORS)
def test_a_sensor_that_does_not_watch_leaves_nothing_green_that_it_sees(sensor, state) -> None:
    sees = {
        "clipboard": {"clipboard"},
        "files": {"pii-files"},
        "foreground": {"reauth", "payment"},
        "session": {"screen-lock", "reauth"},
    }[sensor]
    lost = SensorState(at=AT, sensor=sensor, state=state)
    for seen in ((*GOOD, lost), tuple(e if not _of(e, sensor) else lost for e in GOOD)):
        told = judged(seen)
        assert {c for c in sees if told[c].state is State.PASS} == set()


def _of(event: Event, sensor: str) -> bool:
    return isinstance(event, SensorState) and event.sensor == sensor


@pytest.mark.parametrize("sensor", SENSORS)
def test_a_sensor_whose_thread_is_gone_leaves_nothing_green_that_it_sees(sensor: str) -> None:
    told_lost = judged((*GOOD, SensorState(at=AT, sensor=sensor, state=Watching.FAILED)))
    names = frozenset(SENSORS) - {sensor}
    told = judged((*GOOD, events.SensorsAlive(at=AT, names=names)))
    every = judged((*GOOD, events.SensorsAlive(at=AT, names=frozenset(SENSORS))))
    for check, state in every.items():
        if told_lost[check].state is State.UNKNOWN:
            assert told[check].state is State.UNKNOWN
        assert state.state is State.PASS


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k is not SensorState], ids=lambda k: k.__name__
)
def test_what_was_never_seen_has_not_passed(kind: type[Event]) -> None:
    told = judged(tuple(e for e in GOOD if type(e) is not kind))
    optional_kinds = {  # what only adds to others of the same check
        events.Tick, events.FileScanned, events.ClipboardScanned,
    }  # fmt: skip
    if kind in optional_kinds:
        return
    without = {c for c, kinds in RESTS.items() if kind in kinds and c != "agent-health"}
    passing = {c for c in without if told[c].state is State.PASS}
    assert passing - {"reauth", "pii-files"} == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_nothing_stays_green_for_ever_when_nothing_more_is_seen(check: Check[Any]) -> None:
    """Ten days later only ticks have come: what rests on the policy alone still holds."""
    told = judged(GOOD, after=10 * DAY)[check.id]
    if check.id in {"agent-health", "incident-response"}:
        assert check.fresh is not None or check.on
        return
    assert told.state is State.UNKNOWN


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_verdict_without_an_end_hangs_on_a_sensor_or_on_the_policy(check: Check[Any]) -> None:
    if check.fresh is not None:
        assert 0 < check.fresh <= 7 * DAY
        return
    sensors = {events.ClipboardScanned, events.AppFocused, events.FileScanned}
    assert sensors & {*check.on, *check.needs} or PolicyInForce in check.on


def test_a_console_that_was_reached_long_ago_is_not_reached_now() -> None:
    seen = good(contact=Contact(name="Desk", phone=""))
    assert judged(seen)["incident-response"].state is State.PASS
    assert judged(seen, after=2 * 3600)["incident-response"].state is State.UNKNOWN


def test_listeners_that_were_read_long_ago_do_not_prove_that_nothing_waits() -> None:
    seen = tuple(aged(e, 3 * 3600) if isinstance(e, facts.ListenersSeen) else e for e in GOOD)
    assert judged(seen)["remote-tools"].state is State.PARTIAL


@pytest.mark.parametrize("check", ["pii-files", "clipboard", "journal"])
def test_a_control_that_did_not_notice_made_up_data_is_not_green(check: str) -> None:
    told = judged((*GOOD, ControlsTested(at=AT, failed=(check,))))
    assert told[check].state is State.UNKNOWN
    later = ControlsTested(at=AT, worked=(check,))
    assert judged((*GOOD, ControlsTested(at=AT, failed=(check,)), later))[check].state is State.PASS


def test_a_lock_that_is_not_told_ends_no_proof() -> None:
    quiet = events.SessionState(at=AT, locked=None, idle=1.0, source="test")
    assert judged((*GOOD, quiet))["reauth"].state is State.PARTIAL


def test_a_policy_that_brings_payment_windows_is_judged_at_once() -> None:
    first = next(e for e in GOOD if isinstance(e, PolicyInForce))
    none = replace(first, policy=replace(first.policy, payment=type(first.policy.payment)()))
    rest = tuple(e for e in GOOD if not isinstance(e, PolicyInForce))
    assert judged((none, *rest))["payment"].state is State.NOT_APPLICABLE
    later = replace(first, at=Moment(boot=AT.boot + 1, wall=AT.wall + 1))
    assert judged((none, *rest, later))["payment"].state is State.PASS
