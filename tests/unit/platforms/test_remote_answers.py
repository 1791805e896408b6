"""What Windows and other products say of remote sessions and of the clipboard's history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.moments import Moment
from agentguard.platforms._win32.remote_answers import CLOUD, Signs, history, protocol, session

VECTORS = Path(__file__).parents[2] / "vectors/windows"
AT = Moment(boot=1.0, wall=1_700_000_000.0)
NOTHING: dict[str, object] = {}


RECORDED = json.loads((VECTORS / "remote-sessions.json").read_text("utf-8"))["answers"]


@pytest.mark.parametrize("name", RECORDED)
def test_row_144_the_protocol_is_told_by_its_own_sign(name: str) -> None:
    told = dict(RECORDED[name])
    wanted = told.pop("protocol")
    assert protocol(Signs(**told)) == wanted


@given(
    st.none() | st.integers(0, 9),
    st.booleans(),
    st.none() | st.integers(0, 3) | st.text(max_size=2),
    st.booleans(),
)
def test_row_144_whatever_shows_it_elsewhere_is_never_taken_for_the_own_screen(
    kind, metric, glass, cloud
) -> None:
    signs = Signs(kind=kind, metric=metric, session=1, glass=glass, active=True, cloud=cloud)
    at_its_own = kind not in {1, 2} and not metric and (glass == 1 or not isinstance(glass, int))
    assert bool(protocol(signs)) is not at_its_own


@pytest.mark.parametrize(
    ("policies", "clipboard", "drives"),
    [
        ([{}], None, None),
        ([{"fDisableClip": 1}], False, None),
        ([{"SCClipLevel": 0}, {"fDisableCdm": 1}], False, False),
    ],
)
def test_row_144_of_the_cloud_only_what_a_policy_closes_is_known(
    policies, clipboard, drives
) -> None:
    seen = session(CLOUD, policies, {"fDisableClip": 1, "fDisableCdm": 1}, [], AT)
    assert (seen.clipboard, seen.drives) == (clipboard, drives)


@pytest.mark.parametrize(
    ("machine", "user", "listener", "clipboard", "drives"),
    [
        ({}, {}, {}, True, True),
        ({"fDisableClip": 1, "fDisableCdm": 1}, {}, {}, False, False),
        ({"fDisableClip": 0, "fDisableCdm": 0}, {}, {"fDisableClip": 1}, True, True),
        ({}, {}, {"fDisableClip": 1, "fDisableCdm": 1}, False, False),
        ({"SCClipLevel": 0}, {}, {}, False, True),
        ({"SCClipLevel": 4}, {"SCClipLevel": 0}, {}, False, True),
        ({"SCClipLevel": 1}, {}, {}, True, True),
        ({"CSClipLevel": 0}, {}, {}, True, True),
        ({"fDisableClip": "1"}, {}, {}, True, True),
    ],
    ids=[
        "nothing", "policy", "policy-opens", "listener", "none-out", "the-stricter", "text-out",
        "none-in", "no-number",
    ],
)  # fmt: skip
def test_remote_desktop_lets_out_what_neither_policy_nor_listener_closes(
    machine, user, listener, clipboard, drives
) -> None:
    seen = session("RDP", [machine, user], listener, [], AT)
    assert (seen.protocol, seen.clipboard, seen.drives) == ("RDP", clipboard, drives)


@pytest.mark.parametrize(
    ("pcoip", "clipboard"),
    [
        ([{}, {}], None),
        ([{}, {"pcoip.server_clipboard_state": 0}], False),
        ([{}, {"pcoip.server_clipboard_state": "2"}], False),
        ([{}, {"pcoip.server_clipboard_state": 1}], True),
        ([{"pcoip.server_clipboard_state": 3}, {"pcoip.server_clipboard_state": 0}], True),
        ([{"pcoip.server_clipboard_state": 9}], None),
    ],
)
def test_pcoip_is_told_by_its_own_policy_and_its_drives_by_nobody(pcoip, clipboard) -> None:
    seen = session("PCOIP", [{"fDisableClip": 1}], {}, pcoip, AT)
    assert (seen.clipboard, seen.drives) == (clipboard, None)


@pytest.mark.parametrize("name", ["Citrix", "BLAST", "remote"])
def test_of_other_products_nothing_is_guessed(name) -> None:
    seen = session(name, [{"fDisableClip": 1, "fDisableCdm": 1}], {}, [], AT)
    assert (seen.protocol, seen.clipboard, seen.drives) == (name, None, None)


@pytest.mark.parametrize(
    ("policies", "user", "kept", "sent"),
    [
        ([NOTHING], {}, False, False),
        ([NOTHING], {"EnableClipboardHistory": 1}, True, False),
        ([NOTHING], {"EnableClipboardHistory": 0}, False, False),
        ([NOTHING], {"EnableClipboardHistory": 1, "EnableCloudClipboard": 1}, True, True),
        ([{"AllowClipboardHistory": 0}], {"EnableClipboardHistory": 1}, False, False),
        ([NOTHING, {"AllowClipboardHistory": 0}], {"EnableClipboardHistory": 1}, False, False),
        ([{"AllowClipboardHistory": 1}], {"EnableClipboardHistory": 1}, True, False),
        ([{"AllowCrossDeviceClipboard": 0}], {"EnableCloudClipboard": 1}, False, False),
    ],
    ids=["new", "history", "off", "cloud", "policy", "managed", "allowed", "no-cloud"],
)
def test_the_history_is_the_users_choice_unless_a_policy_forbids_it(
    policies, user, kept, sent
) -> None:
    seen = history(policies, user, AT)
    assert (seen.kept, seen.sent, bool(seen.products)) == (kept, sent, kept or sent)
