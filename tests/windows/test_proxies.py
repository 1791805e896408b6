r"""The proxies of Windows, asked of Windows: registry blobs, a script that really runs, SSPI.

The blobs are those that Windows' own settings write: DefaultConnectionSettings of a person (0x46,
a counter, flags: 1 straight, 2 by hand, 4 a script, 8 detect, then proxy, exceptions and script,
each behind its length), and WinHttpSettings of the computer, as `netsh winhttp` does.
"""

from __future__ import annotations

import http.server
import struct
import threading
import winreg
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError
from agentguard.platforms import network
from agentguard.platforms._proxy_settings import goal
from agentguard.platforms._win32 import proxies, sign_in
from agentguard.platforms._win32.proxy_answers import NOTHING_FOUND
from agentguard.ports.network import Proxy, Told, Way

GOAL = goal("https://guard.example:8443/")
INTERNET = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
CONNECTIONS = INTERNET + r"\Connections"
STRAIGHT, BY_HAND, SCRIPT, DETECT = 1, 2, 4, 8
PAC = b"""function FindProxyForURL(url, host) {
  if (host == "guard.example") return "PROXY a.example:3128; DIRECT";
  return "DIRECT";
}"""
A, B = Proxy(host="a.example", port=3128), Proxy(host="b.example", port=8080)


def part(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("latin-1")


def of_person(flags: int, proxy: str = "", bypass: str = "", script: str = "") -> None:
    blob = struct.pack("<III", 0x46, 7, flags) + part(proxy) + part(bypass) + part(script)
    write(winreg.HKEY_CURRENT_USER, "DefaultConnectionSettings", blob + bytes(32))


def of_machine(proxy: str, bypass: str = "") -> None:
    blob = struct.pack("<III", 0x18, 0, 3 if proxy else 1) + part(proxy) + part(bypass)
    write(winreg.HKEY_LOCAL_MACHINE, "WinHttpSettings", blob)


def write(root: int, name: str, blob: bytes) -> None:
    with winreg.CreateKey(root, CONNECTIONS) as key:
        winreg.SetValueEx(key, name, 0, winreg.REG_BINARY, blob)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    of_person(STRAIGHT)
    of_machine("")
    yield
    of_person(STRAIGHT)
    of_machine("")


@pytest.fixture
def script() -> Iterator[str]:
    """Serve the script, and give its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/proxy.pac"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/x-ns-proxy-autoconfig")
            self.send_header("Content-Length", str(len(PAC) if found else 0))
            self.end_headers()
            self.wfile.write(PAC if found else b"")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/proxy.pac"
        server.shutdown()
        thread.join()


def test_row_153_a_persons_proxy_is_found(tmp_path: Path) -> None:
    of_person(BY_HAND, "http=x;https=a.example:3128")
    found = network(tmp_path).way(GOAL.url)
    assert found == Way(proxies=(A,), told=Told.USER, own=True)


def test_row_153_a_persons_exceptions_count(tmp_path: Path) -> None:
    of_person(BY_HAND, "a.example:3128", "*.example;<local>")
    assert network(tmp_path).way(GOAL.url) == Way(told=Told.USER)


def test_row_153_this_computer_itself_is_reached_straight(tmp_path: Path) -> None:
    of_person(BY_HAND, "a.example:3128")
    assert network(tmp_path).way("https://127.0.0.1:8443/") == Way()


def test_row_153_a_script_is_run_by_windows(script: str, tmp_path: Path) -> None:
    of_person(SCRIPT, script=script)
    ways = network(tmp_path)
    assert ways.way(GOAL.url) == Way(proxies=(A,), told=Told.USER_SCRIPT, own=True)
    assert ways.way("https://other.example/") == Way(told=Told.USER_SCRIPT)


def test_row_153_a_script_that_cannot_be_had_is_told_with_its_address(tmp_path: Path) -> None:
    where = "http://127.0.0.1:9/proxy.pac"
    of_person(SCRIPT, script=where)
    found = network(tmp_path).way(GOAL.url)
    assert (found.proxies, found.told, found.where) == ((), Told.USER_SCRIPT, where)
    assert found.problem == "script-unreached"


def test_row_153_the_computers_own_is_found_by_agent_and_keeper(tmp_path: Path) -> None:
    of_machine("b.example:8080", "*.intern")
    for folder in (tmp_path, None):
        found = network(folder).way(GOAL.url)
        assert found == Way(proxies=(B,), told=Told.MACHINE, own=True)
    assert network(tmp_path).way("https://guard.intern/") == Way(told=Told.MACHINE)


def test_row_153_a_persons_own_counts_before_the_computers(tmp_path: Path) -> None:
    of_person(BY_HAND, "a.example:3128")
    of_machine("b.example:8080")
    assert network(tmp_path).way(GOAL.url).told is Told.USER


def test_row_153_the_environment_counts_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_person(BY_HAND, "a.example:3128")
    monkeypatch.setenv("HTTPS_PROXY", "b.example:8080")
    assert network(tmp_path).way(GOAL.url).told is Told.ENVIRONMENT


def test_row_153_nothing_set_is_straight(tmp_path: Path) -> None:
    assert network(tmp_path).way(GOAL.url) == Way()


def test_row_153_the_network_is_asked_where_it_is_let(tmp_path: Path) -> None:
    of_person(DETECT | STRAIGHT)
    assert proxies.settings().detect
    assert proxies.run("", GOAL).error == NOTHING_FOUND
    assert network(tmp_path).way(GOAL.url) == Way()


def test_row_153_an_administrator_may_forbid_to_ask_the_network() -> None:
    assert not proxies.wpad_is_off()
    with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, proxies.WPAD_KEY) as key:
        winreg.SetValueEx(key, "DisableWpad", 0, winreg.REG_DWORD, 1)
    try:
        assert proxies.wpad_is_off()
        assert proxies.detected_for_system(GOAL) is None
    finally:
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, proxies.WPAD_KEY)


def test_row_153_the_keeper_finds_what_a_person_has_set_and_does_not_sign_in_there() -> None:
    of_person(BY_HAND, "a.example:3128")
    found = proxies.people_signed_on(GOAL)
    assert found == Way(proxies=(A,), told=Told.SIGNED_ON, own=False)


def said(scheme: str) -> bytes:
    """Give the first word of a sign-in; empty where the system says none."""
    signing = sign_in.begin(scheme, A)
    if signing is None:
        return b""
    try:
        return signing.answer(b"")
    except PlatformError:
        return b""
    finally:
        signing.close()


@pytest.mark.parametrize("scheme", ["negotiate", "ntlm"])
def test_row_153_a_system_that_signs_nobody_in_says_so_and_nothing_breaks(scheme: str) -> None:
    """Wine has neither; what Windows makes of the rounds only a real PC can show."""
    assert said(scheme) == b""
