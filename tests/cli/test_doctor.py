"""What `agentguard doctor` says of capabilities that work, fail, are refused or are not there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agentguard.base.translations import load
from agentguard.commands import doctor
from agentguard.commands._capabilities import UNREAD, Capability, Standing, capabilities
from agentguard.model.facts import FirewallSeen, SoftwareSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms.simulated import FakeClock, SimulatedDesktop
from agentguard.policy.last_good import built_in
from agentguard.policy.parser import parse
from agentguard.ports.desktop import Backend, Probe
from agentguard.runtime.known_checks import shapes
from tests.cli.typed import Type

POLICY = parse(built_in(shapes()), "built-in", shapes())
CAPABILITIES = (
    "idle-time", "lock-state", "clipboard", "window-in-front", "calls", "notifications",
    "screen-capture", "system-log",
)  # fmt: skip


@pytest.fixture
def desktop() -> SimulatedDesktop:
    return SimulatedDesktop(FakeClock())


def tried(backend: Backend) -> dict[str, Capability]:
    return {one.name: one for one in capabilities(backend, POLICY, FakeClock())}


def standings(backend: Backend) -> dict[str, Standing]:
    return {name: one.standing for name, one in tried(backend).items()}


def test_a_desktop_that_gives_everything_works(desktop: SimulatedDesktop) -> None:
    desktop.focus("crm")
    found = standings(desktop.backend)
    assert set(found.values()) == {Standing.WORKS}
    assert set(CAPABILITIES) < set(found)
    assert {probe.name for probe in desktop.backend.probes} < set(found)


def test_each_reason_why_something_is_unread_has_a_standing() -> None:
    reasons = {id_.removeprefix("unread.") for id_ in load().sentences if id_.startswith("unread.")}
    assert reasons == set(UNREAD) - {""}, "what has none would be told as: no answer"


def test_what_is_absent_says_why() -> None:
    names = ("session", "clipboard", "foreground", "calls", "notifier", "capture", "system-log")
    found = tried(SimulatedDesktop(FakeClock(), absent=names).backend)
    absent = {name: found[name] for name in CAPABILITIES}
    assert {one.standing for one in absent.values()} == {Standing.ABSENT}
    assert {load().render(one.reason) for one in absent.values()} == {
        "Not watched: this simulated desktop does not give it."
    }


@pytest.mark.parametrize(
    ("refused", "names"),
    [
        ("session", ("idle-time", "lock-state")),
        ("clipboard", ("clipboard",)),
        ("calls", ("calls",)),
    ],
    ids=["session", "clipboard", "calls"],
)
def test_what_fails_says_so_and_the_others_go_on(
    desktop: SimulatedDesktop, refused: str, names: tuple[str, ...]
) -> None:
    desktop.refuse(refused)
    found = standings(desktop.backend)
    failed = {name for name, standing in found.items() if standing is Standing.FAILED}
    assert failed == set(names)


def probing(*probes: Probe) -> Backend:
    return replace(SimulatedDesktop(FakeClock()).backend, probes=probes)


def test_row_466_what_has_not_answered_is_told_with_when_it_was_asked() -> None:
    probe = Probe(
        name="firewall",
        every=60,
        read=lambda at, _policy: FirewallSeen(at=at, unread="still-asking"),
        open=lambda: 10.0,
    )
    found = tried(probing(probe))["firewall"]
    assert (found.standing, found.reason.id) == (Standing.PARTLY, "unread.asked-since")
    assert found.reason.params["time"] in doctor.row(found, load())["reason"]


@pytest.mark.parametrize(
    ("unread", "standing"),
    [
        ("", Standing.WORKS),
        ("denied", Standing.DENIED),
        ("unsupported", Standing.ABSENT),
        ("no-tool", Standing.ABSENT),
        ("no-answer", Standing.FAILED),
        ("rules-unseen", Standing.PARTLY),
        ("still-asking", Standing.PARTLY),
        ("capture-unnoted", Standing.ABSENT),
        ("print-log-off", Standing.ABSENT),
    ],
)
def test_a_fact_that_is_unread_stands_by_its_reason(unread: str, standing: Standing) -> None:
    def read(at: Moment, _policy: Policy) -> FirewallSeen:
        return FirewallSeen(at=at, unread=unread)

    found = tried(probing(Probe(name="firewall", every=60, read=read)))["firewall"]
    assert found.standing is standing
    assert bool(doctor.row(found, load())["reason"]) is bool(unread)


def test_a_probe_that_may_not_look_is_denied_and_one_that_breaks_has_failed() -> None:
    def denied(_at: Moment, _policy: Policy) -> SoftwareSeen:
        raise PermissionError("C:\\Users\\ann")

    def broken(_at: Moment, _policy: Policy) -> SoftwareSeen:
        raise ValueError("4539 1488 0343 6467")

    one = Probe(name="one", every=60, read=denied)
    two = Probe(name="two", every=60, read=broken)
    found = tried(probing(one, two))
    assert found["one"].standing is Standing.DENIED
    assert found["two"].standing is Standing.FAILED
    assert (found["one"].reason, found["two"].reason) == ("PermissionError", "ValueError")


def test_it_is_printed_for_people_and_for_scripts(type_: Type) -> None:
    people = type_("doctor")
    assert people.code in {0, 1}
    for name in CAPABILITIES:
        assert name in people.out
    scripts = type_("doctor", "--json")
    shown = json.loads(scripts.out)
    assert {one["standing"] for one in shown["capabilities"]} <= set(Standing)
    assert [one["name"] for one in shown["capabilities"]][: len(CAPABILITIES)] == [*CAPABILITIES]


def test_windows_that_stay_in_pictures_are_not_said_to_be_kept_out(
    desktop: SimulatedDesktop,
) -> None:
    desktop.refuse("capture")
    assert standings(desktop.backend)["screen-capture"] is Standing.ABSENT


def test_a_computer_that_is_not_enrolled_asks_no_endpoint(type_: Type) -> None:
    shown = json.loads(type_("doctor", "--json").out)
    (trust,) = (one for one in shown["capabilities"] if one["name"] == doctor.TRUST)
    assert trust["standing"] == Standing.ABSENT
    assert "not enrolled" in trust["reason"]
