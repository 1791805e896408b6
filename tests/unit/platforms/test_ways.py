"""The way to an address: whose word counts first, how long it is kept, and what settings mean."""

from __future__ import annotations

import itertools
import os
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from agentguard.platforms import _ways
from agentguard.platforms._linux import proxies as linux
from agentguard.platforms._network import KEEP, REST, SystemNetwork, addresses, no_account
from agentguard.platforms._proxy_settings import (
    Goal,
    by_environment,
    by_setting,
    excepted,
    goal,
    is_own,
    of_scheme,
    proxy,
)
from agentguard.platforms._win32 import proxy_answers
from agentguard.platforms._win32.proxy_answers import Answer, Settings
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.network import NO_PROXIES, Proxy, SignIn, Told, Way

URL = "https://guard.example:8443/"
GOAL = goal(URL)
A, B = Proxy(host="a.example", port=8080), Proxy(host="b.example", port=3128)


def via(told: Told, *proxies: Proxy) -> Way:
    return Way(proxies=proxies, told=told, own=True)


def bad(told: Told, problem: str, where: str) -> Way:
    return Way(told=told, problem=problem, where=where)


def said(way: Way | None) -> Callable[[Goal], Way | None]:
    return lambda _to: way


class TestOrder:
    def test_the_first_that_says_anything_counts(self) -> None:
        direct, through = Way(told=Told.SETTING), Way(proxies=(A,), told=Told.MACHINE)
        clock = FakeClock()
        assert SystemNetwork((said(None), said(through)), clock).way(URL) == through
        assert SystemNetwork((said(direct), said(through)), clock).way(URL) == direct
        assert SystemNetwork((), clock).way(URL) == Way()

    def test_one_with_a_problem_is_passed_over_and_told(self) -> None:
        broken = bad(Told.USER_SCRIPT, "script-unreached", "http://x/p.pac")
        after = bad(Told.DESKTOP, "script-unrun", "y")
        found = SystemNetwork(
            (said(broken), said(after), said(Way(proxies=(A,), told=Told.MACHINE))), FakeClock()
        ).way(URL)
        assert (found.proxies, found.told) == ((A,), Told.MACHINE)
        assert (found.problem, found.where) == ("script-unreached", "http://x/p.pac")
        alone = SystemNetwork((said(broken), said(None)), FakeClock()).way(URL)
        assert (alone.proxies, alone.problem) == ((), "script-unreached")

    def test_it_is_kept_for_ten_minutes_for_each_address_and_for_one_network(self) -> None:
        clock, asked, here = FakeClock(), list[str](), ["10.0.0.1"]

        def source(to: Goal) -> Way:
            asked.append(to.host)
            return Way(proxies=(A,), told=Told.USER)

        ways = SystemNetwork((source,), clock, stamp=lambda: frozenset(here))
        for url in (URL, URL, "https://other.example/", URL):
            ways.way(url)
        assert asked == ["guard.example", "other.example"]
        clock.advance(KEEP - 1)
        ways.way(URL)
        assert len(asked) == 2
        clock.advance(2)
        ways.way(URL)
        assert len(asked) == 3
        here.append("192.168.7.7")  # the lid was opened elsewhere
        ways.way(URL)
        assert len(asked) == 4
        ways.lost("https://other.example/")
        ways.way(URL)
        assert len(asked) == 4
        ways.lost(URL)
        ways.way(URL)
        assert len(asked) == 5

    def test_a_refused_account_rests_for_this_proxy_and_scheme_alone(self) -> None:
        clock, begun = FakeClock(), list[tuple[str, str]]()

        def begin(scheme: str, to: Proxy) -> SignIn | None:
            begun.append((scheme, to.host))
            return None

        ways = SystemNetwork((), clock, begin=begin)
        ways.refused("negotiate", A)
        for scheme, to in (("negotiate", A), ("ntlm", A), ("negotiate", B)):
            ways.sign_in(scheme, to)
        assert begun == [("ntlm", "a.example"), ("negotiate", "b.example")]
        clock.advance(REST)
        ways.sign_in("negotiate", A)
        assert begun[-1] == ("negotiate", "a.example")

    def test_this_computers_addresses_are_what_tells_networks_apart(self) -> None:
        assert any("127.0.0.1" in one for one in addresses())

    def test_without_proxies_there_is_nothing_to_ask(self) -> None:
        NO_PROXIES.lost(URL)
        NO_PROXIES.refused("ntlm", A)
        assert NO_PROXIES.way(URL) == Way()
        assert NO_PROXIES.sign_in("ntlm", A) is None
        assert no_account("ntlm", A) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.example:8080", A),
        ("a.example", A),
        ("http://a.example:8080/", A),
        (" HTTP://a.example ", A),
        ("http://svc:p%40ss@a.example", Proxy(host="a.example", user="svc", password="p@ss")),
        ("http://[2001:db8::1]:3128", Proxy(host="2001:db8::1", port=3128)),
        ("socks5://a.example:1080", None),
        ("https://a.example", None),
        ("a.example:many", None),
        ("a.example:99999", None),
        ("http://", None),
        ("a b", None),
        ("", None),
    ],
)
def test_a_proxy_is_read_as_people_write_it(text: str, found: Proxy | None) -> None:
    assert proxy(text) == found


