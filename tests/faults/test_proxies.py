"""The way to the endpoint through proxies: who signs in, in how many rounds, and what is said."""

from __future__ import annotations

import base64
import socket
import socketserver
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.base.errors import PlatformError, UplinkError
from agentguard.platforms import system_clock
from agentguard.platforms._network import SystemNetwork
from agentguard.platforms._proxy_settings import Goal
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.network import Network, Proxy, SignIn, Told, Way
from agentguard.uplink.client import Client
from agentguard.uplink.tunnel import offered
from agentguard.wire import v1
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled, opened
from tests.faults.endpoint import Endpoint
from tests.faults.signing_proxy import (
    PASSWORD,
    SigningProxy,
    account,
    saying,
    signing,
    through,
)
from tests.flow.wiretap import tapped

RECORDED = ((b"", b"first of the person"), (b"of the proxy", b"second of the person"))
"""A sign-in by Negotiate as it was recorded: what the proxy says, and what is answered."""


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the proxy's security context know the person."""
    file = tmp_path / "accounts"
    file.write_text(f"CENTRE:ann:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def reported(desk: Desk, endpoint: Endpoint, authority: Authority, ways: Network) -> str:
    """Report through a network, and give the problem."""
    desk.store.close()
    again = opened(
        desk.folder, endpoint.url, authority.ca_file, clock=system_clock(), seconds=20, ways=ways
    )
    again.write(1)
    again.sender.report()
    again.store.close()
    return again.problems[-1]


def refusal(endpoint: Endpoint, authority: Authority, ways: Network) -> UplinkError:
    """Ask the endpoint through a network that does not lead there, and give the error."""
    client = Client(
        endpoint.url, system_clock(), ca_file=str(authority.ca_file), total_seconds=20, network=ways
    )
    with pytest.raises(UplinkError) as told:
        client.post(v1.REPORTS, b"{}", v1.Received)
    return told.value


class TestSignIn:
    @pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
    @pytest.mark.parametrize("closes", [False, True], ids=["stays", "closes"])
    def test_row_150_a_report_goes_through_a_proxy_that_wants_the_persons_account(
        self, scheme: str, closes: bool, desk: Desk, endpoint: Endpoint, authority: Authority
    ) -> None:
        with signing(scheme, closes=closes) as proxy:
            assert reported(desk, endpoint, authority, through(proxy.proxy)) == ""
        assert endpoint.seqs == [1]
        assert proxy.asked[0] == "", "it is asked without a sign-in first"
        assert 2 <= len(proxy.asked) - 1 <= 3
        assert proxy.connections == 1 + closes, "all rounds stay on one connection"

    def test_row_150_negotiate_is_preferred_to_ntlm(
        self, desk: Desk, endpoint: Endpoint, authority: Authority
    ) -> None:
        with signing("ntlm", "negotiate") as proxy:
            assert reported(desk, endpoint, authority, through(proxy.proxy)) == ""
        assert all(one.startswith("Negotiate ") for one in proxy.asked[1:])

    def test_row_150_a_system_without_negotiate_takes_ntlm(
        self, desk: Desk, endpoint: Endpoint, authority: Authority
    ) -> None:
        def begin(scheme: str, proxy: Proxy) -> SignIn | None:
            return account()(scheme, proxy) if scheme == "ntlm" else None

        with signing("ntlm", "negotiate") as proxy:
            assert reported(desk, endpoint, authority, through(proxy.proxy, begin=begin)) == ""
        assert proxy.asked[1].startswith("NTLM ")

    def test_row_150_an_account_that_is_refused_is_named_and_not_tried_again_for_half_an_hour(
        self, endpoint: Endpoint, authority: Authority
    ) -> None:
        clock = FakeClock()
        with signing("ntlm") as proxy:
            ways = through(proxy.proxy, begin=account("yesterday's"), clock=clock)
            told = refusal(endpoint, authority, ways)
            assert told.kind == "proxy_auth"
            assert f"127.0.0.1:{proxy.port}, NTLM" in told.title
            tried = len([one for one in proxy.asked if one])
            assert tried == 2
            refusal(endpoint, authority, ways)
            assert len([one for one in proxy.asked if one]) == tried, "a stale one locks accounts"
            clock.advance(1801)
            refusal(endpoint, authority, ways)
            assert len([one for one in proxy.asked if one]) == 2 * tried
        assert endpoint.requests == 0

    def test_row_150_rounds_end_after_three(self, endpoint: Endpoint, authority: Authority) -> None:
        with signing("negotiate", always=b"and again") as proxy:
            ways = through(proxy.proxy, begin=lambda _scheme, _proxy: Talker())
            assert refusal(endpoint, authority, ways).kind == "proxy_auth"
        assert len([one for one in proxy.asked if one]) == 3

    def test_row_150_what_was_recorded_of_negotiate_is_said_in_its_order(
        self, desk: Desk, endpoint: Endpoint, authority: Authority
    ) -> None:
        with signing("negotiate", made=Recorded) as proxy:
            ways = through(proxy.proxy, begin=lambda _scheme, _proxy: Replay())
            assert reported(desk, endpoint, authority, ways) == ""
        said = [base64.b64decode(one.removeprefix("Negotiate ")) for one in proxy.asked[1:]]
        assert said == [answer for _, answer in RECORDED]

    @pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
    def test_row_150_nobody_signs_in_where_only_a_person_or_the_network_named_the_proxy(
        self, scheme: str, endpoint: Endpoint, authority: Authority
    ) -> None:
        """The keeper's account is the computer's: whoever answers could use it elsewhere."""
        with signing(scheme) as proxy:
            told = refusal(endpoint, authority, through(proxy.proxy, own=False))
        assert told.kind == "proxy_auth"
        assert proxy.asked == [""]

    def test_row_150_a_name_of_the_setting_is_told_to_no_proxy_that_does_not_ask_for_it(
        self, endpoint: Endpoint, authority: Authority
    ) -> None:
        with signing("ntlm") as proxy:
            set_ = Proxy(host="127.0.0.1", port=proxy.port, user="svc", password="pässword")
            told = refusal(endpoint, authority, through(set_))
        assert told.kind == "proxy_auth"
        assert proxy.asked == [""]
        assert "svc" not in str(told)


class Talker:
    """Has always something to say."""

    def answer(self, challenge: bytes) -> bytes:
        return b"say " + challenge

    def close(self) -> None:
        """Nothing is held."""


class Replay:
    """Says what was recorded, and nothing to what was not."""

    def answer(self, challenge: bytes) -> bytes:
        said = dict(RECORDED).get(challenge)
        if said is None:
            raise PlatformError("not recorded")
        return said

    def close(self) -> None:
        """Nothing is held."""


class Recorded(SigningProxy):
    """Accepts a recorded sign-in alone."""

    def judged(self, contexts: object, scheme: str, token: bytes) -> bytes | None:
        del contexts, scheme
        at = [answer for _, answer in RECORDED].index(token) + 1
        return RECORDED[at][0] if at < len(RECORDED) else None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "proxy_refused"),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", "proxy_refused"),
        (b"HTTP/1.1 302 There\r\nLocation: https://hotel.example\r\n\r\n", "proxy_refused"),
        (b"\x05\x00 nothing of HTTP\r\n", "proxy_away"),
        (b"", "proxy_away"),
        (b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", "proxy_auth"),
    ],
    ids=["403", "502", "302", "no HTTP", "hangs up", "407 without a scheme"],
)
def test_row_151_a_proxy_that_does_not_let_through_is_named_by_cause(
    words: bytes, kind: str, endpoint: Endpoint, authority: Authority
) -> None:
    with saying(words) as (proxy, _):
        told = refusal(endpoint, authority, through(proxy))
    assert told.kind == kind
    assert proxy.shown in told.title
    assert told.advice
    assert endpoint.requests == 0


