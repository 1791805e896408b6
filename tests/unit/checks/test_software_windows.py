"""A revision of Windows that is being attacked is told, whatever its edition and its dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agentguard.base import lifecycle
from agentguard.checks.software import Settings, said_of
from agentguard.model.facts import Kind, LifecyclesKnown, Software
from agentguard.model.moments import Moment
from agentguard.model.software import State, Today
from agentguard.software import shipped

KNOWN = lifecycle.known(Moment(boot=0.0, wall=0.0), shipped.matcher())
NOW = Today(day=date(2026, 11, 30), compiled=shipped.matcher().compiled)


def said(version: str, vendor: str = "Microsoft", known: LifecyclesKnown = KNOWN) -> State:
    item = Software(
        name="Windows 10 Pro", version=version, vendor=vendor, source="system",
        kind=Kind.SYSTEM, edition="Professional",
    )  # fmt: skip
    return said_of(item, known, Settings(), NOW).state


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ("10.0.19045.5964", State.EXPLOITED),
        ("10.0.19045.5965", State.ENDED),
        ("10.0.19045", State.ENDED),  # no revision is told
        ("10.0.26200.1", State.SUPPORTED),  # of a build that no entry names
        ("10.0.26100.4348", State.EXPLOITED),
    ],
)
def test_row_189_a_revision_below_the_one_that_mends_is_exploited(
    version: str, state: State
) -> None:
    assert said(version) is state


def test_row_189_it_says_what_to_install_and_what_held_before() -> None:
    item = Software(
        name="Windows Server 2019 Standard", version="10.0.17763.7000", vendor="Microsoft",
        source="system", kind=Kind.SYSTEM, edition="ServerStandard",
    )  # fmt: skip
    found = said_of(item, KNOWN, Settings(), NOW)
    assert (found.state, found.beneath) == (State.EXPLOITED, State.SUPPORTED)
    assert found.why.params["version"] == "10.0.17763.7434"
    assert found.attacks
    assert "CVE-2025-33053" in found.source


def test_row_189_of_other_systems_and_without_a_catalogue_nothing_is_said() -> None:
    assert said("10.0.19045.5964", vendor="Debian") is State.ENDED
    assert said("10.0.19045.5964", known=replace(KNOWN, programs=None)) is State.ENDED