def test_a_password_of_a_setting_is_shown_nowhere() -> None:
    found = proxy("http://svc:s3cret@a.example")
    assert found is not None
    assert "s3cret" not in repr(found) + found.shown
    assert Proxy(host="2001:db8::1").shown == "[2001:db8::1]:8080"


@pytest.mark.parametrize(
    ("listed", "host", "port", "is_in"),
    [
        ("guard.example", "guard.example", 443, True),
        ("guard.example", "a.guard.example", 443, False),
        ("GUARD.example", "guard.EXAMPLE", 443, True),
        ("*.example", "guard.example", 443, True),
        (".example", "guard.example", 443, True),
        (".example", "example", 443, True),
        (".example", "badexample", 443, False),
        ("other;*.corp, guard.example", "guard.example", 443, True),
        ("guard.example:8443", "guard.example", 443, False),
        ("guard.example:8443", "guard.example", 8443, True),
        ("https://guard.example", "guard.example", 443, True),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.*", "10.1.2.3", 443, True),
        ("127.0.0.1", "127.0.0.1", 443, True),
        ("[2001:db8::1]:443", "2001:db8::1", 443, True),
        ("2001:db8::/32", "2001:db8::1", 443, True),
        ("<local>", "guard", 443, True),
        ("<local>", "guard.example", 443, False),
        ("<local>", "::1", 443, False),
        ("*", "guard.example", 443, True),
        ("", "guard.example", 443, False),
        (";;  ,", "guard.example", 443, False),
    ],
)
def test_exceptions_are_read_as_systems_write_them(
    listed: str, host: str, port: int, is_in: bool
) -> None:
    assert excepted(Goal(url="", host=host, port=port), listed) is is_in


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("169.254.7.7", True),
        ("fe80::1", True), ("localhost", True), ("Demo.LOCALHOST", True), ("10.0.0.1", False),
        ("guard", False), ("localhost.example", False), ("", False),
    ],
)  # fmt: skip
def test_no_system_is_asked_for_a_proxy_to_this_computer_itself(host: str, own: bool) -> None:
    assert is_own(host) is own


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ("a:80", ("a:80",)),
        ("a:80;b:80", ("a:80", "b:80")),
        ("http=a:80;https=b:443;ftp=c", ("b:443",)),
        ("http=a:80", ()),
        ("https=b c", ("b",)),
        ("HTTPS=http://b:443", ("http://b:443",)),
        ("socks=s:1080", ()),
        ("https=", ()),
        ("", ()),
    ],
)
def test_windows_list_is_read_for_https(listed: str, found: tuple[str, ...]) -> None:
    assert of_scheme(listed) == found


def test_the_own_setting_says_a_proxy_none_or_nothing() -> None:
    assert by_setting("") is None
    assert by_setting(" Direct ") == Way(told=Told.SETTING)
    assert by_setting("a.example") == via(Told.SETTING, A)
    wrong = by_setting("socks5://a.example")
    assert wrong is not None
    assert (wrong.problem, wrong.proxies) == ("unusable", ())


