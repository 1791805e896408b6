"""Before a plan's day comes everybody is told, once for each mark."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from agentguard.server.jobs.schedule import Jobs
from agentguard.server.store.outbox import happenings
from agentguard.server.store.records import lived_time
from agentguard.server.store.schema.feed_tables import feed_outbox
from agentguard.server.store.schema.software_tables import product_plan
from agentguard.server.store.software import plans, reminders
from tests.server import planned
from tests.server.planned import DAY, on, wish
from tests.server.test_roles import signed_in

__all__ = ["signed_in"]


def do(running: Any, job: Any) -> Any:
    return running.admin._database.run(job)


@pytest.fixture
def fleet(running: Any) -> Any:
    """Give an endpoint whose desks have four products, of which three want a plan."""
    do(running, planned.lay)
    return running


# -- reminders ---------------------------------------------------------------------------------


def told(running: Any) -> list[tuple[str, int, str]]:
    rows = do(
        running, lambda c: list(c.scalars(select(feed_outbox.c.body).order_by(feed_outbox.c.id)))
    )
    every = [happenings.decoded(body) for body in rows]
    return [
        (one.state, int(one.params["days"]), str(one.params["product"]))
        for one in every
        if one.what == "plan"
    ]


def remind(running: Any, now: float, sure: float | None = None) -> int:
    return do(running, lambda c: reminders.remind_of_plans(c, now, now if sure is None else sure))


def test_each_mark_is_told_once_however_often_it_is_looked(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    for hour in range(0, 63 * 24, 6):
        remind(fleet, now + hour * 3600)
    assert told(fleet) == [
        ("due", 30, "oracle-jdk"),
        ("due", 7, "oracle-jdk"),
        ("due", 1, "oracle-jdk"),
        ("due", 0, "oracle-jdk"),
        ("overdue", -1, "oracle-jdk"),
    ]


def test_nothing_is_told_again_when_the_outbox_has_forgotten(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    assert remind(fleet, now + 31 * DAY) == 1
    do(fleet, lambda c: c.execute(feed_outbox.delete()))
    assert remind(fleet, now + 32 * DAY) == 0


def test_after_a_long_silence_the_nearest_mark_alone_is_told(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    assert remind(fleet, now + 70 * DAY) == 1
    assert told(fleet) == [("overdue", -1, "oracle-jdk")]


def test_a_new_day_is_counted_anew_and_what_is_set_today_is_not_told_today(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now, target=on(now, 5)), "olga", now))
    assert remind(fleet, now) == 0
    assert remind(fleet, now + 4 * DAY) == 1
    do(fleet, lambda c: plans.put(c, wish(now, target=on(now, 90)), "olga", now + 4 * DAY))
    assert remind(fleet, now + 5 * DAY) == 0
    assert remind(fleet, now + 61 * DAY) == 1
    same = wish(now, target=on(now, 90), owner="Facilities")
    do(fleet, lambda c: plans.put(c, same, "olga", now + 61 * DAY))
    assert remind(fleet, now + 62 * DAY) == 0, "another owner is no other day"


def test_a_clock_that_leapt_ahead_tells_nothing_early(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    assert remind(fleet, now + 900 * DAY, sure=now) == 0
    assert remind(fleet, now + 900 * DAY, sure=now + 31 * DAY) == 1
    assert told(fleet) == [("due", 30, "oracle-jdk")]


def test_what_no_desk_has_any_more_is_not_told_of(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    do(fleet, planned.remove)
    assert remind(fleet, now + 59 * DAY) == 0
    assert do(fleet, lambda c: c.scalar(select(product_plan.c.reminded))) is None


def test_what_the_catalogue_knows_no_more_is_told_of_and_what_is_kept_up_again_is_not(
    fleet: Any,
) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))
    for state, many in (("supported", 0), ("unknown", 1)):
        do(fleet, planned.remove)
        do(fleet, lambda c, s=state: planned.install(c, "oracle-jdk", s))
        assert remind(fleet, now + 59 * DAY) == many


def test_the_endpoint_reminds_by_itself_where_feeds_are_set_across_restarts(fleet: Any) -> None:
    now = fleet.time()
    do(fleet, lambda c: plans.put(c, wish(now), "olga", now))

    def jobs() -> Jobs:
        return Jobs(fleet.admin._database, fleet.settings, fleet.time, boot=fleet.time)

    fleet.time.at += 53 * DAY
    jobs().do()
    assert told(fleet) == [], "there is nobody to tell"
    (fleet.settings.data / "feeds.toml").write_text("", encoding="utf-8")

    def confirmed(connection: Any) -> None:
        known = lived_time.known(connection, fleet.time()).confirmed(fleet.time())
        lived_time._note(connection, known)

    for _ in range(3):
        fleet.time.at += 700
        do(fleet, confirmed)
        jobs().do()
    assert told(fleet) == [("due", 7, "oracle-jdk")]
