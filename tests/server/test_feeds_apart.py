"""Each receiver goes at its own pace: one that never answers or drips holds up no other."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from agentguard.base import translations
from agentguard.server.feeds import feed_settings, pump, runner
from agentguard.server.feeds.pump import Pump, Way
from agentguard.server.feeds.runner import Feeding, Turning
from agentguard.server.listener.certificate import make_certificate
from agentguard.server.settings import ServerSettings
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from tests.server import receivers

LONG = 3600.0
SHORT = 0.5
WORDS = translations.load()


class Office:
    """What happens at an endpoint that runs, and who is told."""

    def __init__(self, folder: Path, running: Any, desk: Any) -> None:
        self.folder = folder
        self.tls = make_certificate(folder, ("localhost", "127.0.0.1"), time.time)
        self.database, self.clock, self.desk = running.admin._database, running.time, desk
        (folder / "secret").write_text("secret")
        self.count = 0

    def webhook(self, name: str, url: str) -> str:
        return self._http("webhook", name, url) + self._file("secret_file", "secret")

    def collector(self, name: str, url: str) -> str:
        return self._http("collector", name, url)

    def syslog(self, name: str, port: int) -> str:
        head = f'[[syslog]]\nname = "{name}"\nhost = "localhost"\nport = {port}\n'
        return head + self._file("ca_file", "ca.pem")

    def nats(self, name: str, port: int) -> str:
        return f'[[nats]]\nname = "{name}"\nurl = "nats://127.0.0.1:{port}"\n'

    def _http(self, kind: str, name: str, url: str) -> str:
        head = f'[[{kind}]]\nname = "{name}"\nurl = "{url}"\nallow_private = true\n'
        return head + self._file("ca_file", "ca.pem")

    def _file(self, what: str, name: str) -> str:
        return f'{what} = "{(self.folder / name).as_posix()}"\n'

    def pumps(self, *every: str, patience: float = LONG) -> list[Pump]:
        (self.folder / feed_settings.FILE).write_text("\n".join(every))
        ways = runner.ways(ServerSettings(data=self.folder), WORDS, self.clock)
        return [self.pump(name, way, patience) for name, way in ways.items()]

    def pump(self, name: str, way: Way, patience: float = LONG) -> Pump:
        made = Pump(self.database, name, way, self.clock, patience)
        made.turn()  # a feed hears what happens after it was set
        return made

    def happen(self, count: int) -> list[str]:
        """Let things happen; give their ids."""
        ids = []
        for _ in range(count):
            at = self.clock.at + self.count / 1000
            self.count += 1
            self.database.run(
                lambda c, at=at: happenings.of_device(c, self.desk.id, "confirmed", at)
            )
            ids.append(at)
        return [f"{at:.3f}" for at in ids]

    @property
    def newest(self) -> int:
        """The id of what happened last."""
        asked = select(func.max(feed_outbox.c.id))
        return int(self.database.run(lambda c: c.scalar(asked)) or 0)

    def state(self, name: str) -> Any:
        asked = feed_state.select().where(feed_state.c.feed == name)
        return self.database.run(lambda c: c.execute(asked).one())


@pytest.fixture
def office(tmp_path: Path, running: Any, desk: Any) -> Office:
    folder = tmp_path / "office"
    folder.mkdir()
    return Office(folder, running, desk)


@pytest.fixture
def hooks(office: Office) -> Iterator[Any]:
    """Give receivers that take everything."""
    with ExitStack() as open_ones:
        yield lambda: open_ones.enter_context(receivers.receiver(office.tls))


@contextmanager
def serving(feeds: Sequence[Turning]) -> Iterator[None]:
    """Run feeds as the endpoint does, from its start to its end."""
    begun, over, ended = threading.Event(), threading.Event(), threading.Event()

    async def inner(_scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        await send({"type": "lifespan.shutdown.complete"})

    async def live() -> None:
        said = iter(("lifespan.startup", "lifespan.shutdown"))

        async def receive() -> dict[str, Any]:
            word = next(said)
            if word == "lifespan.shutdown":
                await asyncio.to_thread(over.wait)
            return {"type": word}

        async def send(_message: Any) -> None:
            begun.set()

        await Feeding(feeds).around(inner)({"type": "lifespan"}, receive, send)
        ended.set()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    assert begun.wait(receivers.PATIENCE)
    try:
        yield
    finally:
        over.set()
        assert ended.wait(receivers.PATIENCE), "the feeds did not end"
        thread.join(receivers.PATIENCE)


def ids(hook: Any) -> list[str]:
    return [got.json["id"].rpartition(":")[2] for got in hook.got]


def lines(hook: Any) -> list[int]:
    return [got.body.count(b"\n") for got in hook.got]


def test_receivers_that_never_answer_or_drip_hold_up_no_other(
    office: Office, hooks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While they are held up for an hour the others get everything; a stop waits for none."""
    monkeypatch.setattr(runner, "LOOK", 0.05)
    drips = receivers.answering(office.tls, b"HTTP/1.1 100 Continue\r\nX: ", b"a")
    with ExitStack() as stack:
        held = [
            stack.enter_context(receivers.stuck(conduct))
            for conduct in (receivers.silent, drips, receivers.deaf(office.tls), receivers.silent)
        ]
        hook, collector = hooks(), hooks()
        silent, dripping, deaf, bus = held
        feeds = office.pumps(
            office.webhook("silent", silent.url),
            office.webhook("drips", dripping.url),
            office.syslog("deaf", deaf.port),
            office.nats("silent", bus.port),
            office.webhook("well", hook.url),
            office.collector("well", collector.url),
        )
        told = office.happen(120)
        with serving(feeds):
            receivers.until(lambda: len(hook.got) == 120 and sum(lines(collector)) == 120)
            receivers.until(lambda: silent.on == dripping.on == deaf.on == 1)
        assert ids(hook) == told
        receivers.until(lambda: not any(one.on for one in held))
    again = [hooks(), hooks()]
    feeds = office.pumps(
        *(office.webhook(n, h.url) for n, h in zip(("silent", "drips"), again, strict=True)),
        office.webhook("well", hook.url),
        office.collector("well", collector.url),
    )
    told += office.happen(1)
    with serving(feeds):  # what was cut short is not waited for
        receivers.until(lambda: all(len(one.got) == 121 for one in (hook, *again)))
        receivers.until(lambda: sum(lines(collector)) == 121)
    for one in (hook, *again):
        assert ids(one) == told


