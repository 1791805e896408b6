"""What Windows and other products say of remote sessions and of the clipboard's history."""

from __future__ import annotations

import pytest

from agentguard.model.moments import Moment
from agentguard.platforms._win32.remote_answers import history, protocol, session

AT = Moment(boot=1.0, wall=1_700_000_000.0)
NOTHING: dict[str, object] = {}


@pytest.mark.parametrize(
    ("kind", "remote", "views", "name"),
    [
        (0, False, [], ""),
        (None, False, [{}], ""),
        (2, True, [], "RDP"),
        (2, False, [], "RDP"),  # with RemoteFX, SM_REMOTESESSION does not tell
        (1, True, [], "Citrix"),
        (None, True, [], "remote"),
        (7, True, [], "remote"),
        (0, False, [{}, {"ViewClient_Protocol": "Blast"}], "BLAST"),
        (2, True, [{"ViewClient_Protocol": "PCOIP"}], "PCOIP"),
    ],
)
def test_the_protocol_is_told_by_its_own_sign(kind, remote, views, name) -> None:
    assert protocol(kind, remote=remote, views=views) == name


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
