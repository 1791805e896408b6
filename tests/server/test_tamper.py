"""What looks like tampering: who is silent, copied, set back or changed, and who signs it off."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import pytest
from nacl.signing import SigningKey
from sqlalchemy import event as sql_event
from sqlalchemy import func, select, update

from agentguard.server.feeds.outbox import Outbox
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.desks import devices, goodbyes, policies
from agentguard.server.store.desks.policies import Label
from agentguard.server.store.engine import times
from agentguard.server.store.engine.times import iso
from agentguard.server.store.floor import trends
from agentguard.server.store.outbox import happenings
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.store.schema.tables import audit_log, device
from agentguard.server.tamper import items, kinds, sweep, watch, waves
from agentguard.server.tamper.sweep import EVERY, POLICY_PATIENCE, Sweep
from agentguard.store.outbox_lanes import LANES, lane
from agentguard.wire import v1
from tests.server.summed import summaries

MINUTE, HOUR = 60, 3600
START = 1_790_000_000.0
OLD, NEW = "a" * 64, "b" * 64
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_jobs_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint's own sweeps would look at another moment than the test."""
    monkeypatch.setattr(Jobs, "start", lambda _self: None)


class Watched:
    """An endpoint whose sweeps the test makes."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.sweep = Sweep(running.settings.limits)
        self.last = running.time.at
        self.look()

    def look(self) -> None:
        now, last = self.running.time.at, self.last
        self.running.admin._database.run(lambda c: self.sweep(c, now, last))
        self.last = now

    def wait(self, seconds: float) -> None:
        """Let time pass, with a sweep each half minute."""
        while seconds > 0:
            self.running.time.at += min(EVERY, seconds)
            seconds -= EVERY
            self.look()

    def open(self, desk: Any) -> set[str]:
        found = self.running.admin._database.run(lambda c: items.still_open(c, [desk.id]))
        return set(found.get(desk.id, {}))

    def status(self, desk: Any) -> str:
        return str(self.running.admin._database.run(lambda c: devices.status(c, desk.id)))

    def report(self, desk: Any, *events: Any, **values: Any) -> Any:
        sent_at = iso(self.running.time.at)
        return desk.send(*events, **{"sent_at": sent_at, "run": "one", **values})


@pytest.fixture
def watched(running: Any) -> Watched:
    return Watched(running)


def test_silence_is_late_after_three_minutes_and_missing_after_ten(
    watched: Watched, desk: Any
) -> None:
    watched.report(desk)
    watched.wait(3 * MINUTE - 1)
    assert watched.open(desk) == set()
    watched.wait(EVERY)
    assert watched.open(desk) == {"late"}
    watched.wait(7 * MINUTE)
    assert watched.open(desk) == {"missing"}
    assert watched.report(desk).status_code == 200
    assert watched.open(desk) == set()


def test_who_says_goodbye_is_not_missed(watched: Watched, desk: Any) -> None:
    watched.report(desk)
    watched.report(desk, goodbye="session-ended")
    watched.wait(HOUR)
    assert watched.open(desk) == set()
    watched.report(desk, run="two")
    watched.wait(4 * MINUTE)
    assert watched.open(desk) == {"late"}, "the goodbye counted for the run before alone"


def test_a_desk_that_never_wakes_is_missed_after_a_month_on_every_page(
    watched: Watched, desk: Any, another: Any
) -> None:
    watched.running.admin.add_user("sam", PASSWORD, "admin")
    watched.report(desk, goodbye="asleep")
    watched.running.time.at += goodbyes.HOLDS - 20 * MINUTE
    watched.wait(15 * MINUTE)
    assert watched.open(desk) == set()
    with another() as early:
        early.sign_in("sam", PASSWORD)
        assert "1 asleep or off" in early.get("/").text
    watched.wait(15 * MINUTE)
    assert watched.open(desk) == {"missing"}
    with another() as late:
        late.sign_in("sam", PASSWORD)
        assert "asleep or off" not in late.get("/").text
    watched.running.admin._database.run(lambda c: trends.sweep(c, watched.running.time.at, 180.0))
    (billing,) = watched.running.admin._database.run(summaries)
    assert billing.silent == 1


def test_a_goodbye_that_is_taken_back_counts_no_more(watched: Watched, desk: Any) -> None:
    watched.report(desk, goodbye="suspend")
    watched.report(desk)
    watched.wait(4 * MINUTE)
    assert watched.open(desk) == {"late"}


def test_after_the_endpoint_was_away_nobody_is_called_silent_at_once(
    watched: Watched, desk: Any
) -> None:
    watched.report(desk)
    watched.running.time.at += HOUR
    watched.look()
    assert watched.open(desk) == set()
    watched.wait(4 * MINUTE)
    assert watched.open(desk) == {"late"}


def test_after_the_endpoint_was_away_no_process_of_many_calls_anybody_silent_at_once(
    watched: Watched, desk: Any
) -> None:
    """The first of them to look ends the outage for the others, which must know of it."""
    watched.report(desk)
    first, second = watched.sweep, Sweep(watched.running.settings.limits)
    watched.sweep = second
    watched.wait(EVERY)
    watched.running.time.at += HOUR
    watched.sweep = first
    watched.look()
    watched.sweep = second
    watched.wait(EVERY)
    assert watched.open(desk) == set()
    watched.wait(3 * MINUTE)
    assert watched.open(desk) == {"late"}


def test_a_process_that_starts_knows_since_when_the_others_can_tell(
    watched: Watched, desk: Any
) -> None:
    watched.report(desk)
    watched.wait(2 * MINUTE)
    watched.sweep = Sweep(watched.running.settings.limits)
    watched.wait(2 * MINUTE)
    assert watched.open(desk) == {"late"}


def test_a_desk_that_never_reported_is_missed_too(watched: Watched, desk: Any) -> None:
    watched.wait(11 * MINUTE)
    assert watched.open(desk) == {"missing"}


def closed(running: Any) -> set[str]:
    """Give the kinds that feeds were told to be over."""
    rows = running.admin._database.run(lambda c: list(c.scalars(select(feed_outbox.c.body))))
    told = (happenings.decoded(one) for one in rows)
    return {one.kind for one in told if one.state == "closed"}


def test_what_lasts_is_over_when_the_desk_is_turned_away(
    watched: Watched, desk: Any, another: Any
) -> None:
    """Nothing is heard of it any more, so nothing else would ever end it."""
    watched.sweep = Sweep(watched.running.settings.limits, Outbox())
    off = iso(watched.running.time.at - HOUR)
    watched.report(desk, sent_at=off)
    watched.running.admin._database.run(
        lambda c: items.raise_(c, desk.id, kinds.FORK, watched.running.time.at)
    )
    watched.wait(11 * MINUTE)
    assert watched.open(desk) == {"missing", "clock-wrong", "fork"}
    watched.running.admin.add_user("sam", PASSWORD, "admin")
    with another() as sam:
        sam.sign_in("sam", PASSWORD)
        sam.submit(f"/devices/{desk.id}/turn-away", token=sam.token())
    assert watched.status(desk) == "retired"
    watched.wait(EVERY)
    assert watched.open(desk) == {"fork"}, "what happened once waits for a person"
    assert closed(watched.running) == {"late", "missing", "clock-wrong"}


def test_what_lasts_is_over_when_two_computers_use_the_key(watched: Watched, desk: Any) -> None:
    watched.report(desk, run="one")
    watched.report(desk, run="two")
    watched.wait(11 * MINUTE)
    assert watched.open(desk) == {"missing"}
    assert watched.report(desk, run="one").json()["kind"] == "cloned"
    watched.wait(EVERY)
    assert watched.open(desk) == {"clone"}


@dataclass
class Asked:
    """How many statements were run, and the most values that one reading statement was given."""

    statements: int = 0
    values: int = 0

    def hear(self, *given: Any) -> None:
        _, _, statement, parameters, _, many = given
        self.statements += 1
        if statement.lstrip().startswith("SELECT") and not many:
            self.values = max(self.values, len(parameters))


class Ear(watch.Deaf):
    """Hears how many items it is told of at once."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def turns(self, connection: Any, every: Any) -> None:
        self.heard.append(len(every))


