"""A keeper that is well beside an agent that is silent, and goodbyes that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.desks import goodbyes
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema.identity_tables import device_run
from agentguard.server.store.schema.keeper_tables import keeper_agent
from agentguard.server.tamper import items, silent_agents
from agentguard.server.tamper.sweep import Sweep
from agentguard.wire import keeper_messages
from tests.server.clients import Desk

PROMISE = 90
PACE = 60
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_jobs_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jobs, "start", lambda _self: None)


class Computer:
    """A keeper and the agents of its computer, at an endpoint whose looks the test makes."""

    def __init__(self, running: Any) -> None:
        self.running = running
        self.every: list[Desk] = []
        self.keeper = self._enrolled("PC-17", keeper=True)
        self.agents: list[Desk] = []
        self.sweep, self.last = Sweep(running.settings.limits), running.time.at

    def _enrolled(self, label: str, *, keeper: bool = False) -> Desk:
        code = self.running.admin.enrol_code("Billing", keeper=keeper)
        made = Desk.enrol(self.running, code, label)
        self.every.append(made)
        return made

    def close(self) -> None:
        for one in self.every:
            one.http.close()

    def agent(self) -> Desk:
        self.agents.append(self._enrolled("PC-17"))
        return self.agents[-1]

    def keeps(self, *, on: int = 1, guarding: int = 1, well: bool = True, **more: Any) -> None:
        said = self.keeper.report(
            sent_at=iso(self.running.time.at),
            seats={"on": on, "guarding": guarding},
            overall="good" if well else "act",
            **more,
        )
        assert self.keeper.post(keeper_messages.KEEPER, said).status_code == 200

    def says(self, agent: Desk, **more: Any) -> None:
        told = {"run": "one", "keeper": self.keeper.id, **more}
        assert agent.send(sent_at=iso(self.running.time.at), **told).status_code == 200

    def look(self) -> None:
        now = self.running.time.at
        self.do(lambda c: silent_agents.look(c, now, self.running.settings.limits))
        self.do(lambda c: self.sweep(c, now, self.last))
        self.last = now

    def do(self, job: Any) -> Any:
        return self.running.admin._database.run(job)

    def lives(self, seconds: float, *speaking: Desk, keeps: dict[str, Any] | None = None) -> None:
        """Let time pass: each that speaks reports at the pace, and the endpoint looks."""
        for step in range(0, int(seconds), silent_agents.EVERY):
            if step % PACE == 0:
                self.keeps(**(keeps or {}))
                for one in speaking:
                    self.says(one)
            self.running.time.at += silent_agents.EVERY
            self.look()

    def open(self, desk: Desk) -> set[str]:
        return set(self.do(lambda c: items.still_open(c, [desk.id])).get(desk.id, {}))


@pytest.fixture
def computers(running: Any) -> Iterator[Callable[[], Computer]]:
    made: list[Computer] = []

    def one() -> Computer:
        made.append(Computer(running))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def computer(computers: Callable[[], Computer]) -> Computer:
    return computers()


def test_row_93_an_agent_that_falls_silent_is_shown_within_the_promise_in_words(
    computer: Computer, browser: Any
) -> None:
    agent = computer.agent()
    computer.lives(3 * PACE, agent)
    assert computer.open(agent) == set()
    computer.lives(
        PROMISE - silent_agents.EVERY
    )  # the agent was stopped right after its last report
    assert "agent-silent" in computer.open(agent)
    page = browser.get("/tamper").text
    assert "The keeper is well, its agent is silent" in page
    computer.lives(PACE, agent)
    assert computer.open(agent) == set()


def test_row_93_what_guards_and_is_none_of_ours_is_shown_at_its_keeper(computer: Computer) -> None:
    """A decoy without this computer's enrolment: the keeper sees a process, nobody hears it."""
    computer.lives(PROMISE)
    assert computer.open(computer.keeper) == {"agent-silent"}
    computer.lives(PACE, keeps={"guarding": 0, "on": 0})
    assert computer.open(computer.keeper) == set()


def test_row_93_one_silent_agent_of_several_is_named(computer: Computer) -> None:
    first, second, third = computer.agent(), computer.agent(), computer.agent()
    computer.lives(2 * PACE, first, second, third, keeps={"on": 3, "guarding": 3})
    computer.lives(PROMISE, first, third, keeps={"on": 3, "guarding": 3})
    assert computer.open(second) == {"agent-silent"}
    assert computer.open(first) | computer.open(third) | computer.open(computer.keeper) == set()


