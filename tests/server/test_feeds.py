"""What goes out: webhooks, a collector, a real rsyslog and a real NATS, each thing once."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import nats
import pytest

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.server.admin.doctor import examine
from agentguard.server.feeds import feed_settings, http, pump, runner, sinks
from agentguard.server.feeds.http import FeedFailed
from agentguard.server.feeds.outbox import PLACE, Outbox
from agentguard.server.feeds.pump import Pump, Way
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.keys import load_or_make
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.records import ages
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.feed_tables import feed_outbox, feed_state
from agentguard.server.tamper.watch import Watch
from agentguard.wire import v1
from tests.server import receivers
from tests.server.migrated import migrated

START, DAY = 1_790_000_000.0, 86400
WORDS = translations.load()


class House:
    """An endpoint's folder and database, with a clock, and one desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.settings = ServerSettings(data=folder)
        self.database: Database = open_database(migrated(self.settings))
        self.tls = make_certificate(folder / "tls", ("localhost", "127.0.0.1"), time.time)
        self.ca = folder / "tls" / CA_FILE
        self.secret = folder / "secret"
        self.secret.write_bytes(b"whsec_" + base64.b64encode(b"k" * 32) + b"\n")
        self.seq = 0
        # This endpoint lives through all of its time: both clocks go on together.
        self.jobs = Jobs(self.database, self.settings, lambda: self.now, lambda: self.now)
        key = load_or_make(self.settings.key_file).receipt_key
        self.database.run(lambda c: ages.begin_audit(c, key, START))  # as an endpoint begins
        self.jobs.do()

        def enrol(connection: Any) -> None:
            team = team_id(connection, "Billing")
            about = devices.About(team=team, label="desk-1", system="")
            devices.put(connection, "d1", b"k" * 32, about, START)

        self.database.run(enrol)

    def write(self, text: str) -> None:
        (self.folder / feed_settings.FILE).write_text(text, "utf-8")

    def collect(self) -> None:
        """Make the webhook that is set a collector."""
        text = (self.folder / feed_settings.FILE).read_text("utf-8")
        self.write(text.replace("[[webhook]]", "[[collector]]").replace("secret_f", "token_f"))

    def pump(self) -> Pump:
        (made,) = runner.pumps(self.settings, self.database, WORDS, lambda: self.now)
        made.turn()  # a feed hears what happens after it was set
        return made

    def report(self, *events: v1.Event) -> None:
        """Take in what a desk says, as the endpoint does."""
        report = v1.Report(
            device="d1", epoch=1, seq=max(e.seq for e in events), sent_at="", boot=1.0, hash="",
            agent="", policy="", policy_digest="", overall="good", locked=False, in_call=False,
            waiting=0, events=events,
        )  # fmt: skip
        watch = Watch(self.settings.limits, Outbox())
        self.database.run(lambda c: watch.take_all(c, [Arrived(report=report, now=self.now)]))

    def finding(self, check: str = "pii-files", **more: Any) -> v1.Event:
        self.seq += 1
        return v1.Event(
            seq=self.seq, kind="finding.opened", at="2026-09-21T13:30:00+00:00", check=check,
            subject="ab" * 16, **{
                "severity": "critical", "place": "documents .csv",
                "hits": (v1.Masked(kind="card", count=3, masked=("1111",)),), **more,
            },
        )  # fmt: skip

    def happen(self, source: str, at: float) -> None:
        one = Happening(
            source=source, uid="device:d1", what="device", state="changed", at=at, device="d1",
            desk="desk-1", team="Billing", kind="confirmed",
        )  # fmt: skip
        self.database.run(lambda c: happenings.keep(c, [one], self.now))

    def state(self) -> Any:
        return self.database.run(lambda c: c.execute(feed_state.select()).one())

    def kept(self) -> list[Any]:
        return self.database.run(lambda c: list(c.execute(feed_outbox.select()).all()))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.database.close()


@pytest.fixture
def hook(house: House) -> Iterator[Any]:
    with receivers.receiver(house.tls) as one:
        house.write(
            f"""[[webhook]]
name = "test"
url = "{one.url}"
secret_file = "{house.secret.as_posix()}"
ca_file = "{house.ca.as_posix()}"
allow_private = true
"""
        )
        yield one