def test_a_url_that_is_none_leads_nowhere() -> None:
    assert goal("https://[") == Goal(url="https://[", host="")
    assert (GOAL.host, GOAL.port) == ("guard.example", 8443)


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def nothing_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)

    @pytest.mark.parametrize(
        ("set_", "found"),
        [
            ({}, None),
            ({"http_proxy": "a.example"}, None),
            ({"https_proxy": "http://a.example:8080"}, via(Told.ENVIRONMENT, A)),
            ({"all_proxy": "a.example"}, via(Told.ENVIRONMENT, A)),
            ({"https_proxy": "a.example", "no_proxy": "example"}, Way(told=Told.ENVIRONMENT)),
            ({"https_proxy": "a.example", "no_proxy": "*"}, Way(told=Told.ENVIRONMENT)),
            ({"https_proxy": "socks5h://a"}, Way(told=Told.ENVIRONMENT, problem="unusable")),
        ],
    )  # fmt: skip
    def test_it_is_read_as_everywhere(
        self, set_: Mapping[str, str], found: Way | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in set_.items():
            monkeypatch.setenv(name, value)
        assert by_environment(GOAL) == found

    def test_the_own_setting_counts_before_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("https_proxy", "a.example")
        assert _ways.network(tmp_path).way(URL).told is Told.ENVIRONMENT
        (tmp_path / "settings.toml").write_text('proxy = "b.example:3128"\n')
        found = _ways.network(tmp_path).way(URL)
        assert (found.proxies, found.told) == ((B,), Told.SETTING)
        (tmp_path / "settings.toml").write_text('proxy = "direct"\n')
        assert _ways.network(tmp_path).way(URL).proxies == ()
        (tmp_path / "settings.toml").write_text("proxy = [[[\n")
        assert _ways.network(tmp_path).way(URL).told is Told.SETTING, "the last good one counts"
        assert _ways.network(None).way(URL).told is Told.ENVIRONMENT, "the keeper has no person"


IN = "[Proxy Settings]\n"
GNOME = {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}


def printed(mode: str, **more: str) -> Callable[[str], str]:
    """Give what gsettings prints of both schemas."""
    lines = {
        linux.SCHEMA: {"mode": f"'{mode}'", "autoconfig-url": f"'{more.get('script', '')}'",
                       "ignore-hosts": more.get("ignored", "['localhost', '127.0.0.0/8', '::1']")},
        linux.HTTPS: {"host": f"'{more.get('host', '')}'", "port": more.get("port", "0")},
    }  # fmt: skip
    return lambda schema: "".join(f"{schema} {k} {v}\n" for k, v in lines[schema].items())


class TestDesktop:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            (printed("none"), None),
            (printed("manual"), None),
            (printed("manual", host="a.example", port="8080"), via(Told.DESKTOP, A)),
            (printed("manual", host="a.example"), via(Told.DESKTOP, A)),
            (printed("manual", host="a.example", ignored="['*.example']"), Way(told=Told.DESKTOP)),
            (printed("manual", host="a.example", ignored="@as []"), via(Told.DESKTOP, A)),
            (printed("auto", script="http://x/p.pac"), bad(Told.DESKTOP, "script-unrun", "http://x/p.pac")),
            (printed("auto"), bad(Told.DESKTOP, "script-unrun", "WPAD")),
            (lambda _schema: "", None),
            (lambda schema: f"{schema} mode 'man\nual\n{schema}", None),
        ],
    )  # fmt: skip
    def test_gnomes_settings(self, asked: Callable[[str], str], found: Way | None) -> None:
        assert linux.by_desktop(GOAL, GNOME, asked) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", None),
            (IN + "ProxyType=0\nhttpsProxy=http://a.example 8080\n", None),
            (IN + "ProxyType=1\n", None),
            (IN + "ProxyType=1\nhttpsProxy=http://a.example 8080\n", via(Told.DESKTOP, A)),
            (IN + "ProxyType=1\nhttpsProxy=http://b.example:3128\n", via(Told.DESKTOP, B)),
            (IN + "ProxyType=1\nhttpsProxy=a.example\nNoProxyFor=guard.example\n",
             Way(told=Told.DESKTOP)),
            (IN + "ProxyType=2\nProxy Config Script=http://x/p.pac\n",
             bad(Told.DESKTOP, "script-unrun", "http://x/p.pac")),
            (IN + "ProxyType=3\n", bad(Told.DESKTOP, "script-unrun", "WPAD")),
            ("[Other]\nProxyType=1\nhttpsProxy=a.example\n", None),
        ],
    )  # fmt: skip
    def test_kdes_settings(self, text: str, found: Way | None, tmp_path: Path) -> None:
        (tmp_path / "kioslaverc").write_text(text)
        plasma = {"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path)}
        assert linux.by_desktop(GOAL, plasma) == found

    def test_a_desktop_without_such_settings_says_nothing(self, tmp_path: Path) -> None:
        assert linux.by_desktop(GOAL, {"XDG_CURRENT_DESKTOP": "sway"}) is None
        home = {"XDG_CURRENT_DESKTOP": "KDE", "HOME": str(tmp_path)}
        assert linux.by_desktop(GOAL, home) is None


def never(_script: str, _to: Goal) -> Answer:
    raise AssertionError("no script is to be run")


def ran(**answer: object) -> Callable[[str, Goal], Answer]:
    return lambda _script, _to: Answer(**answer)  # type: ignore[arg-type] # the fields of Answer


BOTH = (Told.USER, Told.USER_SCRIPT)
SCRIPT = "http://x/p.pac"


@pytest.mark.parametrize(
    ("settings", "run", "found"),
    [
        (Settings(), never, None),
        (Settings(proxy="a.example:8080"), never, via(Told.USER, A)),
        (Settings(proxy="http=x;https=a.example;socks=y"), never, via(Told.USER, A)),
        (Settings(proxy="a.example", bypass="*.example;<local>"), never, Way(told=Told.USER)),
        (Settings(proxy="socks5://a"), never, Way(told=Told.USER, problem="unusable")),
        (Settings(script=SCRIPT), ran(kind=3, proxy="a.example;b.example:3128"),
         via(Told.USER_SCRIPT, A, B)),
        (Settings(script=SCRIPT), ran(kind=1), Way(told=Told.USER_SCRIPT)),
        (Settings(script=SCRIPT), ran(kind=3, proxy=""), Way(told=Told.USER_SCRIPT)),
        (Settings(script=SCRIPT, proxy="b.example:3128"), ran(kind=3, proxy="a.example"),
         via(Told.USER_SCRIPT, A)),
        (Settings(script=SCRIPT, proxy="b.example:3128"), ran(error=12167), via(Told.USER, B)),
        (Settings(script=SCRIPT), ran(error=12167),
         bad(Told.USER_SCRIPT, "script-unreached", SCRIPT)),
        (Settings(script=SCRIPT), ran(error=12166),
         bad(Told.USER_SCRIPT, "script-unreadable", SCRIPT)),
        (Settings(script=SCRIPT), ran(error=12178),
         bad(Told.USER_SCRIPT, "script-unanswered", SCRIPT)),
    ],
)  # fmt: skip
def test_windows_settings_of_a_person(
    settings: Settings, run: proxy_answers.Run, found: Way | None
) -> None:
    assert proxy_answers.of_settings(settings, GOAL, run, BOTH, own=True) == found


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (ran(error=proxy_answers.NOTHING_FOUND), None),
        (ran(error=12167), None),
        (ran(kind=1), Way(told=Told.DETECTED)),
        (ran(kind=3, proxy="a.example"), Way(proxies=(A,), told=Told.DETECTED)),
    ],
    ids=["nothing", "not reached", "straight", "a proxy"],
)
def test_what_the_network_says_is_good_for_no_sign_in(
    run: proxy_answers.Run, found: Way | None
) -> None:
    assert proxy_answers.of_network(GOAL, run, own=False) == found


def test_row_385_names_and_values_count_as_in_urllib(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for names in itertools.permutations(("https_proxy", "HTTPS_PROXY", "HTTPS_proxy"), 2):
        for values in itertools.product(("", "a.example", "b.example"), repeat=2):
            set_ = dict(zip(names, values, strict=True))
            with monkeypatch.context() as here:
                for name, value in set_.items():
                    here.setenv(name, value)
                wanted = urllib.request.getproxies_environment().get("https")
                found = by_environment(GOAL)
                assert (found.proxies[0].host if found else None) == wanted, set_