@pytest.mark.parametrize(
    "keeps",
    [{"guarding": 0}, {"well": False}, {"guarding": 0, "on": 0}],
    ids=["not steady yet", "it tells itself what is wrong", "nobody is logged on"],
)
def test_row_93_a_keeper_that_does_not_count_on_it_marks_nobody(
    keeps: dict[str, Any], computer: Computer
) -> None:
    agent = computer.agent()
    computer.lives(PACE, agent)
    computer.lives(2 * PROMISE - PACE, keeps=keeps)
    assert "agent-silent" not in computer.open(agent) | computer.open(computer.keeper)


def test_row_93_a_computer_that_is_silent_as_a_whole_has_no_sign_of_its_agent(
    computer: Computer,
) -> None:
    agent = computer.agent()
    computer.lives(2 * PACE, agent)
    for _ in range(12):
        computer.running.time.at += silent_agents.EVERY
        computer.look()
    assert "agent-silent" not in computer.open(agent) | computer.open(computer.keeper)


def test_row_93_an_agent_that_signed_out_is_not_the_one_that_is_marked(computer: Computer) -> None:
    left, here = computer.agent(), computer.agent()
    computer.lives(2 * PACE, left, here, keeps={"on": 2, "guarding": 2})
    computer.lives(PACE, here, keeps={"on": 1})
    computer.says(left, goodbye="session-ended")
    computer.lives(2 * PROMISE)
    assert computer.open(here) >= {"agent-silent"}
    assert computer.open(left) == set()


def test_the_keeper_of_an_agent_is_the_one_that_it_said_last(
    computer: Computer, computers: Callable[[], Computer]
) -> None:
    agent, other = computer.agent(), computers()
    for keeper in ("", computer.keeper.id, computer.keeper.id, other.keeper.id, ""):
        computer.says(agent, keeper=keeper)
    found = computer.do(lambda c: c.execute(select(keeper_agent)).all())
    assert [(row.device, row.keeper) for row in found] == [(agent.id, other.keeper.id)]


def _away(computer: Computer, agent: Desk) -> bool:
    at = computer.running.time.at
    run = device_run.c
    row = computer.do(
        lambda c: c.execute(
            select(run.goodbye, run.goodbye_at)
            .where(run.device == agent.id)
            .order_by(run.begun_at.desc())
        ).first()
    )
    return goodbyes.counts(row.goodbye, row.goodbye_at or 0.0, at)


@pytest.mark.parametrize("word", ["stopped", "whatever", "logoff"])
def test_row_94_what_an_ended_agent_claims_is_silence_after_the_usual_time(
    word: str, computer: Computer
) -> None:
    agent = computer.agent()
    computer.says(agent)
    computer.says(agent, goodbye=word)
    assert not _away(computer, agent)
    for _ in range(12):
        computer.running.time.at += PACE
        computer.look()
    assert computer.open(agent) == {"missing"}


@pytest.mark.parametrize("first", ["agent", "keeper"])
@pytest.mark.parametrize("how", ["nobody is left", "the keeper stops"])
def test_row_94_it_counts_once_the_keeper_has_said_that_the_session_is_over(
    first: str, how: str, computer: Computer
) -> None:
    agent = computer.agent()
    computer.lives(2 * PACE, agent)
    word = {"on": 0} if how == "nobody is left" else {"on": 1, "goodbye": "stopped"}
    if first == "keeper":
        computer.keeps(guarding=0, **word)
    computer.says(agent, goodbye="stopped")
    assert _away(computer, agent) is (first == "keeper")
    if first == "agent":
        computer.keeps(guarding=0, **word)
    assert _away(computer, agent)
    computer.running.time.at += 3600
    computer.look()
    assert "missing" not in computer.open(agent)


def test_row_94_a_keeper_confirms_no_claim_of_long_ago(computer: Computer) -> None:
    agent = computer.agent()
    computer.lives(2 * PACE, agent)
    computer.says(agent, goodbye="stopped")
    computer.lives(10 * PACE)
    computer.keeps(on=0, guarding=0)
    assert not _away(computer, agent), "it was ended while somebody was logged on"


def test_row_94_another_computers_keeper_confirms_nothing(
    computer: Computer, computers: Callable[[], Computer]
) -> None:
    agent, other = computer.agent(), computers()
    computer.lives(2 * PACE, agent)
    computer.says(agent, goodbye="stopped")
    other.keeps(on=0, guarding=0)
    assert not _away(computer, agent)


def test_row_94_a_claim_is_taken_back_by_the_next_report(computer: Computer) -> None:
    agent = computer.agent()
    computer.lives(2 * PACE, agent)
    computer.says(agent, goodbye="stopped")
    computer.says(agent)
    computer.keeps(on=0, guarding=0)
    assert not _away(computer, agent)
