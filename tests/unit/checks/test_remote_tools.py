"""Remote-access tools: known by image name, and no ordinary program among them."""

from __future__ import annotations

import pytest

from agentguard.checks.remote_tools import CHECK, Settings
from agentguard.model.events import Tick
from agentguard.model.facts import Listener, ListenersSeen, ProgramsSeen
from agentguard.model.verdicts import State

ORDINARY = frozenset(
    {
        "bash", "systemd", "explorer", "svchost", "chrome", "firefox", "msedge", "teams", "zoom",
        "outlook", "winword", "excel", "code", "python3", "gnome-shell", "xorg", "sshd", "client",
        "service", "remote", "services", "spoolsv", "lsass", "sssd", "pipewire", "notepad",
        "slack", "parallels", "agentguard", "ms-teams", "gnome-remote-desktop-settings",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "image",
    [
        "anydesk",
        "teamviewer_service",
        "TeamViewer",
        "rustdesk",
        "screenconnect.clientservice",
        "quickassist",
        "winvnc4",
        "x11vnc",
        "meshagent64",
        "ammyy_admin",
        "supremo",
        "remoting_host",
    ],
)
def test_a_running_tool_is_named(desk, image) -> None:
    told = desk.judge(CHECK, ProgramsSeen, images=ORDINARY | {image})
    assert told.state is State.FAIL
    assert told.words == (f"Programs that let others control this PC are running: {image}.")


def test_ordinary_programs_are_none_of_them(desk) -> None:
    told = desk.judge(CHECK, ProgramsSeen, images=ORDINARY)
    assert (told.state, told.words) == (
        State.PASS,
        "No remote-control program is running.",
    )


def test_a_renamed_tool_is_known_by_who_signed_it(desk) -> None:
    signed = frozenset({("invoice", "AnyDesk Software GmbH"), ("winword", "Microsoft Corporation")})
    told = desk.judge(CHECK, ProgramsSeen, images=frozenset({"invoice", "winword"}), signed=signed)
    assert told.state is State.FAIL
    assert "invoice (AnyDesk Software GmbH)" in told.words
    assert "winword" not in told.words


def test_a_tool_that_its_name_tells_is_named_once(desk) -> None:
    signed = frozenset({("anydesk", "AnyDesk Software GmbH")})
    told = desk.judge(CHECK, ProgramsSeen, images=frozenset({"anydesk"}), signed=signed)
    assert told.words.endswith("are running: anydesk.")


@pytest.mark.parametrize("allowed", ["teamviewer*", "TeamViewer Germany GmbH", "tv_x64"])
def test_an_allowed_tool_allows_what_its_maker_signed_beside_it(desk, allowed: str) -> None:
    maker = "TeamViewer Germany GmbH"
    signed = frozenset({("teamviewer", maker), ("tv_x64", maker)})
    own = Settings(allowed=(allowed, "teamviewer*"))
    images = frozenset({"teamviewer", "tv_x64"})
    told = desk.judge(CHECK, ProgramsSeen, own, images=images, signed=signed)
    assert told.state is State.PASS


def test_the_help_desks_own_tool_is_allowed(desk) -> None:
    own = Settings(allowed=("teamviewer*",))
    told = desk.judge(CHECK, ProgramsSeen, own, images=frozenset({"teamviewer", "bash"}))
    assert (told.state, "teamviewer" in told.words) == (State.PASS, True)
    both = frozenset({"teamviewer", "anydesk"})
    told = desk.judge(CHECK, ProgramsSeen, own, images=both)
    assert (told.state, "teamviewer" in told.words) == (State.FAIL, False)


def test_an_empty_list_of_programs_proves_nothing(desk) -> None:
    assert desk.judge(CHECK, ProgramsSeen).state is State.UNKNOWN
    assert desk.judge(CHECK, ProgramsSeen, unread="denied").state is State.UNKNOWN


@pytest.mark.parametrize("port", [3389, 5900, 5938, 7070, 21116])
def test_a_renamed_tool_is_known_by_its_port(desk, port) -> None:
    one = Listener(port=port, protocol="tcp", program="helper")
    told = desk.judge(CHECK, ListenersSeen, listeners=(one,))
    assert (told.state, told.subject) == (State.FAIL, "ports")
    assert told.words.endswith(f"helper tcp/{port}.")


def test_an_allowed_tool_may_wait_and_other_ports_say_nothing(desk) -> None:
    own = Settings(allowed=("xrdp",))
    waits = Listener(port=3389, protocol="tcp", program="xrdp")
    assert desk.judge(CHECK, ListenersSeen, own, listeners=(waits,)).state is State.PASS
    other = Listener(port=443, protocol="tcp", program="helper")
    assert desk.judge(CHECK, ListenersSeen, listeners=(other,)).state is State.PASS
    assert desk.judge(CHECK, ListenersSeen, unread="denied").state is State.UNKNOWN


def test_an_event_of_another_sort_says_nothing_about_it(desk) -> None:
    assert CHECK.judge(desk.see(Tick), desk.facts, Settings()) is None
