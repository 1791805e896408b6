"""VPN: only one that counts passes, for as long as it is seen to be up."""

from __future__ import annotations

import pytest

from agentguard.checks.vpn import CHECK, Settings
from agentguard.model.machine import VpnLink, VpnSeen
from agentguard.model.verdicts import State
from tests.unit.checks.conftest import Desk

REQUIRED = Settings(required=True)
COMPANY = Settings(required=True, kinds=("wire*", "windows"), names=("Company*",))
OFFICE = Settings(required=True, offices=("*.office.example",))
LONG = 121.0


def link(kind: str, name: str = "wg0") -> VpnLink:
    return VpnLink(kind=kind, name=name)


def test_a_policy_that_requires_none_judges_none(desk: Desk) -> None:
    told = desk.judge(CHECK, VpnSeen, links=(link("tun"),))
    assert told.state is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("links", "settings"),
    [
        ((link("wireguard"),), REQUIRED),
        ((link("ppp"), link("openvpn")), REQUIRED),
        ((link("WireGuard", "company west"),), COMPANY),
        ((link("windows", "Company"),), OFFICE),
    ],
    ids=["any", "beside-a-modem", "named", "in-the-office-too"],
)
def test_a_vpn_that_counts_passes(desk: Desk, links, settings) -> None:
    told = desk.judge(CHECK, VpnSeen, settings, links=links, unchanged=LONG)
    assert told.state is State.PASS
    assert told.words.startswith("A VPN is up (")


@pytest.mark.parametrize(
    ("links", "settings"),
    [
        ((link("ppp"),), REQUIRED),
        ((link("pptp"),), REQUIRED),
        ((link("tap"), link("virtual")), REQUIRED),
        ((link("openvpn", "Company"),), COMPANY),
        ((link("wireguard", "holidays"),), COMPANY),
    ],
    ids=["modem", "broken", "of-a-virtual-machine", "kind", "name"],
)
def test_a_vpn_that_does_not_count_is_a_finding(desk: Desk, links, settings) -> None:
    told = desk.judge(CHECK, VpnSeen, settings, links=links, unchanged=LONG)
    assert told.state is State.FAIL
    assert "not one that the policy counts" in told.words


def test_what_is_required_and_down_is_a_finding_after_its_grace(desk: Desk) -> None:
    for seconds, state in ((0.0, State.UNKNOWN), (119.0, State.UNKNOWN), (120.0, State.FAIL)):
        assert desk.judge(CHECK, VpnSeen, REQUIRED, unchanged=seconds).state is state
    at_once = Settings(required=True, grace_seconds=0)
    assert desk.judge(CHECK, VpnSeen, at_once).state is State.FAIL


def test_in_a_named_office_none_is_needed(desk: Desk) -> None:
    inside = {"domains": ("lan", "east.office.example"), "unchanged": LONG}
    assert desk.judge(CHECK, VpnSeen, OFFICE, **inside).state is State.NOT_APPLICABLE
    outside = {"domains": ("office.example.evil.test",), "unchanged": LONG}
    assert desk.judge(CHECK, VpnSeen, OFFICE, **outside).state is State.FAIL
    assert desk.judge(CHECK, VpnSeen, REQUIRED, **inside).state is State.FAIL


def test_what_could_not_be_read_is_unknown(desk: Desk) -> None:
    for links in ((), (link("wireguard"),)):
        told = desk.judge(CHECK, VpnSeen, REQUIRED, links=links, unread="no-answer")
        assert told.state is State.UNKNOWN


def test_row_145_no_name_of_a_vpn_or_network_is_told(desk: Desk) -> None:
    """Names are for the policy's patterns alone: no sentence has one, whatever it says."""
    secret = "Kim's cellar"
    for settings in (REQUIRED, COMPANY, OFFICE, Settings()):
        for kind in ("wireguard", "ppp"):
            told = desk.judge(
                CHECK, VpnSeen, settings, links=(link(kind, secret),), domains=(secret,),
                unchanged=LONG,
            )  # fmt: skip
            assert told.state is not None
            assert secret not in told.words + told.subject
