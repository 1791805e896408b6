from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.base.errors import UplinkError
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.uplink.client import Client
from agentguard.uplink.problems import LONGEST_BACKOFF, LONGEST_WAIT
from agentguard.wire import v1
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled, opened
from tests.faults.endpoint import Endpoint, Proxy, Reply, honest, instead, problem, serving

HTML = Reply(body=b"<html>Welcome to the hotel</html>", headers={"Content-Type": "text/html"})


def cut_after_keeping(_e: Endpoint, sock: socket.socket, _reply: Reply) -> None:
    sock.shutdown(socket.SHUT_RDWR)


def cut_in_the_answer(_e: Endpoint, sock: socket.socket, reply: Reply) -> None:
    sock.sendall(reply.raw()[:-20])
    sock.shutdown(socket.SHUT_RDWR)


def garble(_e: Endpoint, sock: socket.socket, _reply: Reply) -> None:
    sock.sendall(b"\x00\x01\x02 nothing that is HTTP\r\n\r\n")


def endless(_e: Endpoint, sock: socket.socket, _reply: Reply) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    for _ in range(4096):
        sock.sendall(b" " * 65536)


def lie(change: Callable[[Endpoint, v1.Report], v1.Received]) -> Callable[..., None]:
    def answer(endpoint: Endpoint, sock: socket.socket, _reply: Reply) -> None:
        body = msgspec.json.encode(change(endpoint, endpoint.reports[-1]))
        sock.sendall(Reply(status=202, body=body).raw())

    return answer


def other(**changed: object) -> Callable[..., None]:
    return lie(lambda e, report: e.receipt(msgspec.structs.replace(report, **changed)))


FORGED = lie(lambda e, report: e.receipt(report, Ed25519PrivateKey.generate()))
CHANGED = lie(
    lambda e, report: msgspec.structs.replace(
        e.receipt(report), receipt=e.receipt(report).receipt + " "
    )
)
EARLIER = lie(lambda e, _report: e.receipt(e.reports[0]))

NOT_DELIVERED = {
    "captive portal with a page": (instead(HTML), "portal"),
    "captive portal that redirects": (
        instead(Reply(status=302, headers={"Location": "https://hotel.example/"})),
        "portal",
    ),
    "200 with an empty object": (instead(Reply()), "portal"),
    "200 with nothing": (instead(Reply(body=b"")), "portal"),
    "what is not HTTP": (garble, "portal"),
    "a body without end": (endless, "portal"),
    "receipt of another key": (FORGED, "portal"),
    "receipt changed after signing": (CHANGED, "portal"),
    "receipt for another device": (other(device="device-2"), "portal"),
    "receipt for a later entry": (other(seq=99), "portal"),
    "receipt for another head": (other(hash="00" * 32), "portal"),
    "receipt for another epoch": (other(epoch=7), "portal"),
    "acknowledgement lost after keeping": (cut_after_keeping, "tcp"),
    "answer cut in the middle": (cut_in_the_answer, "tcp"),
    "400": (instead(problem(400, "malformed")), "http_4xx"),
    "401 with a right clock": (instead(problem(401, "signature")), "http_4xx"),
    "500": (instead(problem(500, "bug")), "http_5xx"),
    "503": (instead(problem(503, "down")), "http_5xx"),
    "503 with a time": (instead(problem(503, "down", Retry_After="7")), "busy"),
    "429": (instead(problem(429, "busy", Retry_After="7")), "busy"),
    "revoked": (instead(problem(403, "revoked")), "revoked"),
}


@pytest.mark.parametrize("name", NOT_DELIVERED)
def test_nothing_counts_as_delivered_without_a_valid_receipt_and_all_comes_once_later(
    name: str, desk: Desk, endpoint: Endpoint
) -> None:
    behaviour, kind = NOT_DELIVERED[name]
    desk.write(1, 2, 3)
    endpoint.behaviour = behaviour
    pause = desk.sender.report()
    assert desk.problems == [kind]
    assert desk.store.outbox.cursor() == 0
    assert desk.store.outbox.waiting() == 3
    assert 1 <= pause <= LONGEST_WAIT

    desk.write(4)
    endpoint.behaviour = honest
    desk.sender.report()
    assert desk.problems == [kind, ""]
    assert desk.store.outbox.cursor() == 4
    assert endpoint.seqs == [1, 2, 3, 4]
    assert endpoint.contradictions == []


