"""What `agentguard doctor` says of the way to the endpoint, and of who answers on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from agentguard.base import paths
from agentguard.base.translations import load
from agentguard.commands._capabilities import Standing
from agentguard.commands._way import of_keeper, told, way
from agentguard.platforms._network import SystemNetwork
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.network import Proxy, Told, Way
from agentguard.service import keeper_status
from tests.cli.typed import Type, assert_one_sentence

URL = "https://guard.example:8443"
PROXY = Proxy(host="proxy.example", port=3128, user="svc", password="s3cret")
SOURCES = ("_proxy_settings.py", "_win32/proxy_answers.py", "_linux/proxies.py")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("by", Told)
def test_row_151_whoever_named_the_proxy_is_named_in_words(by: Told) -> None:
    words = load()
    assert words.has(f"cli.doctor.way-by-{by}")
    said = told(Way(proxies=(PROXY,), told=by, own=True), "guard.example", words)
    assert said.startswith("guard.example is reached through the proxy proxy.example:3128, which ")
    assert "s3cret" not in said
    assert "svc" not in said
    straight = told(Way(told=by), "guard.example", words)
    assert straight.startswith("guard.example is reached without a proxy: ")


def test_row_151_each_problem_of_a_way_has_its_sentence() -> None:
    words = load()
    text = "".join((ROOT / "agentguard/platforms" / one).read_text() for one in SOURCES)
    ids = set(re.findall(r'"(unusable|script-\w+)"', text))
    assert len(ids) == 5
    for one in ids:
        assert words.has(f"cli.doctor.way-problem-{one}"), one
    script = Way(told=Told.USER_SCRIPT, problem="script-unreached", where="http://x/p.pac")
    found = way(SystemNetwork((lambda _to: script,), FakeClock()), URL, words)
    assert found.standing is Standing.PARTLY
    assert found.reason == (
        "guard.example is reached without a proxy: nobody names one."
        " The proxy script http://x/p.pac could not be fetched."
    )


def test_row_151_a_proxy_where_the_computer_does_not_sign_in_says_so() -> None:
    found = Way(proxies=(PROXY,), told=Told.SIGNED_ON)
    assert "only where an administrator has named the proxy" in told(found, "x", load())


def test_row_151_the_setting_is_told_by_the_command(
    type_: Type, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("https_proxy", "http://svc:s3cret@proxy.example:3128")
    (home / "settings.toml").write_text(f'endpoint = "{URL}"\n')
    typed = type_("doctor", "--json")
    (row,) = (one for one in json.loads(typed.out)["capabilities"] if one["name"] == "proxy")
    assert row["reason"].startswith("guard.example is reached through the proxy proxy.example:3128")
    assert "s3cret" not in typed.out


@pytest.mark.parametrize(
    ("proxy", "by", "said"),
    [
        (
            "proxy.example:3128",
            "machine",
            "through the proxy proxy.example:3128, which netsh winhttp",
        ),
        ("", "nobody", "without a proxy"),
    ],
)
def test_row_151_what_the_keeper_found_is_told_beside_it(
    proxy: str, by: str, said: str, type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.MACHINE_VARIABLE, str(tmp_path))
    keeper_status.write(tmp_path, keeper_status.Standing(proxy=proxy, named_by=by))
    rows = json.loads(type_("doctor", "--json").out)["capabilities"]
    (row,) = (one for one in rows if one["name"] == "keeper-proxy")
    assert said in row["reason"]
    assert row["standing"] == Standing.WORKS


def test_row_151_a_keeper_that_told_nothing_or_nonsense_has_no_row() -> None:
    words = load()
    assert list(of_keeper(None, words)) == []
    assert list(of_keeper(keeper_status.Standing(named_by="me"), words)) == []
    (away,) = of_keeper(keeper_status.Standing(named_by="user", problem="proxy_auth"), words)
    assert away.standing is Standing.PARTLY


def test_row_151_without_an_endpoint_there_is_no_way(type_: Type) -> None:
    rows = json.loads(type_("doctor", "--json").out)["capabilities"]
    (row,) = (one for one in rows if one["name"] == "proxy")
    assert row["standing"] == Standing.ABSENT


@pytest.mark.parametrize(
    "address", ["https://[::1", "https://x:99999", "http://x", "guard.example", "https://"]
)
class TestNoAddress:
    def test_row_399_one_in_the_settings_is_told_and_the_rest_is_looked_at(
        self, address: str, type_: Type
    ) -> None:
        (paths.data_folder() / "settings.toml").write_text(f"endpoint = {json.dumps(address)}\n")
        said = type_("doctor", "--json")
        assert said.code in {0, 1}, said.err
        rows = {one["name"]: one for one in json.loads(said.out)["capabilities"]}
        assert rows["proxy"]["standing"] == "failed"
        assert "must begin with https://" in rows["proxy"]["reason"]
        assert {"settings", "keeper", "software-catalogue"} <= set(rows)

    def test_row_399_it_is_not_set(self, address: str, type_: Type) -> None:
        said = type_("settings", "set", "endpoint", address)
        assert said.code == 2
        assert "must begin with https://" in said.err
        assert not (paths.data_folder() / "settings.toml").exists()
        assert type_("settings", "set", "endpoint", "").code == 0


@pytest.mark.parametrize(
    "address",
    ["a proxy", "socks5://proxy.example:1080", "proxy.example:99999", "proxy.example:80x", "http://",
     "https://proxy.example:443", "http://[::1"],
)  # fmt: skip
def test_row_462_what_is_no_address_of_a_proxy_is_not_set(address: str, type_: Type) -> None:
    said = type_("settings", "set", "proxy", address)
    assert_one_sentence(said, 2)
    assert "That is not the address of an HTTP proxy. Nothing was changed." in said.err
    assert not (paths.data_folder() / "settings.toml").exists()


@pytest.mark.parametrize("address", ["proxy.example", "http://[::1]:3128", "direct", ""])
def test_row_462_what_is_one_is_set(address: str, type_: Type) -> None:
    assert type_("settings", "set", "proxy", address).code == 0
    assert json.dumps(address) in (paths.data_folder() / "settings.toml").read_text()