def test_a_webhook_is_a_signed_cloud_event_with_ocsf_inside(house: House, hook: Any) -> None:
    running = house.pump()
    house.report(house.finding())
    running.turn()
    (got,) = hook.got
    assert got.path == "/hook?x=1"
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    said = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    mac = base64.b64encode(hmac.digest(b"k" * 32, said, hashlib.sha256)).decode()
    assert got.headers["webhook-signature"] == f"v1,{mac}"
    assert (got.json["specversion"], got.json["id"]) == ("1.0", got.headers["webhook-id"])
    assert got.json["type"] == "org.agentguard.finding.opened"
    data = got.json["data"]
    assert (data["class_uid"], data["type_uid"], data["severity_id"]) == (2006, 200601, 5)
    assert data["data_security"]["detection_pattern"] == "card x 3"
    assert b"1111" not in got.body, "a mask is not needed outside"


def test_what_is_reported_twice_goes_out_once_and_in_order(house: House, hook: Any) -> None:
    running = house.pump()
    first, second = house.finding(), house.finding("firewall")
    for _ in range(2):
        house.report(first, second)
    running.turn()
    running.turn()
    assert [got.json["id"] for got in hook.got] == ["d1:1:1", "d1:1:2"]


def test_a_receiver_that_fails_is_tried_again_later_and_later(house: House, hook: Any) -> None:
    running, hook.status = house.pump(), 500
    house.report(house.finding())
    running.turn()
    running.turn()
    assert len(hook.got) == 1, "not before its time"
    waits = []
    for _ in range(12):
        waits.append(house.state().next_at - house.now)
        house.now = house.state().next_at
        running.turn()
    assert waits[0] < 4
    assert waits[4] > waits[0]
    assert max(waits) <= 1.2 * pump.LONGEST_WAIT
    assert house.state().problem == "refused 500"
    hook.status = 200
    house.now = house.state().next_at
    running.turn()
    assert (house.state().problem, house.state().tries) == ("", 0)
    assert {got.json["id"] for got in hook.got} == {"d1:1:1"}


def test_what_was_taken_before_a_failure_does_not_come_again(house: House, hook: Any) -> None:
    running = house.pump()
    house.report(house.finding(), house.finding("firewall"), house.finding("backup"))
    hook.first = [200, 500]
    running.turn()
    house.now += DAY / 2
    running.turn()
    ids = [got.json["id"] for got in hook.got]
    assert ids == ["d1:1:1", "d1:1:2", "d1:1:2", "d1:1:3"]


def test_after_a_day_what_is_turned_down_is_let_go_and_counted(house: House, hook: Any) -> None:
    running, hook.status = house.pump(), 413
    house.report(house.finding())
    running.turn()
    house.now += DAY
    house.report(house.finding("firewall"))
    while not house.state().dropped:
        running.turn()
        house.now = house.state().next_at
    assert house.now - START < DAY + 3600
    hook.status = 200
    running.turn()
    assert hook.got[-1].json["id"] == "d1:1:2"


@pytest.mark.parametrize("status", [400, 413])
def test_after_a_day_what_a_collector_takes_alone_is_not_let_go(
    house: House, hook: Any, status: int
) -> None:
    """A backlog of more than a day is too much at once for a receiver that takes one of it."""
    house.collect()
    running, hook.status = house.pump(), 503
    house.report(*(house.finding() for _ in range(5)))
    running.turn()
    house.now += 2 * DAY
    hook.status, hook.most = status, 1
    for _ in range(60):
        running.turn()
        house.now = max(house.now, house.state().next_at)
    got = [json.loads(one.body)["metadata"]["uid"] for one in hook.got if one.status == 204]
    assert got == [f"d1:1:{n}" for n in range(1, 6)]
    assert house.state().dropped == 0


def test_what_is_let_go_after_a_day_is_not_said_to_be_kept_for_a_month(
    house: House, hook: Any
) -> None:
    running, hook.status = house.pump(), 413
    house.report(house.finding())
    running.turn()
    (said,) = [one.what for one in examine(house.settings, lambda: house.now) if one.name == "feed"]
    told = WORDS.render(said)
    assert "let go after a day" in told
    assert "30 days" not in told


ODD = ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59+00:00"]