def test_an_old_receipt_played_again_moves_nothing(desk: Desk, endpoint: Endpoint) -> None:
    desk.write(1)
    desk.sender.report()
    desk.write(2)
    endpoint.behaviour = EARLIER
    desk.sender.report()
    assert desk.problems == ["", "portal"]
    assert desk.store.outbox.cursor() == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [("7", 7, 8), ("0", 1, 2), ("999999999999", LONGEST_WAIT, LONGEST_WAIT), ("-5", 1, 2),
     ("soon", 1, 2), ("", 1, 2)],
)  # fmt: skip
def test_a_wait_that_the_endpoint_asks_for_is_kept_within_bounds(
    asked: str, least: float, most: float, desk: Desk, endpoint: Endpoint
) -> None:
    endpoint.behaviour = instead(problem(429, "busy", Retry_After=asked))
    assert least <= desk.sender.report() <= most


def test_waits_grow_with_failures_but_never_beyond_five_minutes(
    desk: Desk, endpoint: Endpoint
) -> None:
    endpoint.behaviour = instead(problem(500, "bug"))
    pauses = [desk.sender.report() for _ in range(24)]
    assert pauses[0] <= 2
    assert max(pauses) > 30
    assert all(1 <= pause <= LONGEST_BACKOFF == 300 for pause in pauses)
    assert len(set(pauses)) == len(pauses), "many desks do not come back at the same moment"


@pytest.mark.parametrize("silent", [True, False], ids=["never", "a byte at a time"])
def test_a_slow_answer_ends_at_the_deadline(
    silent: bool, tmp_path: Path, endpoint: Endpoint, authority: Authority
) -> None:
    desk = enrolled(tmp_path, endpoint, authority.ca_file, seconds=1.0)

    def slow(_e: Endpoint, sock: socket.socket, reply: Reply) -> None:
        for byte in b"" if silent else reply.raw():
            sock.sendall(bytes([byte]))
            time.sleep(0.1)
        sock.recv(1)

    desk.write(1)
    endpoint.behaviour = slow
    begun = time.monotonic()
    desk.sender.report()
    assert desk.problems == ["timeout"]
    assert time.monotonic() - begun < 5
    assert desk.store.outbox.cursor() == 0
    desk.store.close()


BAD_CERTIFICATES: dict[str, tuple[Callable[[Authority, Authority], ssl.SSLContext], str]] = {
    "of another authority": (lambda _own, strange: strange.server(), "cert_untrusted"),
    "expired": (lambda own, _s: own.server(expired=True), "cert_untrusted"),
    "for another name": (lambda own, _s: own.server("guard.example"), "cert_host"),
    "for another address": (lambda own, _s: own.server("127.0.0.9"), "cert_host"),
}


