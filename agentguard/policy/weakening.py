"""In what a policy asks for less than another: each point as a path of the policy file.

What counts: a control that is paused or missing, a response, a folder, a rule, a kind of data, a
payment window or a lesson of the site that is taken away, another legal hold or recovery key, a
lower severity, findings that become the desktop team's, reports that no longer name the person,
more that is left out, and a number that grows (a time or an amount that is allowed), unless its
setting says `stricter: more`. A list among a check's settings is weighed when it says which way is
stricter: with `fewer`, whatever is added to it asks for less, and a plan that ends earlier or no
longer covers attacks does not; with `more`, whatever is taken from it. Other lists and words are
not weighed: whether they are stricter is for people to say. Nor is the budget for attention: fewer
prompts, longer holds and more quiet hours protect no less, for what protects never waits for a
prompt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from agentguard.base.lessons import of_site
from agentguard.model.exceptions import ExceptionRule
from agentguard.model.policy import Control, Policy, Watch
from agentguard.model.verdicts import Owner, Severity

_RANK = list(Severity)
_ASKS_LESS = {Owner.PERSON: 0, Owner.EITHER: 1, Owner.TEAM: 2, Owner.SUPERVISOR: 2}
_BATTERY = ("pause", "slow", "full")


def weaker(before: Policy, after: Policy) -> tuple[str, ...]:
    """Return the paths under which `after` asks for less than `before`."""
    controls = (
        path
        for id_, control in before.controls.items()
        for path in _control(id_, control, after.controls.get(id_))
    )
    return (
        *_watch(before.watch, after.watch),
        *_detection(before, after),
        *_lists(before, after),
        *controls,
    )


def _watch(before: Watch, after: Watch) -> Iterator[str]:
    less = {
        "folders": not set(before.folders) <= set(after.folders),
        "exclude": not set(after.exclude) <= set(before.exclude),
        "max_mib": after.max_mib < before.max_mib,
        "sweep_minutes": after.sweep_minutes > before.sweep_minutes,
        "cpu_percent": after.cpu_percent < before.cpu_percent,
        "on_battery": _BATTERY.index(after.on_battery) < _BATTERY.index(before.on_battery),
        "network": before.network and not after.network,
    }
    return (f"watch.{name}" for name, is_less in less.items() if is_less)


def _detection(before: Policy, after: Policy) -> Iterator[str]:
    was, is_ = before.detection, after.detection
    less = {
        "recognisers": not set(was.recognisers) <= set(is_.recognisers),
        "off": not set(is_.off) <= set(was.off),
        "ocr": was.ocr and not is_.ocr,
    }
    return (f"detection.{name}" for name, is_less in less.items() if is_less)


def _lists(before: Policy, after: Policy) -> Iterator[str]:
    yield from _ages(before, after)
    yield from _exceptions(before, after)
    if not set(before.payment.windows) <= set(after.payment.windows):
        yield "payment.windows"
    if before.payment.pauses and not after.payment.pauses:
        yield "payment.recorder" if before.payment.recorder else "payment.platform"
    if not set(before.shift.ends) <= set(after.shift.ends):
        yield "shift.ends"
    if not {one.id for one in of_site(before.lessons)} <= {o.id for o in of_site(after.lessons)}:
        yield "lessons"
    if before.shift.lock and not after.shift.lock:
        yield "shift.lock"
    if before.reports.person and not after.reports.person:
        yield "reports.person"


def _exceptions(before: Policy, after: Policy) -> Iterator[str]:
    """Weigh what may be excepted: another control, a longer time, or what is worse, is less."""
    if any(not any(_within(one, by) for by in before.exceptions) for one in after.exceptions):
        yield "exceptions"


def _within(one: ExceptionRule, by: ExceptionRule) -> bool:
    return (
        one.control == by.control
        and one.hours <= by.hours
        and one.together <= by.together
        and _RANK.index(one.worst) <= _RANK.index(by.worst)
        and one.new_desks <= by.new_desks
    )


def _ages(before: Policy, after: Policy) -> Iterator[str]:
    """Weigh the retention rules and the vault; a legal hold keeps, so its beginning is less."""
    kept = {(r.folder, r.pattern, r.kinds): r.days for r in after.retention}
    if any(kept.get((r.folder, r.pattern, r.kinds), r.days + 1) > r.days for r in before.retention):
        yield "retention"
    if before.legal_hold != after.legal_hold:
        yield "legal_hold"
    was, is_ = before.vault, after.vault
    less = {
        "recovery": set(was.recovery) != set(is_.recovery),
        "hold_hours": is_.hold_hours > was.hold_hours,
        "restore_code": was.restore_code and not is_.restore_code,
        "least_values": is_.least_values > was.least_values,
        "settled_minutes": is_.settled_minutes > was.settled_minutes,
        "returned_minutes": is_.returned_minutes > was.returned_minutes,
    }
    yield from (f"vault.{name}" for name, is_less in less.items() if is_less)


def _control(id_: str, before: Control, after: Control | None) -> Iterator[str]:
    if before.paused:
        return
    path = f"controls.{id_}"
    if after is None:
        yield path
        return
    if after.paused:
        yield f"{path}.paused"
    if not set(before.respond) <= set(after.respond):
        yield f"{path}.respond"
    if _RANK.index(after.severity) < _RANK.index(before.severity):
        yield f"{path}.severity"
    if _ASKS_LESS[after.owner] > _ASKS_LESS[before.owner]:
        yield f"{path}.owner"
    yield from _settings(f"{path}.settings", before.settings, after.settings)


def _settings(path: str, before: object, after: object) -> Iterator[str]:
    if not is_dataclass(before) or type(before) is not type(after):
        return
    for field in fields(before):
        was, is_ = getattr(before, field.name), getattr(after, field.name)
        stricter = str(field.metadata.get("stricter", ""))
        if type(was) is int and type(is_) is int:
            less = (is_ < was) if stricter == "more" else (is_ > was)
        elif isinstance(was, tuple) and isinstance(is_, tuple) and stricter:
            less = not _held(was, is_) if stricter == "more" else not _held(is_, was)
        else:
            continue
        if less:
            yield f"{path}.{field.name}"


def _held(asked: tuple[object, ...], by: tuple[object, ...]) -> bool:
    """Check whether each of one list stands in the other, or something that is at least as wide."""
    return all(any(_as_wide(other, one) for other in by) for one in asked)


def _as_wide(wide: object, one: object) -> bool:
    """Check whether an exception covers another: what says `stricter: less` may only shrink."""
    if not is_dataclass(wide) or type(wide) is not type(one):
        return wide == one
    return all(
        _reaches(getattr(wide, each.name), getattr(one, each.name), each.metadata.get("stricter"))
        for each in fields(wide)
    )


def _reaches(wide: Any, one: Any, stricter: str | None) -> bool:
    if stricter == "less":
        return bool(wide >= one)
    return stricter == "any" or bool(wide == one)