@pytest.mark.parametrize("at", ODD)
def test_what_a_desk_dates_oddly_holds_up_no_feed(house: House, hook: Any, at: str) -> None:
    running = house.pump()
    house.report(msgspec.structs.replace(house.finding(), at=at), house.finding("firewall"))
    running.turn()
    assert [got.json["id"] for got in hook.got] == ["d1:1:1", "d1:1:2"]


@pytest.mark.parametrize("at", [253_402_387_139.0, -62_135_683_140.0])
def test_an_odd_date_that_is_kept_already_holds_up_no_feed(
    house: House, hook: Any, at: float
) -> None:
    running = house.pump()
    house.happen("odd", at)
    running.turn()
    assert [got.json["id"] for got in hook.got] == ["odd"]


@pytest.mark.parametrize("kind", ["webhook", "collector"])
def test_what_cannot_be_written_is_let_go_and_counted(house: House, hook: Any, kind: str) -> None:
    if kind == "collector":
        house.collect()
    running = house.pump()
    for source in ("before", "never", "after"):
        house.happen(source, 1e306 if source == "never" else START)
    for _ in range(20):
        running.turn()
        house.now = max(house.now, house.state().next_at)
    assert house.now - START < DAY / 24
    assert (house.state().dropped, house.state().problem) == (1, "")
    told = [line for got in hook.got for line in got.body.splitlines()]
    assert ["before" if b"before" in one else "after" for one in told] == ["before", "after"]
    assert translations.load().has("feeds.problem.unwritable")


@pytest.mark.parametrize("kind", ["finding.opened", "incident.reported", "proof.refused"])
def test_however_much_a_desk_writes_a_receiver_is_told_little(
    house: House, hook: Any, kind: str
) -> None:
    """A thing that a receiver turns down as too large would hold its feed up for a day."""
    running, long = house.pump(), "\u00fc" * 40_000
    params = dict.fromkeys(("category", "group", long), long)
    hits = tuple(v1.Masked(kind=long, count=int("9" * 4000)) for _ in range(250))
    for check in (long, ""):
        told = house.finding(check, severity=long, place=long, hits=hits, params=params)
        house.report(msgspec.structs.replace(told, kind=kind))
    running.turn()
    assert len(hook.got) == 2
    assert max(len(got.body) for got in hook.got) < 64 * 1024


def test_a_receiver_that_is_slow_is_told_by_one_process_alone(house: House) -> None:
    told: list[str] = []
    pumps: list[Pump] = []

    class Slow:
        async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
            for one in every:
                house.now += pump.CLAIM * 0.9
                if pumps:  # a second process looks what is due
                    await asyncio.to_thread(pumps.pop().turn)
                told.append(one.source)
                taken()

    def made() -> Pump:
        return Pump(house.database, "slow", Way(sink=Slow()), lambda: house.now)

    first = made()
    first.turn()
    house.report(*(house.finding() for _ in range(4)))
    pumps += [made() for _ in range(4)]
    first.turn()
    assert len(told) == len(set(told)) == 4


def test_a_redirect_is_not_followed(house: House, hook: Any) -> None:
    running = house.pump()
    hook.status, hook.location = 307, hook.url
    house.report(house.finding())
    running.turn()
    assert len(hook.got) == 1
    assert house.state().problem == "refused 307"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "0.0.0.0"],  # noqa: S104 - only looked up
)
def test_a_private_network_is_not_reached_unless_it_is_allowed(host: str) -> None:
    with pytest.raises(FeedFailed) as failed:
        asyncio.run(http.post(f"https://{host}/", b"", {}, allow_private=False))
    assert failed.value.problem == "private"


CLOTHES = [
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "fe80::1", "fc00::1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "::7f00:1", "ff0e::1"),
]


@pytest.mark.parametrize("mapped", CLOTHES)
def test_a_private_address_in_other_clothes_is_private(mapped: str) -> None:
    with pytest.raises(FeedFailed, match="private"):
        asyncio.run(http.looked_up(mapped, 443, allow_private=False))


@pytest.mark.parametrize("public", ["64:ff9b::808:808", "2606:4700::1111", "8.8.8.8"])
def test_the_public_internet_is_reached_also_by_way_of_nat64(public: str) -> None:
    assert asyncio.run(http.looked_up(public, 443, allow_private=False)) == public