@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_a_bad_certificate_is_refused_before_anything_is_said(
    name: str, endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    make, kind = BAD_CERTIFICATES[name]
    strange = Authority(tmp_path, "Inspecting proxy CA")
    with serving(make(authority, strange)) as impostor:
        desk = enrolled(tmp_path, endpoint, authority.ca_file, url=impostor.url)
        desk.write(1)
        desk.sender.report()
        assert desk.problems == [kind]
        assert impostor.requests == 0
        assert desk.store.outbox.cursor() == 0
        desk.store.close()
    back_at_the_endpoint(tmp_path, endpoint, authority)


def back_at_the_endpoint(folder: Path, endpoint: Endpoint, authority: Authority) -> None:
    desk = opened(folder, endpoint.url, authority.ca_file, clock=system_clock())
    desk.sender.report()
    assert desk.problems == [""]
    assert endpoint.seqs == [1]
    desk.store.close()


def test_an_old_tls_is_refused(endpoint: Endpoint, authority: Authority, tmp_path: Path) -> None:
    context = authority.server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(context) as old:
        desk = enrolled(tmp_path, endpoint, authority.ca_file, url=old.url)
        desk.write(1)
        desk.sender.report()
        assert desk.problems == ["tls"]
        desk.store.close()


def test_without_a_ca_file_only_the_system_is_trusted(
    endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    desk.store.close()
    client = Client(endpoint.url, system_clock())
    with pytest.raises(UplinkError, match="not trusted") as refused:
        client.post(v1.REPORTS, b"{}", v1.Received)
    assert refused.value.kind == "cert_untrusted"
    assert "desktop team" in refused.value.advice


@pytest.mark.parametrize(
    ("url", "kind"),
    [("https://no-such-host.invalid", "dns"), ("https://127.0.0.1:1", "tcp")],
)
def test_an_endpoint_that_is_away_is_named_by_cause(
    url: str, kind: str, endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    desk = enrolled(tmp_path, endpoint, authority.ca_file, url=url)
    desk.write(1)
    desk.sender.report()
    assert desk.problems == [kind]
    desk.store.close()
    back_at_the_endpoint(tmp_path, endpoint, authority)


def test_a_plain_text_server_is_a_tls_problem(
    endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    proxy = Proxy()
    desk = enrolled(tmp_path, endpoint, authority.ca_file, url=proxy.url.replace("http", "https"))
    desk.sender.report()
    assert desk.problems in (["tls"], ["tcp"])
    desk.store.close()
    proxy.close()


class TestProxy:
    def through(
        self, proxy: Proxy, desk: Desk, monkeypatch: pytest.MonkeyPatch, who: str = ""
    ) -> None:
        monkeypatch.setenv("https_proxy", proxy.url.replace("http://", f"http://{who}"))
        desk.write(1)
        desk.sender.report()
        proxy.close()

    def test_reports_go_through_it(
        self, desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = Proxy()
        self.through(proxy, desk, monkeypatch)
        assert desk.problems == [""]
        assert proxy.tunnels == [f"127.0.0.1:{endpoint.port}"]
        assert endpoint.seqs == [1]

    def test_one_that_asks_for_a_sign_in_is_named_and_not_asked_in_a_loop(
        self, desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = Proxy(asks=True)
        self.through(proxy, desk, monkeypatch)
        assert desk.problems == ["proxy_auth"]
        assert len(proxy.asked_with) == 1
        assert endpoint.requests == 1  # the enrolment
        assert desk.store.outbox.waiting() == 1

    def test_credentials_of_the_proxy_setting_are_used(
        self, desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = Proxy(asks=True, credentials="Basic YW5uOnMgdw==")
        self.through(proxy, desk, monkeypatch, who="ann:s%20w@")
        assert desk.problems == [""]
        assert endpoint.seqs == [1]

    def test_hosts_that_are_excepted_are_reached_directly(
        self, desk: Desk, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy = Proxy()
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        self.through(proxy, desk, monkeypatch)
        assert proxy.tunnels == []
        assert endpoint.seqs == [1]


def test_a_wrong_clock_is_made_up_for_in_the_same_try(
    endpoint: Endpoint, authority: Authority, tmp_path: Path
) -> None:
    clock = FakeClock(wall=time.time() - 10 * 365 * 86400)
    created: list[float] = []

    def strict(e: Endpoint, sock: socket.socket, reply: Reply) -> None:
        wrong = abs(e.created - time.time()) > 300
        created.append(e.created)
        refusal = problem(401, "clock-skew")
        sock.sendall((refusal if wrong else reply).raw())

    desk = enrolled(tmp_path, endpoint, authority.ca_file, clock=clock)
    endpoint.behaviour = strict
    desk.write(1)
    desk.sender.report()
    desk.write(2)
    desk.sender.report()
    assert desk.problems == ["", ""]
    assert len(created) == 3, "only the first request was signed with the wrong time"
    assert desk.store.outbox.cursor() == 2
    desk.store.close()


def test_a_clock_that_stays_wrong_is_not_retried_for_ever(desk: Desk, endpoint: Endpoint) -> None:
    endpoint.behaviour = instead(problem(401, "clock-skew"))
    before = endpoint.requests
    desk.sender.report()
    assert desk.problems == ["clock"]
    assert endpoint.requests == before + 2


class TestConflict:
    def test_a_restored_disk_begins_a_new_epoch_and_loses_nothing(
        self, desk: Desk, endpoint: Endpoint, authority: Authority, tmp_path: Path
    ) -> None:
        desk.write(1)
        desk.sender.report()
        desk.store.close()
        saved = (desk.folder / "journal.db").read_bytes()
        desk = opened(desk.folder, endpoint.url, authority.ca_file, clock=system_clock())
        desk.write(2, 3)
        desk.sender.report()
        desk.store.close()
        (desk.folder / "journal.db").write_bytes(saved)

        desk = opened(desk.folder, endpoint.url, authority.ca_file, clock=system_clock())
        desk.write(20, 30)
        desk.sender.report()
        assert desk.problems == ["conflict"]
        assert endpoint.contradictions == []
        desk.sender.report()
        assert desk.problems == ["conflict", ""]
        assert desk.store.outbox.waiting() == 0
        assert desk.store.journal.verify() == (4, True)
        assert sorted(endpoint.events) == [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (2, 4)]
        assert b"journal.epoch" in endpoint.events[2, 4]
        desk.write(5)
        desk.sender.report()
        assert endpoint.seqs == [1, 2, 2, 3, 3, 4, 5]
        desk.store.close()

    def test_an_endpoint_that_always_says_so_does_not_fill_the_journal(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        endpoint.behaviour = instead(problem(409, "conflict", epoch=41))
        for _ in range(20):
            desk.sender.report()
        entries, whole = desk.store.journal.verify()
        assert whole
        assert entries == 2
        assert desk.store.journal.head()[0] == 43