def test_a_stop_repeats_at_most_what_was_on_its_way(
    office: Office, hooks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LOOK", 0.05)
    hook = hooks()
    hook.holds_from = 10
    told = office.happen(0)
    feeds = office.pumps(office.webhook("x", hook.url))
    told += office.happen(30)
    with serving(feeds):
        receivers.until(lambda: len(hook.got) == 11)
    state = office.state("webhook:x")
    assert (state.next_at, state.tries, state.problem) == (0.0, 0, "")
    hook.holds_from = None
    with serving(office.pumps(office.webhook("x", hook.url))):
        receivers.until(lambda: len(hook.got) == 31)
    assert ids(hook) == told[:11] + told[10:]


CONDUCTS = {
    "silent": lambda _tls: receivers.silent,
    "nothing after TLS": receivers.deaf,
    "a status byte by byte": lambda tls: receivers.answering(tls, b"HTTP/1.1 2", b"0"),
    "headers without an end": lambda tls: receivers.answering(
        tls, b"HTTP/1.1 100 Go on\r\n", b"X: y\r\n"
    ),
}


@pytest.mark.parametrize(
    ("kind", "conduct"),
    [
        *((kind, way) for kind in ("webhook", "collector", "syslog") for way in CONDUCTS),
        *(("nats", way) for way in list(CONDUCTS)[:2]),
    ],
)
def test_a_receiver_has_so_long_and_no_longer(office: Office, kind: str, conduct: str) -> None:
    with receivers.stuck(CONDUCTS[conduct](office.tls)) as one:
        to = one.url if kind in {"webhook", "collector"} else one.port
        (feed,) = office.pumps(getattr(office, kind)("x", to), patience=SHORT)
        office.happen(1)
        feed.turn()
        receivers.until(lambda: not one.on)
    state = office.state(f"{kind}:x")
    assert state.problem == "slow"
    assert (state.tries, state.sent) == (1, office.newest - 1)
    assert state.failing_since == office.clock.at


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: found.wait() and [])
    (feed,) = office.pumps(office.webhook("x", "https://nowhere.example"), patience=SHORT)
    office.happen(1)
    try:
        feed.turn()
    finally:
        found.set()
    assert office.state("webhook:x").problem == "slow"