def unused() -> Proxy:
    """Give the address of a proxy that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return Proxy(host="127.0.0.1", port=closed.getsockname()[1])


def test_row_151_a_proxy_that_is_away_is_named_and_the_next_one_is_asked(
    desk: Desk, endpoint: Endpoint, authority: Authority
) -> None:
    away = unused()
    told = refusal(endpoint, authority, through(away, Proxy(host="no-such-proxy.invalid")))
    assert told.kind == "proxy_away"
    assert f"{away.shown}, no-such-proxy.invalid:8080" in told.title
    with signing("ntlm") as proxy:
        assert reported(desk, endpoint, authority, through(away, proxy.proxy)) == ""


def test_row_151_a_proxy_that_is_silent_ends_at_the_deadline(
    endpoint: Endpoint, authority: Authority
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = Proxy(host="127.0.0.1", port=silent.getsockname()[1])
        client = Client(
            endpoint.url, system_clock(), ca_file=str(authority.ca_file), total_seconds=0.5,
            network=through(proxy),
        )  # fmt: skip
        with pytest.raises(UplinkError) as told:
            client.post(v1.REPORTS, b"{}", v1.Received)
    assert told.value.kind == "timeout"


def test_row_151_a_script_that_could_not_be_read_is_told_where_nothing_answers_without_it(
    endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    script = "http://wpad.example/proxy.pac"
    way = Way(told=Told.USER_SCRIPT, problem="script-unreached", where=script)
    ways = SystemNetwork((lambda _to: way,), FakeClock())
    client = Client("https://127.0.0.1:1", system_clock(), network=ways)
    with pytest.raises(UplinkError) as told:
        client.post(v1.REPORTS, b"{}", v1.Received)
    assert told.value.kind == "proxy_script"
    assert script in told.value.title
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    assert reported(desk, endpoint, authority, ways) == "", "where it does, nobody is bothered"


def test_row_151_a_way_that_failed_is_looked_for_again(
    endpoint: Endpoint, authority: Authority
) -> None:
    asked: list[str] = []

    def source(to: Goal) -> Way:
        asked.append(to.host)
        return Way(proxies=(unused(),), told=Told.USER)

    ways = SystemNetwork((source,), FakeClock())
    refusal(endpoint, authority, ways)
    refusal(endpoint, authority, ways)
    assert asked == ["127.0.0.1", "127.0.0.1"]


def test_row_151_an_address_in_ipv6_is_asked_for_in_brackets() -> None:
    with saying(b"HTTP/1.1 403 No\r\n\r\n") as (proxy, asked):
        client = Client("https://[2001:db8::7]", system_clock(), network=through(proxy))
        with pytest.raises(UplinkError):
            client.post(v1.REPORTS, b"{}", v1.Received)
    assert asked[:2] == [
        b"CONNECT [2001:db8::7]:443 HTTP/1.1\r\n",
        b"Host: [2001:db8::7]:443\r\n",
    ]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (["Negotiate", "NTLM"], {"negotiate": b"", "ntlm": b""}),
        (['Negotiate, NTLM, Basic realm="a, x"'], {"negotiate": b"", "ntlm": b"", "basic": b""}),
        (['Basic realm="Negotiate, \\" NTLM"'], {"basic": b""}),
        (["NTLM TlRMTVNTUAAC"], {"ntlm": b"NTLMSSP\0\x02"}),
        (["NTLM ====", "negotiate oYG="], {"ntlm": b"", "negotiate": b"\xa1\x81"}),
        ([], {}),
        (None, {}),
    ],
)  # fmt: skip
def test_what_a_proxy_offers_is_read_however_it_is_written(
    headers: object, found: dict[str, bytes]
) -> None:
    assert offered(headers) == found


class TestInspection:
    """The authority of a product that opens TLS is in the system's store, or it is not."""

    @pytest.fixture
    def inspector(
        self, authority: Authority, endpoint: Endpoint, tmp_path: Path
    ) -> Iterator[tuple[Proxy, Authority]]:
        """Give a proxy that opens each connection with certificates of its own authority."""
        own = Authority(tmp_path, "Inspecting proxy CA")
        with tapped(endpoint.port, own.server(), authority.ca_file) as tap:

            class Inspecting(SigningProxy):
                def tunnel(self, client: socketserver.StreamRequestHandler, target: str) -> None:
                    super().tunnel(client, f"{target.rpartition(':')[0]}:{tap.port}")

            with signing(made=Inspecting) as proxy:
                yield proxy.proxy, own

    def asked(self, desk: Desk, url: str, ca_file: Path | str, proxy: Proxy) -> list[str]:
        again = opened(desk.folder, url, ca_file, clock=system_clock(), ways=through(proxy))
        again.write(1)
        again.sender.report()
        again.store.close()
        return again.problems

    def test_row_152_it_works_where_its_authority_is_in_the_systems_store(
        self,
        inspector: tuple[Proxy, Authority],
        desk: Desk,
        endpoint: Endpoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        proxy, own = inspector
        monkeypatch.setenv("SSL_CERT_FILE", str(own.ca_file))
        desk.store.close()
        assert self.asked(desk, endpoint.url, "", proxy) == [""]
        assert endpoint.seqs == [1]

    def test_row_152_where_only_a_file_counts_the_sentence_says_who_opened_it(
        self, inspector: tuple[Proxy, Authority], endpoint: Endpoint, authority: Authority
    ) -> None:
        proxy, own = inspector
        told = refusal(endpoint, authority, through(proxy))
        assert told.kind == "cert_untrusted"
        assert "issued by Inspecting proxy CA" in told.title
        assert "only the file of certificates counts" in told.title
        assert own.ca_file.name not in told.title
        assert endpoint.requests == 0

    def test_row_152_where_it_is_in_no_store_the_sentence_says_who_opened_it(
        self, inspector: tuple[Proxy, Authority], endpoint: Endpoint
    ) -> None:
        proxy, _ = inspector
        client = Client(endpoint.url, system_clock(), network=through(proxy))
        with pytest.raises(UplinkError) as told:
            client.post(v1.REPORTS, b"{}", v1.Received)
        assert told.value.kind == "cert_untrusted"
        assert told.value.title.endswith("It was issued by Inspecting proxy CA.")
        assert endpoint.requests == 0
