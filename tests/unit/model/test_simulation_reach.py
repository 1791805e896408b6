"""Every setting of a policy is tried exactly, at least, or said to be unknown; none by mistake."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from agentguard.base import translations
from agentguard.model import policy_changes, simulation_reach
from agentguard.model.policy import Control, Policy
from agentguard.model.shift_counts import GRACES, LONGEST
from agentguard.model.simulation import Recorded, What, simulated
from agentguard.model.simulation_reach import COUNTED, Sure
from agentguard.policy.parser import parse
from agentguard.runtime.known_checks import catalogue, shapes

TEXT = """
policy: tried
version: 1
controls:
  screen-lock: {respond: [lock], settings: {limit_minutes: 15}}
  clipboard:
    respond: [clear-clipboard, notify]
    settings: {kinds: [PAN], bulk_kinds: [EMAIL, PHONE], bulk_count: 3}
  reauth:
    respond: [prove]
    settings: {groups: [{name: crm, images: [crm]}], grace_minutes: 15}
"""
OTHERS = sorted({check.id for check in catalogue()} - COUNTED)
PRESENT = parse(
    (TEXT + "".join(f"  {one}: {{respond: [notify]}}\n" for one in OTHERS)).encode(),
    "tried.yaml",
    shapes(),
)
SEEN = Recorded(
    rows={
        "away.counts": {
            "free": (1,) * (LONGEST + 1),
            "call": (0,) * 20 + (2,),
            "locked": (46,),
            "covered": (2,),
        },
        "copies.counts": {"PAN": (0, 5), "EMAIL": (0, 7, 4, 2), "~found": (7,), "~cleared": (7,)},
        "gate.counts": {"crm": (30,) * len(GRACES), "~asked": (30,)},
    },
    findings=dict.fromkeys(OTHERS, 3),
)


def other(value: Any) -> Any:
    """Return another value than this one, of its type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    assert isinstance(value, tuple | frozenset), value
    return type(value)() if value else type(value)(("x",))


def drafts() -> dict[str, Policy]:
    """Return a draft for each thing that a policy can say, in which it alone differs."""
    found = {}
    for field in fields(Policy):
        if field.name not in {"controls", "digest"}:
            value = getattr(PRESENT, field.name)
            for path, made in changed(field.name, value):
                found[path] = replace(PRESENT, **{field.name: made})
    for check, control in PRESENT.controls.items():
        for field in fields(Control):
            if field.name != "check":
                for path, made in changed(
                    f"controls.{check}.{field.name}", getattr(control, field.name)
                ):
                    new = replace(control, **{field.name: made})
                    found[path] = replace(PRESENT, controls={**PRESENT.controls, check: new})
        left = {one: had for one, had in PRESENT.controls.items() if one != check}
        found[f"controls.{check}"] = replace(PRESENT, controls=left)
    return found


def changed(path: str, value: Any) -> list[tuple[str, Any]]:
    """Return each field below a path with a value that differs in it alone."""
    if not is_dataclass(value):
        return [(path, other(value))]
    return [
        (below, replace(value, **{field.name: made}))  # type: ignore[type-var]
        for field in fields(value)
        for below, made in changed(f"{path}.{field.name}", getattr(value, field.name))
    ]


DRAFTS = drafts()


def test_row_126_everything_that_a_policy_says_has_its_place() -> None:
    words = translations.load()
    assert len(DRAFTS) > 200
    for path in (*DRAFTS, "policy"):
        reach = simulation_reach.of("policy" if path == "name" else path)
        assert words.has(reach.why), path
        assert reach.sure in Sure
        assert reach.bears <= set(PRESENT.controls), path
    sections = {f.name for f in fields(Policy)} - {"controls", "digest", "name"} | {"policy"}
    assert set(simulation_reach._SECTIONS) == sections
    known = {(id_, f.name) for id_, c in PRESENT.controls.items() for f in fields(c.settings)}  # type: ignore[arg-type]
    assert set(simulation_reach._SETTINGS) <= known