def fleet(running: Any, begin: int, many: int) -> None:
    """Have desks that never report."""

    def put(connection: Any) -> None:
        team = team_id(connection, "Large")
        for number in range(begin, begin + many):
            about = devices.About(team=team, label=f"desk {number}", system="")
            devices.put(connection, f"{number:024x}", secrets.token_bytes(32), about, START)

    running.admin._database.run(put)


def silenced(running: Any, at: float) -> tuple[Asked, Ear]:
    """Have every desk miss its report, then be missing; tell what that cost the database."""
    asked, ear, engine = Asked(), Ear(), running.admin._database._engine
    look = Sweep(running.settings.limits, ear)
    for now, last in ((at, 0.0), (at + 60, at), (at + 120, at + 60), (at + 210, at + 120)):
        running.admin._database.run(partial(look, now=now, last=last))
    sql_event.listen(engine, "before_cursor_execute", asked.hear)
    for now in (at + 330, at + 450, at + 570, at + 690):
        running.admin._database.run(partial(look, now=now, last=now - 60))
    sql_event.remove(engine, "before_cursor_execute", asked.hear)
    return asked, ear


def test_a_large_site_that_falls_silent_costs_no_statement_and_no_value_for_each_desk(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL takes 65,535 values in a statement; a fleet has more desks than that."""
    monkeypatch.setattr(sweep, "TOLD", 7)
    fleet(running, 0, 3)
    few, _ = silenced(running, START)
    fleet(running, 100, 30)
    many, ear = silenced(running, START + HOUR)
    assert (many.statements, many.values) == (few.statements, few.values)
    assert max(ear.heard) == 7, "the listener looks desks up by name, too"
    with running.admin._database._engine.connect() as connection:
        rows = connection.execute(
            select(tamper_item.c.kind, tamper_item.c.closed_at.is_(None), func.count()).group_by(
                tamper_item.c.kind, tamper_item.c.closed_at.is_(None)
            )
        )
        assert {(kind, bool(open_)): count for kind, open_, count in rows} == {
            ("late", False): 33,
            ("missing", True): 33,
        }


def test_a_run_that_comes_back_is_a_copy_and_both_are_held(
    watched: Watched, desk: Any, b64: Any
) -> None:
    """Row 63 of the failure matrix, by two clients with one key."""
    assert watched.report(desk, run="one").status_code == 200
    watched.running.time.at += MINUTE
    assert watched.report(desk, run="two").status_code == 200
    watched.running.time.at += MINUTE
    answer = watched.report(desk, run="one")
    assert (answer.status_code, answer.json()["kind"]) == (409, "cloned")
    assert watched.report(desk, run="two").json()["kind"] == "cloned"
    assert watched.open(desk) == {"clone"}
    assert watched.status(desk) == "cloned"
    made = [_split(desk, b64) for _ in range(2)]
    assert len({one.device for one in made} | {desk.id}) == 3
    assert all(one.pending for one in made)


def _split(desk: Any, b64: Any) -> v1.Taken:
    key, nonce = SigningKey.generate(), secrets.token_urlsafe(18)
    asked = {
        "device": desk.id,
        "public_key": b64(key.verify_key.encode()),
        "nonce": nonce,
        "proof": b64(key.sign(f"{desk.id}\n{nonce}".encode()).signature),
    }
    first, again = desk.post(v1.SPLIT, asked), desk.post(v1.SPLIT, asked)
    taken = [
        msgspec.json.decode(msgspec.json.decode(a.content, type=v1.KeyTaken).taken, type=v1.Taken)
        for a in (first, again)
    ]
    assert taken[0].device == taken[1].device, "a lost answer is given again"
    return taken[0]


def test_a_request_that_was_still_under_way_makes_no_copy(watched: Watched, desk: Any) -> None:
    watched.report(desk, run="one")
    watched.report(desk, run="two")
    assert watched.report(desk, run="one").status_code == 200
    assert watched.open(desk) == set()


def test_many_restarts_are_no_copies(watched: Watched, desk: Any) -> None:
    for number in range(40):
        watched.running.time.at += MINUTE
        assert watched.report(desk, run=f"run-{number}").status_code == 200
    assert watched.open(desk) == set()


def test_a_fork_is_one_item_and_a_second_one_soon_is_a_copy(
    watched: Watched, desk: Any, event: Any
) -> None:
    watched.report(desk, event(1, check="firewall"))
    answer = watched.report(desk, event(1, check="backup"))
    assert (answer.status_code, answer.json()["kind"]) == (409, "fork")
    assert watched.open(desk) == {"fork"}
    assert watched.status(desk) == "conflict"
    assert watched.report(desk, event(1, check="backup"), epoch=2).status_code == 200
    watched.running.time.at += MINUTE
    assert watched.report(desk, event(1, check="firewall")).json()["kind"] == "cloned"
    assert watched.open(desk) == {"fork", "clone"}


def test_forks_that_are_days_apart_are_two_accidents(
    watched: Watched, desk: Any, event: Any
) -> None:
    watched.report(desk, event(1, check="firewall"))
    for number in range(3):
        watched.running.time.at += 2 * HOUR
        answer = watched.report(desk, event(1, check=f"x{number}"))
        assert answer.json()["kind"] == "fork"
    assert watched.status(desk) == "conflict"


def test_a_desk_that_knows_less_than_it_reported_was_set_back(
    watched: Watched, desk: Any, event: Any
) -> None:
    watched.report(desk, event(1), event(2), event(3))
    watched.report(desk, seq=1, run="two")
    assert watched.open(desk) == {"rollback"}


def test_the_same_run_may_repeat_an_older_report(watched: Watched, desk: Any, event: Any) -> None:
    watched.report(desk, event(1), event(2))
    assert watched.report(desk, event(1), seq=1).status_code == 200
    assert watched.open(desk) == set()


@pytest.mark.parametrize("off", [-3600, -121, 121, 86400])
def test_a_wrong_clock_is_told_while_it_is_wrong(watched: Watched, desk: Any, off: int) -> None:
    at = watched.running.time.at + off
    assert watched.report(desk, sent_at=iso(at)).status_code == 200
    assert watched.open(desk) == {"clock-wrong"}
    watched.report(desk)
    assert watched.open(desk) == set()


@pytest.mark.parametrize("off", [-119, 0, 119])
def test_a_clock_that_is_nearly_right_is_no_item(watched: Watched, desk: Any, off: int) -> None:
    watched.report(desk, sent_at=iso(watched.running.time.at + off))
    assert watched.open(desk) == set()


@pytest.mark.parametrize(
    ("kind", "params", "item"),
    [
        ("clock.changed", {"how": "step", "seconds": 90}, "clock-jump"),
        ("clock.changed", {"how": "start", "seconds": 34_560_000}, "clock-jump"),
        ("policy.refused", {}, "policy-refused"),
        ("events.lost", {"count": 3}, "events-lost"),
        ("journal.gap", {"count": 3}, "journal-gap"),
        ("journal.checked", {"whole": 0}, "journal-broken"),
        ("journal.checked", {"whole": 1}, ""),
        ("journal.epoch", {"reason": "damaged", "previous_epoch": 1}, "journal-new"),
        ("journal.epoch", {"reason": "conflict", "previous_epoch": 1}, ""),
        ("journal.epoch", {"reason": "first", "previous_epoch": 0}, ""),
        ("control.failed", {"control": "pii-files"}, "control-failed"),
        ("keeper.agent-missing", {}, "agent-missing"),
        ("keeper.agent-failing", {"how": "crashed"}, "agent-failing"),
        ("keeper.safe-mode", {}, "safe-mode"),
        ("keeper.removed", {}, "keeper-removed"),
        ("session.locked", {}, ""),
    ],
)
def test_bad_news_of_a_desk_becomes_an_item(
    watched: Watched, desk: Any, event: Any, kind: str, params: dict[str, Any], item: str
) -> None:
    watched.report(desk, event(1, kind, params=params))
    assert watched.open(desk) == ({item} if item else set())


@pytest.mark.parametrize(
    ("since", "seqs", "lost"),
    [
        (2, (3, 4, 5), 0),
        (2, (4, 5), 1),
        (2, (3, 7), 3),
        (0, (1, 2, 3), 0),
        (2, (), 0),
        (-1, (9, 12), 0),
        (2, (1, 2, 3), 0),
    ],
)
def test_a_report_that_passes_over_entries_is_an_item(
    watched: Watched, desk: Any, event: Any, since: int, seqs: tuple[int, ...], lost: int
) -> None:
    """Row 27: what an agent cannot tell again is missed by name, and not passed over."""
    watched.report(desk, event(1), event(2), since=0)
    assert watched.open(desk) == set()
    last = max((2, *seqs))
    assert watched.report(desk, *map(event, seqs), since=since, seq=last).status_code == 200
    assert watched.open(desk) == ({"journal-gap"} if lost else set())
    found = watched.running.admin._database.run(items.to_review)
    assert [item.params for item in found] == ([{"count": lost}] if lost else [])


@pytest.mark.parametrize("days", [0, 1, 399, 401])
def test_row_88_an_entry_that_is_blank_before_its_time_is_a_sign(
    watched: Watched, desk: Any, event: Any, days: int
) -> None:
    at = times.iso(watched.running.time() - days * 86_400)
    watched.report(desk, event(1, "finding.opened", at=at, erased=True))
    assert watched.open(desk) == ({"journal-erased"} if days < 400 else set())


@pytest.mark.parametrize(("seq", "days", "sign"), [(1, 0, True), (1, 399, True), (1, 401, False)])
def test_row_88_a_word_for_erasing_is_held_against_what_the_endpoint_knows(
    watched: Watched, desk: Any, event: Any, seq: int, days: int, sign: bool
) -> None:
    watched.report(desk, event(1))
    watched.running.time.at += days * 86_400
    watched.report(desk, event(2, "journal.erased", params={"count": 1, "last": seq}))
    assert ("journal-erased" in watched.open(desk)) == sign


def test_what_is_a_sign_is_let_go_last_at_the_desk() -> None:
    """Whoever floods the journal of a desk that is offline must not wash the signs away."""
    signs = [kind for kind in watch._ALWAYS if not kind.startswith("journal.")]
    assert {kind: lane(kind) for kind in signs} == dict.fromkeys(signs, LANES - 1)


def test_a_new_epoch_begins_where_it_likes(watched: Watched, desk: Any, event: Any) -> None:
    watched.report(desk, event(1), event(2), since=0)
    told = {"reason": "conflict", "previous_epoch": 1}
    again = watched.report(desk, event(9, "journal.epoch", params=told), epoch=2, since=2, seq=9)
    assert again.status_code == 200
    assert watched.open(desk) == set()


def test_the_agent_that_its_keeper_brought_back_ends_its_item(
    watched: Watched, desk: Any, event: Any
) -> None:
    watched.report(desk, event(1, "keeper.agent-missing"))
    watched.report(desk, event(2, "keeper.agent-back"))
    assert watched.open(desk) == set()


def _publish(watched: Watched) -> None:
    def put(connection: Any) -> None:
        for version, digest in ((1, OLD), (2, NEW)):
            label = Label(digest=digest, name="floor", epoch=1, version=version, team="")
            policies.put(connection, label, b"{}", 100, watched.running.time.at)

    watched.running.admin._database.run(put)


@pytest.mark.parametrize("has", [OLD, "c" * 64, ""])
def test_a_desk_that_keeps_another_policy_is_told_after_two_minutes(
    watched: Watched, desk: Any, has: str
) -> None:
    _publish(watched)
    for _ in range(4):
        watched.report(desk, policy_digest=has)
        assert watched.open(desk) == set()
        watched.wait(EVERY)
    for _ in range(2):
        watched.report(desk, policy_digest=has)
        watched.wait(EVERY)
    assert watched.open(desk) == {"policy-differs"}
    watched.report(desk, policy_digest=NEW)
    watched.wait(EVERY)
    assert watched.open(desk) == set()


def test_row_558_a_desk_that_is_retired_is_forgotten_with_its_patience(
    watched: Watched, desk: Any
) -> None:
    _publish(watched)
    watched.report(desk, policy_digest=OLD)
    watched.wait(EVERY)
    assert desk.id in watched.sweep._other

    def put(status: str) -> None:
        change = update(device).where(device.c.id == desk.id).values(status=status)
        watched.running.admin._database.run(lambda c: c.execute(change))

    put("retired")
    watched.wait(POLICY_PATIENCE + EVERY)
    assert watched.sweep._other == {}
    put("active")
    watched.report(desk, policy_digest=OLD)
    watched.look()
    assert watched.open(desk) == set(), "its patience begins anew"


def test_a_desk_with_its_policy_is_no_item(watched: Watched, desk: Any) -> None:
    _publish(watched)
    for _ in range(8):
        watched.report(desk, policy_digest=NEW)
        watched.wait(EVERY)
    assert watched.open(desk) == set()


def test_every_item_says_what_it_means_and_what_to_do(
    watched: Watched, desk: Any, browser: Any
) -> None:
    def raise_all(connection: Any) -> None:
        for kind in kinds.KINDS.values():
            params: dict[str, Any] = {"how": "behind", "seconds": 5, "count": 2}
            items.raise_(connection, desk.id, kind, watched.running.time.at, params=params)

    watched.running.admin._database.run(raise_all)
    page = browser.get("/tamper").text
    assert page.count("sign-off") == len(kinds.KINDS)
    for kind in kinds.KINDS:
        assert f"tamper.{kind}" not in page, "an id instead of its words"
    assert "It is 5 s behind." in page
    assert f'class="badge">{len(kinds.KINDS)}<' in browser.get("/").text


def test_a_sign_off_needs_a_note_and_is_written_down(
    watched: Watched, desk: Any, event: Any, browser: Any
) -> None:
    watched.report(desk, event(1, "policy.refused"))
    token = browser.token()
    browser.submit("/tamper/1/sign-off", token=token, note="  ")
    assert watched.open(desk) == {"policy-refused"}
    browser.submit("/tamper/1/sign-off", token=token, note="The old file, by hand.")
    assert watched.open(desk) == set()
    page = browser.get("/tamper").text
    assert "The old file, by hand." in page
    assert "Nothing waits" in page
    watched.report(desk, event(2, "policy.refused"))
    assert watched.open(desk) == {"policy-refused"}, "it happened again after it was signed off"


def test_what_lasts_is_signed_off_and_ends_by_itself_all_the_same(
    watched: Watched, desk: Any, browser: Any
) -> None:
    watched.report(desk)
    watched.wait(11 * MINUTE)
    queue = watched.running.admin._database.run(items.to_review)
    browser.submit(f"/tamper/{queue[0].id}/sign-off", token=browser.token(), note="On holiday.")
    watched.wait(5 * MINUTE)
    assert watched.running.admin._database.run(items.to_review) == []
    assert watched.open(desk) == {"missing"}
    watched.report(desk)
    assert watched.open(desk) == set()


def unsigned(watched: Watched) -> set[str]:
    return {one.device for one in watched.running.admin._database.run(items.to_review)}


def test_a_site_that_fell_silent_is_one_thing_to_look_at_and_to_sign_off(
    watched: Watched, desk: Any, browser: Any
) -> None:
    fleet(watched.running, 0, 40)
    watched.report(desk, goodbye="session-ended")
    watched.wait(4 * MINUTE)
    assert "40 desks are late together" in browser.get("/tamper").text
    watched.wait(7 * MINUTE)
    page = browser.get("/tamper").text
    assert "40 desks fell silent together" in page
    assert "None of them is back." in page
    assert page.count("sign-off") == 1
    assert 'class="badge">1<' in page
    fields = dict(re.findall(r'name="(kind|first|last)" value="([^"]+)"', page))
    token = browser.token()
    browser.submit("/tamper/together/sign-off", token=token, note=" ", **fields)
    assert len(unsigned(watched)) == 40, "a note is needed"
    browser.submit("/tamper/together/sign-off", token=token, note="The line was cut.", **fields)
    assert unsigned(watched) == set()
    assert "The line was cut." in browser.get("/tamper").text
    watched.wait(10 * MINUTE)
    assert unsigned(watched) == set(), "they stay silent, and are not missed again"


def test_what_is_back_and_who_is_still_silent_is_told_of_those_who_fell_silent_together(
    watched: Watched, new_desk: Any, browser: Any
) -> None:
    desks = [new_desk(label=f"seat {n}", team=("Billing", "Sales")[n % 2]) for n in range(6)]
    for one in desks:
        watched.report(one)
    watched.wait(11 * MINUTE)
    for one in desks[:4]:
        watched.report(one)
    watched.wait(MINUTE)
    page = browser.get("/tamper").text
    assert "4 are back, 2 are still silent." in page
    assert "Billing</bdi>, <bdi>Sales" in page


def test_it_is_said_which_desks_fell_silent_together_before_and_after_the_sign_off(
    watched: Watched, new_desk: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [new_desk(label=f"seat {n}") for n in range(6)]
    for one in desks:
        watched.report(one)
    watched.wait(11 * MINUTE)
    watched.report(desks[2])
    page = browser.get("/tamper").text
    linked = re.findall(r'/desk/(\w+)"><bdi>seat \d', page)
    assert linked == [one.id for one in (*desks[:2], *desks[3:], desks[2])], "who is silent first"
    monkeypatch.setattr(waves, "LISTED", 4)
    assert "These are 4 of them" in browser.get("/tamper").text
    fields = dict(re.findall(r'name="(kind|first|last)" value="([^"]+)"', page))
    fields["token"] = browser.token()
    browser.submit("/tamper/together/sign-off", note="The line was cut.", **fields)
    page = browser.get("/tamper").text
    assert page.count("The line was cut.") == 1, "one note is one line"
    assert "Which 6 desks" in page
    signed = select(audit_log.c.subject).where(audit_log.c.act == "tamper.signed-off")
    acts = watched.running.admin._database.run(lambda c: list(c.scalars(signed)))
    at = iso(float(fields["first"]))
    assert acts == [f"missing x 6, {at} to {at}"]


def test_no_sign_is_left_out_of_the_list_and_all_that_was_signed_off_can_be_read(
    watched: Watched, browser: Any, running: Any
) -> None:
    fleet(running, 0, 240)

    def sign(connection: Any) -> None:
        at = running.time.at
        for number in range(240):
            kind = kinds.MISSING if number < 9 else kinds.FORK
            items.raise_(connection, f"{number:024x}", kind, at - HOUR * (number > 20))

    def pages(path: str, line: str) -> list[int]:
        return [browser.get(f"{path}page={n}").text.count(line) for n in range(1, 5)]

    running.admin._database.run(sign)
    first = browser.get("/tamper").text
    assert "1 to 100 of 232" in first
    assert 'class="badge">232<' in first
    assert pages("/tamper?", "/sign-off") == [100, 100, 32, 0]
    assert "Nothing waits" not in browser.get("/tamper?page=4").text
    seen = {one for n in (1, 2, 3) for one in _desks(browser.get(f"/tamper?page={n}").text)}
    assert len(seen) == 240
    sam = Visitor(name="sam", role="admin", token="", scope=None)

    def sign_off(connection: Any) -> None:
        for one in items.to_review(connection, limit=500):
            number = int(one.device, 16)
            at = running.time.at + max(0, number - 9)
            items.sign_off(connection, one.id, sam, at, f"note {number}")

    running.admin._database.run(sign_off)
    page = browser.get("/tamper").text
    assert "Nothing waits" in page
    assert "All that was signed off" in page
    assert pages("/tamper?kind=signed&", "note ") == [100, 100, 40, 0]


def _desks(page: str) -> list[str]:
    return re.findall(r'/desk/(\w+)"', page)


def test_desks_that_fall_silent_one_by_one_are_not_one_thing_for_hours(
    running: Any,
) -> None:
    """What one desk alone did would hide among all that the day brought."""
    many, between = 200, 37
    fleet(running, 0, many)

    def silent(connection: Any) -> None:
        for number in range(many):
            at = START + between * number
            items.raise_(connection, f"{number:024x}", kinds.MISSING, at)

    running.admin._database.run(silent)
    found = running.admin._database.run(waves.waiting)
    assert max(one.last - one.first for one in found) <= 10 * MINUTE
    assert sum(one.desks for one in found) == many
    signed = found[-1]
    asked = (signed.kind, signed.first, signed.last)
    sam = Visitor(name="sam", role="admin", token="", scope=None)
    done = running.admin._database.run(lambda c: waves.sign_off(c, asked, sam, START, "rain"))
    assert done == signed.desks
    assert running.admin._database.run(waves.waiting) == found[:-1], "the others stay as they are"


def sign(running: Any, kind: kinds.Kind, many: int, at: float) -> None:
    running.admin._database.run(
        lambda c: [items.raise_(c, f"{n:024x}", kind, at + n) for n in range(many)]
    )


@pytest.mark.parametrize("kind", kinds.SHARED, ids=lambda kind: kind.id)
def test_what_one_cause_brings_to_many_desks_is_one_thing_to_look_at_and_to_sign_off(
    running: Any, browser: Any, kind: kinds.Kind
) -> None:
    fleet(running, 0, 40)
    sign(running, kind, 37, running.time.at)
    page = browser.get("/tamper").text
    assert "37 desks at once" in page
    assert "look which policy, release or site they have in common" in page
    assert "silent" not in page.split('class="queue"')[1]
    assert page.count("/sign-off") == 1
    assert 'class="badge">1<' in page
    fields = dict(re.findall(r'name="(kind|first|last)" value="([^"]+)"', page))
    token = browser.token()
    browser.submit("/tamper/together/sign-off", token=token, note="The ring moved.", **fields)
    assert running.admin._database.run(items.to_review) == []
    still = running.admin._database.run(lambda c: items.still_open(c, [f"{0:024x}"]))
    assert bool(still) == kind.lasts, "what lasts goes on until it ends by itself"


@pytest.mark.parametrize(
    "kind", [kinds.CLONE, kinds.JOURNAL_BROKEN, kinds.KEEPER_REMOVED], ids=lambda kind: kind.id
)
def test_what_is_done_at_a_desk_is_looked_at_desk_by_desk(
    running: Any, browser: Any, kind: kinds.Kind
) -> None:
    fleet(running, 0, 9)
    sign(running, kind, 9, running.time.at)
    assert browser.get("/tamper").text.count("/sign-off") == 9


def test_signs_are_found_by_kind_desk_and_place(running: Any, new_desk: Any, browser: Any) -> None:
    fleet(running, 0, 20)
    sign(running, kinds.POLICY_DIFFERS, 12, running.time.at)
    sign(running, kinds.FORK, 3, running.time.at)
    far = new_desk(team="Far away", label="far 1")
    running.admin._database.run(lambda c: items.raise_(c, far.id, kinds.FORK, running.time.at))
    page = browser.get("/tamper").text
    assert re.findall(r'class="many">(\d+)<', page) == ["16", "12", "4"]
    forks = browser.get("/tamper?kind=fork").text
    assert forks.count("/sign-off") == 4
    assert "desks at once" not in forks
    named = browser.get("/tamper?text=FAR").text
    assert _desks(named) == [far.id]
    assert browser.get("/tamper?kind=fork&text=far").text.count("/sign-off") == 1
    team = re.findall(r"\?team=(\d+)", browser.get("/teams").text)
    assert any(_desks(browser.get(f"/tamper?team={one}").text) == [far.id] for one in team)
    assert browser.get("/tamper?text=100%25").text.count("/sign-off") == 0
    assert "Nothing waits" not in browser.get("/tamper?text=nobody").text


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "fork", "first": "0", "last": "9e99"},
        {"kind": "missing", "first": "nan", "last": "inf"},
        {"kind": "missing", "first": "x", "last": "'"},
    ],
)
def test_no_other_sign_is_signed_off_together(
    watched: Watched, desk: Any, browser: Any, fields: dict[str, str]
) -> None:
    watched.running.admin._database.run(
        lambda c: items.raise_(c, desk.id, kinds.FORK, watched.running.time.at)
    )
    watched.report(desk)
    watched.wait(11 * MINUTE)
    before = watched.open(desk)
    browser.submit("/tamper/together/sign-off", token=browser.token(), note="all", **fields)
    assert (watched.open(desk), unsigned(watched)) == (before, {desk.id})


def test_a_supervisor_signs_the_own_teams_alone_off_together(
    watched: Watched, new_desk: Any, another: Any, running: Any
) -> None:
    desks = [new_desk(label=f"seat {n}", team=("Billing", "Sales")[n % 2]) for n in range(12)]
    watched.wait(11 * MINUTE)
    running.admin.add_user("sue", "correct horse battery staple", "supervisor", ("Sales",))
    with another() as sue:
        sue.sign_in("sue", "correct horse battery staple")
        page = sue.get("/tamper").text
        assert "6 desks fell silent together" in page
        assert "Billing" not in page
        fields = dict(re.findall(r'name="(kind|first|last)" value="([^"]+)"', page))
        sue.submit("/tamper/together/sign-off", token=sue.token(), note="Power cut.", **fields)
    assert unsigned(watched) == {one.id for one in desks[::2]}


def test_row_415_only_what_a_narrowed_list_shows_as_one_is_signed_off_together(
    watched: Watched, new_desk: Any, browser: Any
) -> None:
    desks = [new_desk(label=f"seat {n}", team=("Billing", "Sales")[n % 2]) for n in range(12)]
    watched.wait(11 * MINUTE)
    team = watched.running.admin._database.run(lambda c: team_id(c, "Sales"))
    page = browser.get(f"/tamper?team={team}").text
    assert "Sign off all 6" in page
    (action,) = re.findall(r'action="(/tamper/together/[^"]+)"', page)
    fields = dict(re.findall(r'name="(kind|first|last)" value="([^"]+)"', page))
    answer = browser.submit(action, token=browser.token(), note="Moved house.", **fields)
    assert unsigned(watched) == {one.id for one in desks[::2]}, "the other team was not shown"
    assert answer.headers["location"] == f"/tamper?team={team}", "the list stays as it was"


def test_row_415_what_happens_again_while_its_note_is_written_waits_anew(
    watched: Watched, desk: Any, event: Any, browser: Any
) -> None:
    watched.report(desk, event(1, "journal.gap", params={"count": 1}))
    page = browser.get("/tamper").text
    fields = dict(re.findall(r'name="(times)" value="([^"]+)"', page))
    watched.report(desk, event(2, "journal.gap", params={"count": 7}))
    watched.report(desk, event(3, "journal.gap", params={"count": 9}))
    browser.submit("/tamper/1/sign-off", token=browser.token(), note="A full disk.", **fields)
    assert watched.open(desk) == {"journal-gap"}
    (left,) = watched.running.admin._database.run(items.to_review)
    assert (left.times, left.params, left.note) == (2, {"count": 9}, ""), "nobody has seen these"
    page = browser.get("/tamper").text
    assert "9 entries are missing." in page
    assert "A full disk." in page, "and what was signed off says of what"
    fields = dict(re.findall(r'name="(times)" value="([^"]+)"', page))
    browser.submit(f"/tamper/{left.id}/sign-off", token=browser.token(), note="Again.", **fields)
    assert watched.open(desk) == set()


def test_row_415_a_note_for_what_somebody_else_signed_off_is_not_dropped_unsaid(
    watched: Watched, desk: Any, event: Any, browser: Any
) -> None:
    watched.report(desk, event(1, "policy.refused"))
    token = browser.token()
    browser.submit("/tamper/1/sign-off", token=token, note="The old file.")
    late = browser.submit("/tamper/1/sign-off", token=token, note="It was <b>mine</b>.")
    assert late.status_code == 409
    assert "Somebody else signed this off meanwhile" in late.text
    assert "<q>It was &lt;b&gt;mine&lt;/b&gt;.</q>" in late.text
    watched.report(desk, event(2, "policy.refused"))
    blank = browser.submit("/tamper/2/sign-off", token=token, note="  ")
    assert "write what it was" in blank.text
    assert watched.open(desk) == {"policy-refused"}


def test_a_supervisor_sees_the_own_teams_alone(
    watched: Watched, desk: Any, event: Any, another: Any, running: Any
) -> None:
    watched.report(desk, event(1, "policy.refused"))
    running.admin.add_user("sue", "correct horse battery staple", "supervisor", ("Sales",))
    with another() as sue:
        sue.sign_in("sue", "correct horse battery staple")
        assert "desk-1" not in sue.get("/tamper").text
        sue.submit("/tamper/1/sign-off", token=sue.token(), note="mine")
    assert watched.open(desk) == {"policy-refused"}
