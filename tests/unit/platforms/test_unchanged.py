"""How long something has been the same: through looks in a row, and anew after sleep."""

from __future__ import annotations

from agentguard.model.moments import Moment
from agentguard.platforms._unchanged import Unchanged


def at(boot: float) -> Moment:
    return Moment(boot=boot, wall=0.0)


def test_it_counts_from_the_first_look_that_saw_the_same() -> None:
    seen = Unchanged(30.0)
    told = [seen.seen(at(t), v) for t, v in ((10, ()), (40, ()), (70, ("a",)), (100, ("a",)))]
    assert told == [0.0, 30.0, 0.0, 30.0]


def test_after_sleep_it_begins_anew() -> None:
    seen = Unchanged(30.0)
    assert [seen.seen(at(t), ()) for t in (0, 30, 121, 211)] == [0.0, 30.0, 0.0, 90.0]