def test_a_setting_that_is_named_nowhere_is_never_sure() -> None:
    reach = simulation_reach.of("controls.software.settings.brand_new")
    assert (reach.sure, reach.bears) == (Sure.UNKNOWN, {"software"})
    with pytest.raises(KeyError):
        simulation_reach.of("brand_new.section")


@pytest.mark.parametrize("path", DRAFTS)
def test_row_126_no_figure_is_surer_than_what_is_said_of_what_changes(path: str) -> None:
    draft = DRAFTS[path]
    (change,) = policy_changes.changes(PRESENT, draft)
    assert change.path == ("policy" if path == "name" else path)
    reach = simulation_reach.of(change.path)
    real = {(f.check, f.what): f for f in simulated(PRESENT, PRESENT, SEEN)}
    assert {check for check, _ in real} == set(PRESENT.controls), "something is counted of each"
    told = {(f.check, f.what): f for f in simulated(PRESENT, draft, SEEN)}
    assert set(told) == set(real)
    for key, figure in told.items():
        after = draft.controls.get(figure.check)
        if after is None or after.paused:
            assert (figure.draft, figure.sure) == (0, Sure.EXACT)
        elif figure.check in reach.also:
            assert figure.sure is not Sure.EXACT
        elif figure.check not in reach.bears:
            assert (figure.draft, figure.sure) == (real[key].real, Sure.EXACT), figure
        elif reach.sure is Sure.UNKNOWN:
            assert (figure.draft, figure.sure) == (None, Sure.UNKNOWN), figure
            assert figure.why, "why it cannot be known is said"
        else:
            assert figure.draft is not None


@pytest.mark.parametrize(
    ("path", "check", "what"),
    [
        ("watch.folders", "pii-files", What.FINDINGS),
        ("calls.softphones", "screen-lock", What.LOCKS),
        ("payment.windows", "clipboard", What.COPIES),
        ("controls.reauth.settings.limit_hours", "reauth", What.ASKED),
        ("controls.reauth.settings.after_call_seconds", "reauth", What.ASKED),
    ],
)
def test_row_126_what_stands_beside_a_control_bears_on_it(
    path: str, check: str, what: What
) -> None:
    """Each of these was called exact, since the control itself was left as it is."""
    found = {(f.check, f.what): f for f in simulated(PRESENT, DRAFTS[path], SEEN)}
    assert found[check, what].sure is Sure.UNKNOWN


@pytest.mark.parametrize(("limit", "sure"), [(10, Sure.LEAST), (20, Sure.UNKNOWN)])
def test_row_126_other_locks_ask_for_other_proofs(limit: int, sure: Sure) -> None:
    control = PRESENT.controls["screen-lock"]
    made = replace(control, settings=replace(control.settings, limit_minutes=limit))  # type: ignore[type-var]
    draft = replace(PRESENT, controls={**PRESENT.controls, "screen-lock": made})
    found = {f.what: f for f in simulated(PRESENT, draft, SEEN)}
    assert (found[What.ASKED].sure, found[What.ASKED].why) == (sure, "simulate.why.locks-ask")
    assert found[What.LOCKS].sure is Sure.EXACT


def test_two_changes_are_as_sure_as_the_one_that_is_known_less() -> None:
    lock = replace(
        PRESENT.controls["screen-lock"],
        settings=DRAFTS["controls.screen-lock.settings.limit_minutes"]
        .controls["screen-lock"]
        .settings,
    )
    both = replace(DRAFTS["calls.softphones"], controls={**PRESENT.controls, "screen-lock": lock})
    found = {f.what: f for f in simulated(PRESENT, both, SEEN) if f.check == "screen-lock"}
    assert found[What.LOCKS].sure is Sure.UNKNOWN


def test_records_that_were_left_out_make_it_at_least() -> None:
    draft = DRAFTS["controls.screen-lock.settings.limit_minutes"]
    found = {f.what: f for f in simulated(PRESENT, draft, replace(SEEN, cut=True))}
    assert (found[What.LOCKS].sure, found[What.LOCKS].why) == (Sure.LEAST, "simulate.why.cut")
