"""Each job keeps the programs that ran when it was first seen, if that was soon enough."""

from __future__ import annotations

from agentguard.model.moments import Moment
from agentguard.platforms._print_jobs import DAY, MOST, Done, PrintMemory

NOW = 1_790_000_000.0


class Desk:
    """The running programs, and how often they were asked for."""

    def __init__(self) -> None:
        self.running = frozenset({"crm"})
        self.asked = 0
        self.memory = PrintMemory(60.0, self._ask)

    def _ask(self) -> frozenset[str]:
        self.asked += 1
        return self.running

    def seen(self, *jobs: Done, after: float = 0.0) -> list[frozenset[str] | None]:
        at = Moment(boot=after, wall=NOW + after)
        return [job.beside for job in self.memory.seen(jobs, at)]


def job(key: str, ago: float = 10.0) -> Done:
    return Done(key=key, done=NOW - ago, printer="local", pages=2)


def test_row_146_what_runs_later_changes_nothing_of_a_job() -> None:
    desk = Desk()
    assert desk.seen(job("1")) == [frozenset({"crm"})]
    desk.running = frozenset({"edit"})
    assert desk.seen(job("1"), job("2"), after=60) == [frozenset({"crm"}), frozenset({"edit"})]
    assert desk.asked == 2
    assert desk.seen(job("1"), job("2"), after=120) == [frozenset({"crm"}), frozenset({"edit"})]
    assert desk.asked == 2


def test_row_146_a_job_of_before_the_first_look_is_beside_nothing_known() -> None:
    desk = Desk()
    assert desk.seen(job("1", ago=121)) == [None]
    assert desk.asked == 0
    assert desk.seen(job("1", ago=121), job("2"), after=0) == [None, frozenset({"crm"})]


def test_programs_that_cannot_be_read_are_not_known() -> None:
    desk = Desk()
    desk.running = frozenset()
    assert desk.seen(job("1")) == [None]


def test_a_job_is_kept_for_a_day_and_only_the_newest_are() -> None:
    desk = Desk()
    assert desk.seen(job("old", ago=DAY), job("ahead", ago=-DAY)) == []
    many = [job(str(n), ago=MOST + 5 - n) for n in range(MOST + 5)]
    assert len(desk.seen(*many)) == MOST
    told = desk.memory.seen(many, Moment(boot=0.0, wall=NOW))
    assert told[-1].done == many[-1].done
