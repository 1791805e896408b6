"""Who asks more of the endpoint than anybody may is seen in the console: once for each cause."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.base import translations
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.settings import Limits, ServerSettings
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.schema.identity_tables import endpoint_sign, tamper_item
from agentguard.server.tamper import kinds, strangers
from agentguard.server.tamper.strangers import AGAIN, MANY, SPAN, Strangers
from agentguard.wire import apps, keeper_messages, openings, v1
from agentguard.wire.inventory import INVENTORY

WORDS = translations.load()
SIGNED = (v1.REPORTS, v1.PROOFS, v1.ROTATE, apps.APPS, openings.OPENINGS, INVENTORY)
BEYOND = {
    "no document": b"[[[",
    "deep": b"[" * 100_000,
    "long": b'{"device": "' + b"a" * (v1.MAX_WORD + 1) + b'"}',
}
BOSS = Visitor(name="boss", role="admin", token="", scope=None)


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not true() and time.monotonic() < limit:
        time.sleep(0.2)
    assert true()


def on_desks(running: Any) -> list[tuple[str, str, int]]:
    asked = select(tamper_item.c.device, tamper_item.c.kind, tamper_item.c.times).where(
        tamper_item.c.kind.in_([kind.id for kind in kinds.UNRULY])
    )
    found: list[tuple[str, str, int]] = running.admin._database.run(
        lambda c: [tuple(row) for row in c.execute(asked.order_by(tamper_item.c.id))]
    )
    return found


@pytest.mark.parametrize("path", SIGNED)
def test_row_103_a_desk_that_sends_what_cannot_be_taken_is_one_sign_on_its_page(
    running: Any, desk: Any, browser: Any, path: str
) -> None:
    desk.receipt(desk.send())
    method = "PUT" if path == INVENTORY else "POST"
    for body in BEYOND.values():
        answer = desk.request(method, path, body)
        assert (answer.status_code, answer.json()["kind"]) == (400, "malformed"), answer.text
    kind = kinds.BEYOND_BOUNDS.id
    assert on_desks(running) == [(desk.id, kind, 1)]
    for page in ("/tamper", f"/desk/{desk.id}"):
        shown = browser.get(page).text
        for word in ("title", "means", "do"):
            assert WORDS.say(f"tamper.{kind}.{word}").replace("'", "&#39;") in shown
    running.time.at += AGAIN + 1
    desk.request(method, path, b"[[[")
    assert on_desks(running) == [(desk.id, kind, 2)]


def test_row_103_a_keeper_that_sends_what_cannot_be_taken_is_seen_as_well(
    running: Any, desk: Any, enrol: Any
) -> None:
    assert desk.post(keeper_messages.KEEPER, b"[[[").status_code == 403, "it is an agent's"
    assert not on_desks(running)
    code = running.admin.enrol_code("Billing", keeper=True)
    keeper = enrol(running, code, label="keeper")
    assert keeper.post(keeper_messages.KEEPER, b"[[[").status_code == 400
    assert on_desks(running) == [(keeper.id, kinds.BEYOND_BOUNDS.id, 1)]
    keeper.http.close()


def test_row_103_many_desks_at_once_are_one_thing_to_look_at_and_to_sign_off(
    running: Any, new_desk: Any, browser: Any
) -> None:
    kind = kinds.BEYOND_BOUNDS.id
    desks = [new_desk(label=f"d-{number}") for number in range(6)]
    for one in desks:
        one.post(v1.REPORTS, b"[[[")
    assert len(on_desks(running)) == 6
    page = browser.get("/tamper").text
    assert WORDS.say(f"console.tamper.together-{kind}", count=6) in page
    assert page.count("/sign-off") == 1
    at = running.time.at
    named = {"kind": kind, "first": str(at), "last": str(at), "note": "a bad update"}
    browser.submit("/tamper/together/sign-off", token=browser.token(), **named)
    open_ = select(tamper_item.c.id).where(tamper_item.c.closed_at.is_(None))
    assert running.admin._database.run(lambda c: c.execute(open_).all()) == []
    assert "a bad update" in browser.get("/tamper").text


@pytest.mark.heavy
def test_row_103_strangers_are_seen_in_the_console_of_an_endpoint_that_serves(
    tmp_path: Path, start: Any, browse: Any, add_known: Any, connect: Any
) -> None:
    limits = Limits(greeting_wait=0.5, enrol_tries=10_000)
    running = start(ServerSettings(data=tmp_path / "server", limits=limits))
    add_known(running, "sam", "correct horse battery staple", "admin")
    sam = browse(running)
    sam.sign_in("sam", "correct horse battery staple")
    with connect(running) as http:
        for _ in range(MANY):
            assert http.post(v1.ENROL, content=b"[").status_code == 400
    with ExitStack() as crowd:
        for _ in range(MANY):
            port = running.server.port
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), timeout=15))
        titles = [WORDS.say(f"tamper.{kind.id}.title") for kind in kinds.STRANGERS]
        until(lambda: all(title in sam.get("/tamper").text for title in titles))
    page = sam.get("/tamper").text
    for kind in kinds.STRANGERS:
        assert page.count(WORDS.say(f"tamper.{kind.id}.do")) == 1
    assert 'class="badge">2<' in sam.get("/").text


class Processes:
    """Two processes of one endpoint, and what each of them has met."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.met = [Counter[str](), Counter[str]()]
        self.jobs = [
            Jobs(
                running.admin._database,
                running.settings,
                running.time,
                outside=Outside(hung_up=one),
            )
            for one in self.met
        ]

    def met_at(self, place: int, count: int, why: str = "late") -> None:
        self.met[place][why] += count
        self.jobs[place].do()

    def signs(self) -> list[tuple[str, int, bool]]:
        asked = select(endpoint_sign).order_by(endpoint_sign.c.id)
        rows = self.running.admin._database.run(lambda c: c.execute(asked).all())
        return [(row.kind, row.times, row.signed_at is not None) for row in rows]