def test_who_fails_is_told_half_as_much_at_once(office: Office, hooks: Any) -> None:
    hook = hooks()
    (feed,) = office.pumps(office.collector("x", hook.url))
    hook.first = [500] * 8
    office.happen(60)
    for _ in range(9):
        feed.turn()
        office.clock.at = max(office.clock.at, office.state("collector:x").next_at)
    feed.turn()
    assert lines(hook) == [50, 25, 12, 6, 3, 1, 1, 1, 1, 50, 9]
    assert office.state("collector:x").problem == ""


def test_a_syslog_that_asks_for_a_certificate_has_taken_nothing_without_one(
    office: Office,
) -> None:
    """TLS 1.3 tells it only after everything was written."""
    with receivers.stuck(receivers.asking(office.tls, office.folder / "ca.pem")) as one:
        (feed,) = office.pumps(office.syslog("x", one.port))
        office.happen(1)
        feed.turn()
    assert office.state("syslog:x").problem in {"tls", "unreached"}
    assert office.state("syslog:x").sent == office.newest - 1


def test_a_token_of_two_lines_becomes_no_header_of_its_own(office: Office, hooks: Any) -> None:
    hook = hooks()
    token = office.folder / "token"
    token.write_text("Bearer a\r\nX-More: b\n")
    (feed,) = office.pumps(office.collector("x", hook.url) + f'token_file = "{token.as_posix()}"\n')
    office.happen(1)
    feed.turn()
    assert hook.got == []
    assert office.state("collector:x").problem == "wrong-letters"


class Broken:
    """A way out with a mistake in it."""

    async def send(self, every: Sequence[Happening], taken: Any) -> None:
        taken()
        raise KeyError("never in a log")


def test_a_mistake_of_the_endpoint_is_told_and_tried_again(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    feed = office.pump("webhook:x", Way(sink=Broken()))
    office.happen(2)
    feed.turn()
    state = office.state("webhook:x")
    assert (state.problem, state.tries) == ("broken KeyError", 1)
    assert state.next_at > office.clock.at
    assert (
        f"feed webhook:x failed: {translations.load().say('server.cause.mistake')}" in caplog.text
    )
    assert "(KeyError at pump.py" in caplog.text
    assert "never in a log" not in caplog.text


class Late:
    """A way out that is told to stop by nobody, and has lost its feed meanwhile."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.got = 0

    async def send(self, every: Sequence[Happening], taken: Any) -> None:
        for _ in every:
            self.got += 1
            if self.got == 2:  # the computer slept, and another process has gone on
                self.office.clock.at += 2 * pump.CLAIM
                await asyncio.to_thread(self.office.pump, "webhook:x", Way(sink=Taking()))
            taken()


class Taking:
    """A way out that takes everything."""

    async def send(self, every: Sequence[Happening], taken: Any) -> None:
        for _ in every:
            taken()


def test_who_has_lost_the_feed_to_another_process_stops_and_moves_nothing_back(
    office: Office,
) -> None:
    late = Late(office)
    feed = office.pump("webhook:x", Way(sink=late))
    office.happen(40)
    feed.turn()
    assert late.got == 2
    state = office.state("webhook:x")
    assert (state.problem, state.next_at) == ("", 0.0)
    assert state.sent == office.newest


def test_a_feed_that_does_not_end_does_not_hold_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runner, "STOP", 0.05)
    busy, free = threading.Event(), threading.Event()

    class Deaf:
        name = "webhook:deaf"

        def turn(self) -> None:
            busy.set()
            free.wait(receivers.PATIENCE)

        def stop(self) -> None:
            """Hear nothing."""

    with serving([Deaf()]):
        assert busy.wait(receivers.PATIENCE)
    assert not free.is_set()
    assert "feed webhook:deaf has not ended in time" in caplog.text
    free.set()


def test_a_feed_that_was_stopped_sends_nothing_more(office: Office, hooks: Any) -> None:
    hook = hooks()
    (feed,) = office.pumps(office.webhook("x", hook.url))
    office.happen(1)
    feed.stop()
    feed.turn()
    assert hook.got == []
