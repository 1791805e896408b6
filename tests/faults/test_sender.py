from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from agentguard.base.errors import EnrolmentError, UplinkError, UsageError
from agentguard.model.verdicts import State
from agentguard.platforms import system_clock
from agentguard.platforms.simulated import FakeClock
from agentguard.store.memory import InMemoryJournal
from agentguard.uplink import compose, enrolment
from agentguard.uplink.client import SMALL, Client
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled, record, snapshot
from tests.faults.endpoint import CODE, DEVICE, Endpoint, Reply, honest, instead, problem


def eventually(true: Callable[[], bool], within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


class TestReports:
    def test_posture_travels_once_and_again_when_it_changes_or_is_asked_for(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        desk.sender.report()
        desk.sender.report()
        desk.posture[0] = snapshot(State.FAIL)
        desk.sender.report()
        endpoint.need_posture = True
        desk.sender.report()
        endpoint.need_posture = False
        desk.sender.report()
        desk.sender.report()
        told = [r.controls is not None for r in endpoint.reports]
        assert told == [True, False, True, False, True, False]
        control = (endpoint.reports[2].controls or ())[0]
        assert (control.check, control.state, control.detail) == ("firewall", "fail", "firewall.on")
        assert endpoint.reports[2].overall == "act"
        assert endpoint.reports[0].policy == "baseline 3"

    def test_an_endpoint_that_never_has_enough_of_the_posture_is_told_at_its_pace(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        endpoint.need_posture = True
        desk.sender.report()
        pauses = [desk.sender.report() for _ in range(3)]
        assert all(report.controls is not None for report in endpoint.reports)
        assert min(pauses) >= 54

    def test_a_posture_that_is_asked_for_is_told_at_once(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        desk.sender.report()
        endpoint.need_posture = True
        assert desk.sender.report() == 0.0
        endpoint.need_posture = False
        assert desk.sender.report() >= 54

    def test_a_report_is_packed_once_that_saves_more_than_it_costs(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        desk.sender.report()
        desk.sender.report()
        desk.write(*range(1, 30))
        desk.sender.report()
        long = [len(msgspec.json.encode(report)) > SMALL for report in endpoint.reports]
        assert endpoint.packed == long.count(True) > 0
        assert len(endpoint.reports[2].events) == 29
        assert endpoint.bad_signatures == 0

    def test_posture_that_got_no_receipt_is_told_again(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        endpoint.behaviour = instead(problem(500, "bug"))
        desk.sender.report()
        endpoint.behaviour = honest
        desk.sender.report()
        assert endpoint.reports[0].controls is not None

    def test_a_long_queue_is_sent_in_pieces_without_a_pause(
        self, desk: Desk, endpoint: Endpoint
    ) -> None:
        desk.store.journal.commit([record(n) for n in range(600)], {})
        pauses = [desk.sender.report() for _ in range(3)]
        assert [len(r.events) for r in endpoint.reports] == [256, 256, 88]
        assert pauses[:2] == [0.0, 0.0]
        assert 54 <= pauses[2] <= 66
        assert endpoint.seqs == list(range(1, 601))
        assert [r.waiting for r in endpoint.reports] == [600, 344, 88]

    def test_what_left_this_computer_can_be_read(self, desk: Desk) -> None:
        assert desk.sender.last_report() == ""
        desk.write(1)
        desk.sender.report()
        shown = desk.sender.last_report()
        assert json.loads(shown)["device"] == DEVICE
        assert '\n  "' in shown
        assert "Documents" not in shown

    def test_every_try_is_told(self, desk: Desk, endpoint: Endpoint) -> None:
        desk.write(1, 2)
        endpoint.behaviour = instead(problem(500, "bug"))
        desk.sender.report()
        endpoint.behaviour = honest
        desk.sender.report()
        waiting = [(e.problem, e.waiting, e.receipted) for e in desk.told]  # type: ignore[attr-defined] # UplinkState
        assert waiting == [("http_5xx", 2, 0), ("", 0, 2)]


class TestRun:
    @pytest.fixture
    def running(self, desk: Desk) -> Iterator[threading.Event]:
        stop = threading.Event()
        thread = threading.Thread(target=desk.sender.run, args=(stop,))
        thread.start()
        yield stop
        stop.set()
        thread.join(5)
        assert not thread.is_alive(), "it stops within five seconds"

    def test_a_poke_reports_at_once(
        self, desk: Desk, endpoint: Endpoint, running: threading.Event
    ) -> None:
        eventually(lambda: len(endpoint.reports) == 1)
        desk.write(1)
        desk.sender.poke()
        eventually(lambda: endpoint.seqs == [1], within=5)

    def test_it_goes_on_by_itself_after_a_failure(
        self, desk: Desk, endpoint: Endpoint, running: threading.Event
    ) -> None:
        eventually(lambda: len(endpoint.reports) == 1)
        endpoint.behaviour = instead(Reply(body=b"<html>", headers={"Content-Type": "text/html"}))
        desk.write(1)
        desk.sender.poke()
        eventually(lambda: "portal" in desk.problems, within=5)
        endpoint.behaviour = honest
        eventually(lambda: endpoint.seqs == [1], within=20)
        eventually(lambda: desk.problems[-1] == "")


class TestAPersonWhoAsks:
    """The endpoint asked for ten minutes of patience; time passes only when it is told to."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    def waiting(
        self, tmp_path: Path, endpoint: Endpoint, authority: Authority, clock: FakeClock
    ) -> Iterator[Desk]:
        desk = enrolled(tmp_path, endpoint, authority.ca_file, clock=clock)
        endpoint.behaviour = instead(problem(503, "down", Retry_After="600"))
        stop = threading.Event()
        thread = threading.Thread(target=desk.sender.run, args=(stop,))
        thread.start()
        clock.settle()
        assert desk.problems == ["busy"]
        endpoint.behaviour = honest
        yield desk
        stop.set()
        thread.join(5)
        desk.store.close()
        assert not thread.is_alive()

    def test_is_answered_within_five_seconds_of_a_failure(
        self, waiting: Desk, clock: FakeClock
    ) -> None:
        waiting.sender.try_now()
        clock.advance(4.5)
        clock.settle()
        assert waiting.problems == ["busy"], "not more often than every five seconds"
        clock.advance(1.0)
        eventually(lambda: waiting.problems == ["busy", ""])

    def test_is_answered_at_once_when_the_failure_is_older(
        self, waiting: Desk, clock: FakeClock
    ) -> None:
        clock.advance(30.0)
        clock.settle()
        waiting.sender.try_now()
        eventually(lambda: waiting.problems == ["busy", ""])

    def test_news_alone_waits_as_the_endpoint_wished(self, waiting: Desk, clock: FakeClock) -> None:
        clock.advance(5.0)
        clock.settle()
        waiting.sender.poke()
        clock.advance(300.0)
        clock.settle()
        assert waiting.problems == ["busy"]
        clock.advance(400.0)
        eventually(lambda: waiting.problems == ["busy", ""])


class TestEnrolment:
    def test_it_is_remembered(
        self, tmp_path: Path, endpoint: Endpoint, authority: Authority
    ) -> None:
        assert enrolment.load(tmp_path) is None
        done = enrolment.enrol(
            tmp_path, endpoint.url, f" {CODE}\n", clock=system_clock(),
            ca_file=str(authority.ca_file), label="desk 7",
        )  # fmt: skip
        assert enrolment.load(tmp_path) == done
        assert (done.device, done.team, done.label) == (DEVICE, "blue", "desk 7")
        key = enrolment.device_key(tmp_path)
        assert key is not None
        assert key.public == endpoint.device_key

    @pytest.mark.parametrize("code", ["wrong", "", "  "])
    def test_a_wrong_code_says_what_to_do_and_keeps_the_key_for_the_next_try(
        self, code: str, tmp_path: Path, endpoint: Endpoint, authority: Authority
    ) -> None:
        def enrol(with_code: str) -> None:
            enrolment.enrol(
                tmp_path, endpoint.url, with_code, clock=system_clock(),
                ca_file=str(authority.ca_file),
            )  # fmt: skip

        with pytest.raises(EnrolmentError, match="code"):
            enrol(code)
        assert enrolment.load(tmp_path) is None
        before = enrolment.device_key(tmp_path)
        assert before is not None
        enrol(CODE)
        assert endpoint.device_key == before.public

    def test_a_sign_in_page_enrols_nobody(
        self, tmp_path: Path, endpoint: Endpoint, authority: Authority
    ) -> None:
        endpoint.behaviour = instead(
            Reply(body=b'{"device":"x","team":"","receipt_key":"","next_in":1}')
        )
        with pytest.raises(UplinkError, match="in place of"):
            enrolment.enrol(
                tmp_path, endpoint.url, CODE, clock=system_clock(), ca_file=str(authority.ca_file)
            )
        assert enrolment.load(tmp_path) is None

    @pytest.mark.parametrize("url", ["http://127.0.0.1", "guard.example", "https://", "https://a:b@c",
                                     "https://[bad", "https://x:99999"])  # fmt: skip
    def test_only_an_https_address_is_taken(self, url: str, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="https://"):
            enrolment.enrol(tmp_path, url, CODE, clock=system_clock())
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("content", [None, b"", b"no certificate"])
    def test_a_bad_ca_file_is_named(self, content: bytes | None, tmp_path: Path) -> None:
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(UsageError, match=r"ca\.pem"):
            Client("https://guard.example", system_clock(), ca_file=str(file))

    def test_a_damaged_enrolment_is_named(self, tmp_path: Path) -> None:
        (tmp_path / enrolment.FILE).write_bytes(b"{")
        with pytest.raises(EnrolmentError, match="damaged"):
            enrolment.load(tmp_path)


class TestLink:
    def test_without_an_enrolment_there_is_none(self, tmp_path: Path, desk: Desk) -> None:
        folder = tmp_path / "other"
        folder.mkdir()
        assert self.connect(folder, desk) is None

    def test_codes_are_judged_by_the_endpoint(self, desk: Desk) -> None:
        made = self.connect(desk.folder, desk)
        assert made is not None
        assert made.prover.prove("totp", "crm", "123456").accepted
        refused = made.prover.prove("totp", "crm", "000000")
        assert (refused.accepted, refused.problem) == (False, "wrong")

    def connect(self, folder: Path, desk: Desk) -> compose.Uplink | None:
        return compose.connect(
            folder, journal=InMemoryJournal(), outbox=desk.store.outbox, snapshot=snapshot,
            submit=desk.told.append, clock=system_clock(), user="anna",
        )  # fmt: skip


def test_what_a_desk_wrote_while_it_was_offline_comes_later_once(
    tmp_path: Path, endpoint: Endpoint, authority: Authority
) -> None:
    desk = enrolled(tmp_path, endpoint, authority.ca_file, url="https://127.0.0.1:1")
    for number in range(20):
        desk.write(number)
        if number % 5 == 0:
            desk.sender.report()
    desk.store.close()
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    desk.sender.report()
    assert endpoint.seqs == list(range(1, 21))
    assert endpoint.repeats == 0
    desk.store.close()