@pytest.fixture
def processes(running: Any) -> Processes:
    made = Processes(running)
    for one in made.jobs:
        one.do()
    return made


def test_row_103_few_are_no_sign_and_many_are_one_whoever_counts_them(
    running: Any, processes: Processes
) -> None:
    kind = kinds.STRANGERS_SILENT.id
    processes.met_at(0, MANY - 1)
    assert processes.signs() == []
    processes.met_at(0, 1, "crowd")
    assert processes.signs() == [(kind, MANY, False)]
    processes.met_at(0, 7, "slow")
    processes.met_at(1, 2 * MANY, "silent")
    assert processes.signs() == [(kind, 3 * MANY + 7, False)]
    running.time.at += SPAN
    processes.met_at(0, 3)
    processes.met_at(0, MANY - 1)
    assert processes.signs() == [(kind, 3 * MANY + 10, False)], "a new span begins at none"


def test_row_103_what_is_signed_off_is_no_sign_again_for_an_hour(
    running: Any, processes: Processes, browser: Any
) -> None:
    processes.met_at(0, MANY)
    kind = kinds.STRANGERS_SILENT.id
    bound = Visitor(name="sue", role="supervisor", token="", scope=frozenset({1}))
    run = running.admin._database.run
    assert run(lambda c: strangers.waiting(c, bound.scope)) == []
    assert run(lambda c: strangers.count(c, bound.scope)) == 0
    assert not run(lambda c: strangers.sign_off(c, 1, bound, running.time.at, "mine"))
    assert processes.signs() == [(kind, MANY, False)]
    browser.submit("/tamper/endpoint/1/sign-off", token=browser.token(), note=" ")
    assert processes.signs() == [(kind, MANY, False)], "a sign-off needs a note"
    browser.submit("/tamper/endpoint/1/sign-off", token=browser.token(), note="our scanner")
    assert processes.signs() == [(kind, MANY, True)]
    page = browser.get("/tamper").text
    assert "our scanner" in page
    assert WORDS.say("console.tamper.of-endpoint") in page
    assert "our scanner" in browser.get("/tamper?kind=signed").text
    assert not run(lambda c: strangers.sign_off(c, 1, BOSS, running.time.at, "again"))
    processes.met_at(1, MANY)
    assert processes.signs() == [(kind, MANY, True)]
    running.time.at += AGAIN + 1
    for _ in range(2):
        processes.met_at(1, MANY)
    assert processes.signs() == [(kind, MANY, True), (kind, 2 * MANY, False)]


def test_row_103_who_came_before_the_first_look_is_counted_with_the_rest(running: Any) -> None:
    counted = Counter(late=MANY - 1)
    look, run = Strangers(Outside(hung_up=counted)), running.admin._database.run
    assert not run(lambda c: look.look(c, running.time.at))
    counted["late"] += 1
    (turn,) = run(lambda c: look.look(c, running.time.at + 1))
    assert turn.kind == kinds.STRANGERS_SILENT
    assert [sign.times for sign in run(lambda c: strangers.waiting(c, None))] == [MANY]


def test_row_103_a_feed_and_the_metrics_hear_of_it(running: Any) -> None:
    counted = Counter(late=MANY)
    look = Strangers(Outside(hung_up=counted))
    (turn,) = running.admin._database.run(lambda c: look.look(c, running.time.at))
    assert (turn.device, turn.kind) == (kinds.ENDPOINT, kinds.STRANGERS_SILENT)
    from agentguard.server.feeds import metrics, ocsf, outbox  # noqa: PLC0415 - only here
    from agentguard.server.store.outbox import happenings  # noqa: PLC0415 - only here
    from agentguard.server.store.schema.feed_tables import feed_outbox  # noqa: PLC0415

    run = running.admin._database.run
    run(lambda c: outbox.of_turns(c, [turn]))
    (body,) = run(lambda c: c.scalars(select(feed_outbox.c.body)).all())
    said = ocsf.event(happenings.decoded(body), WORDS)
    assert said["finding_info"]["title"] == WORDS.say("tamper.strangers-silent.title")
    assert said["metadata"]["uid"] == "endpoint:1:opened"
    figures = run(lambda c: metrics._read(c, running.settings.data, running.time.at))
    assert figures.tamper == {kinds.STRANGERS_SILENT.id: 1}