@pytest.mark.parametrize("url", ["http://example.com/", "ftp://x/", "https:///", "file:///etc"])
def test_only_https_is_spoken(url: str) -> None:
    with pytest.raises(FeedFailed, match="not-https"):
        asyncio.run(http.post(url, b"", {}, allow_private=True))


def test_a_receiver_that_is_not_trusted_gets_nothing(house: House, hook: Any) -> None:
    with pytest.raises(FeedFailed, match="tls"):
        asyncio.run(http.post(hook.url, b"x", {}, allow_private=True))
    assert hook.got == []


def test_a_feed_is_told_only_what_it_asks_for(house: House, hook: Any) -> None:
    file = house.folder / feed_settings.FILE
    house.write(file.read_text("utf-8") + 'what = ["tamper"]\n')
    running = house.pump()
    news = v1.Event(seq=2, kind="policy.refused", at="2026-09-21T13:30:00+00:00")
    house.seq = 2
    house.report(house.finding(), news)
    running.turn()
    (got,) = hook.got
    assert got.json["type"] == "org.agentguard.tamper.opened"
    assert got.json["data"]["class_uid"] == 2004


def test_a_new_feed_hears_nothing_of_before(house: House, hook: Any) -> None:
    house.report(house.finding())
    house.pump().turn()
    assert hook.got == []


@pytest.mark.heavy
@pytest.mark.parametrize("status", [401, 410, 429, 500, 503])
def test_a_receiver_that_is_away_for_a_fortnight_misses_nothing(
    house: House, hook: Any, status: int
) -> None:
    running, hook.status = house.pump(), status
    house.report(house.finding())
    for _ in range(14):
        house.report(house.finding("firewall"))
        running.turn()
        house.now += DAY
        house.jobs.do()
    hook.status, hook.got = 200, []
    house.now += DAY
    running.turn()
    assert [got.json["id"] for got in hook.got] == [f"d1:1:{n}" for n in range(1, 16)]
    assert house.state().dropped == 0
    house.now += DAY
    house.jobs.do()
    assert len(house.kept()) == 5, "what everyone has is kept for a week"


def test_after_a_month_what_a_feed_never_had_is_let_go_and_counted(house: House, hook: Any) -> None:
    running, hook.status = house.pump(), 503
    house.report(house.finding(), house.finding("firewall"))
    running.turn()
    house.now += 31 * DAY
    house.report(house.finding("backup"))
    house.jobs.do()
    assert (len(house.kept()), house.state().dropped) == (1, 2)


def test_nothing_is_deleted_while_nobody_knows_who_is_to_be_told(house: House, hook: Any) -> None:
    house.pump()
    house.report(house.finding(), house.finding("firewall"))
    good = (house.folder / feed_settings.FILE).read_text("utf-8")
    house.write("no toml")
    house.now += 31 * DAY
    house.jobs.do()
    assert len(house.kept()) == 2
    house.write(good)
    house.now += DAY
    house.jobs.do()
    assert len(house.kept()) == 1


def test_what_is_old_is_deleted_but_the_last(house: House) -> None:
    house.report(house.finding(), house.finding("firewall"))
    house.now += 8 * DAY
    house.jobs.do()
    assert [one.source for one in house.kept()] == ["d1:1:2"]


def test_after_a_quiet_week_a_feed_hears_what_happens_next(house: House, hook: Any) -> None:
    running = house.pump()
    house.report(*(house.finding() for _ in range(3)))
    running.turn()
    house.now += 8 * DAY
    house.jobs.do()
    house.report(*(house.finding() for _ in range(3)))
    running.turn()
    assert [got.json["id"] for got in hook.got] == [f"d1:1:{n}" for n in range(1, 7)]


def test_what_is_let_go_after_a_month_is_counted_once(house: House, hook: Any) -> None:
    running, hook.status = house.pump(), 503
    house.report(house.finding(), house.finding("firewall"))
    running.turn()
    for _ in range(3):
        house.now += 31 * DAY
        house.jobs.do()
    assert (len(house.kept()), house.state().dropped) == (1, 1)
    hook.status, hook.got = 200, []
    running.turn()
    assert [got.json["id"] for got in hook.got] == ["d1:1:2"]


def test_a_collector_gets_json_lines_with_its_token(house: House) -> None:
    with receivers.receiver(house.tls) as one:
        house.write(
            f"""[[collector]]
name = "siem"
url = "{one.url}"
token_file = "{house.secret.as_posix()}"
ca_file = "{house.ca.as_posix()}"
allow_private = true
"""
        )
        running = house.pump()
        house.report(house.finding(), house.finding("firewall"))
        running.turn()
    (got,) = one.got
    assert got.headers["authorization"].startswith("whsec_")
    lines = [json.loads(line) for line in got.body.splitlines()]
    assert [line["metadata"]["uid"] for line in lines] == ["d1:1:1", "d1:1:2"]


@pytest.mark.heavy
@pytest.mark.posix
def test_a_real_rsyslog_takes_the_messages_over_tls(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "rsyslog"
    folder.mkdir()
    with receivers.rsyslog(folder, house.tls, house.ca) as log:
        house.write(
            f"""[[syslog]]
name = "siem"
host = "localhost"
port = {log.port}
ca_file = "{house.ca.as_posix()}"
"""
        )
        running = house.pump()
        house.report(house.finding(), house.finding("firewall", place="ü" * 3000))
        running.turn()
        receivers.until(lambda: len(log.messages()) == 2)
        assert house.state().problem == ""
        first = log.messages()[0]
        priority, app, msgid, *_ = first.split(" ")
        assert (priority, app, msgid) == (str(13 * 8 + 2), "agentguard", "finding.opened")
        body = json.loads(first[first.index("{") :])
        assert body["class_uid"] == 2006
        second = log.messages()[1]
        assert json.loads(second[second.index("{") :])["resources"][0]["name"] == "ü" * PLACE
    house.report(house.finding("backup"))
    running.turn()
    assert house.state().problem == "unreached"


@pytest.mark.heavy
@pytest.mark.posix
def test_a_real_nats_stream_gets_each_thing_once(house: House, tmp_path: Path) -> None:
    with receivers.nats_server(tmp_path / "nats") as url:
        house.write(f'[[nats]]\nname = "bus"\nurl = "{url}"\nsubject = "guard"\n')
        running = house.pump()
        house.report(house.finding())
        running.turn()
        assert house.state().problem == "no-stream"

        async def stream() -> None:
            client = await nats.connect(url)
            await client.jetstream().add_stream(name="GUARD", subjects=["guard.>"])
            await client.close()

        asyncio.run(stream())
        house.now += DAY / 2
        running.turn()
        # The answer got lost: it is sent once more, and the stream drops it.
        house.database.run(lambda c: c.execute(feed_state.update().values(sent=0)))
        running.turn()

        async def read() -> tuple[int, Any]:
            client = await nats.connect(url)
            info = await client.jetstream().stream_info("GUARD")
            got = await client.jetstream().get_msg("GUARD", seq=1)
            await client.close()
            return info.state.messages, got

        count, got = asyncio.run(read())
    assert count == 1
    assert got.subject == "guard.finding.opened"
    assert json.loads(got.data)["data"]["class_uid"] == 2006


@pytest.mark.parametrize(
    "text",
    [
        "[[webhook]]",
        "nonsense = 1",
        '[[webhook]]\nname = "x"\nurl = "https://x"\nsecret_file = "/none"\n',
        '[[syslog]]\nname = ""\nhost = "x"\n',
        '[[syslog]]\nname = "x"\nhost = "x"\nprot = 1\n',
        "[[",
        "\x00",
    ],
)
def test_a_wrong_file_says_what_is_wrong(house: House, text: str) -> None:
    house.write(text)
    with pytest.raises(UsageError) as error:
        runner.ways(house.settings, WORDS, lambda: START)
    assert error.value.advice


def test_the_same_key_of_a_secret_with_and_without_its_prefix() -> None:
    assert sinks.webhook_key(b"whsec_" + base64.b64encode(b"abc")) == b"abc"
    assert sinks.webhook_key(b"plain") == b"plain"
    assert sinks.webhook_key(b"whsec_%%%") == b"whsec_%%%"


class Taking:
    """A way out that does as it is told."""

    def __init__(self, during: Callable[[], None] = lambda: None) -> None:
        self.got: list[str] = []
        self.during = during

    async def send(self, every: Sequence[Happening], taken: Callable[[], None]) -> None:
        await asyncio.to_thread(self.during)
        for each in every:
            self.got.append(each.source)
            taken()


def test_two_processes_never_send_the_same(running: Any, desk: Any) -> None:
    """On either database: while one sends, the feed is not the other's; afterwards it goes on."""
    database, clock = running.admin._database, running.time
    other = Taking()
    second = Pump(database, "webhook:x", Way(sink=other), clock)
    first_sink = Taking(second.turn)
    first = Pump(database, "webhook:x", Way(sink=first_sink), clock)
    first.turn()
    for number in range(120):
        at = clock.at + number / 1000
        database.run(lambda c, at=at: happenings.of_device(c, desk.id, "confirmed", at))
    first.turn()
    assert len(first_sink.got) == 120
    assert first_sink.got == sorted(first_sink.got, key=lambda s: float(s.rpartition(":")[2]))
    assert other.got == []
    second.turn()
    assert other.got == []


@contextmanager
def writing(database: Database, desk: Any, act: str) -> Iterator[None]:
    """Write what happens, and commit it at the end."""
    with database._engine.begin() as connection:
        happenings.of_device(connection, desk.id, act, START)
        yield


def test_what_is_committed_long_after_it_was_written_is_told_too(running: Any, desk: Any) -> None:
    """Only PostgreSQL lets more than one transaction write at a time."""
    if not running.settings.database:
        return
    database, clock, sink = running.admin._database, running.time, Taking()
    feed = Pump(database, "webhook:x", Way(sink=sink), clock)
    feed.turn()

    def quick(act: str) -> None:
        database.run(lambda c: happenings.of_device(c, desk.id, act, START))
        clock.at += 60
        feed.turn()

    def got() -> list[str]:
        return [one.split(":")[2] for one in sink.got]

    with ExitStack() as second:
        with writing(database, desk, "slow"):
            quick("next")
            assert got() == [], "a lower id is still to come"
            second.enter_context(writing(database, desk, "slower"))
        quick("later")
        assert got() == ["slow", "next"], "they wait for nobody who began after them"
    feed.turn()
    assert got() == ["slow", "next", "slower", "later"]


def test_a_process_that_ends_while_it_sends_holds_a_feed_up_for_two_minutes(
    running: Any, desk: Any
) -> None:
    class Killed(BaseException):
        """Nothing of the process runs after it."""

    def ends() -> None:
        raise Killed

    database, clock = running.admin._database, running.time
    pump_of = {name: Taking(ends if name == "ends" else lambda: None) for name in ("ends", "next")}
    first, second = (
        Pump(database, "webhook:x", Way(sink=sink), clock) for sink in pump_of.values()
    )
    first.turn()
    database.run(lambda c: happenings.of_device(c, desk.id, "confirmed", clock.at))
    with pytest.raises(Killed):
        first.turn()
    second.turn()
    assert pump_of["next"].got == []
    clock.at += pump.CLAIM
    second.turn()
    assert len(pump_of["next"].got) == 1


def test_feeds_run_from_the_endpoint_s_start_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pump that fails is tried again, and nothing of it reaches the endpoint."""
    turns: list[int] = []
    loops: list[asyncio.AbstractEventLoop] = []
    enough = asyncio.Event()

    class Failing:
        name = "fails"

        def stop(self) -> None:
            pass

        def turn(self) -> None:
            turns.append(1)
            if len(turns) == 4:
                loops[0].call_soon_threadsafe(enough.set)
            raise RuntimeError

    monkeypatch.setattr(runner, "LOOK", 0.01)
    said: list[str] = []

    async def inner(_scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        said.append(f"turned {len(turns) > 2}")

    async def live() -> None:
        loops.append(asyncio.get_running_loop())
        app = runner.Feeding([Failing()]).around(inner)
        messages = asyncio.Queue[dict[str, Any]]()
        await messages.put({"type": "lifespan.startup"})

        async def send(message: Any) -> None:
            said.append(message["type"])

        task = asyncio.create_task(app({"type": "lifespan"}, messages.get, send))
        await asyncio.wait_for(enough.wait(), 30)
        await messages.put({"type": "lifespan.shutdown"})
        await task

    asyncio.run(live())
    assert said == ["lifespan.startup.complete", "turned True"]
