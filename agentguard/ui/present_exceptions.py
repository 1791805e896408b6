"""Turns what a policy lets be excepted, and what was asked for, into words; pure, without Qt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo

from agentguard.model.exceptions import (
    HOUR,
    SECOND_PERSON,
    ExceptionRule,
    Request,
    RequestState,
    rule_for,
)
from agentguard.model.moments import Moment
from agentguard.model.snapshot import Snapshot
from agentguard.ui.views import EndView, ExceptableView, RequestView
from agentguard.ui.wording import Wording

SOON = 1800.0
"""Seconds: an end that is nearer is not offered."""
HOURS = (time(12), time(17), time(20))
"""Times of the day at which exceptions are offered to end."""
DAYS = 14
MOST = 7
"""Ends that are offered."""
QUARTER = 900.0


def exceptable(snapshot: Snapshot, words: Wording) -> tuple[ExceptableView, ...]:
    """Return the controls of this desk that its policy lets be excepted, by their names."""
    rules = snapshot.policy.exceptions
    here = {one.check for one in snapshot.controls}
    found = (rule_for(rules, control) for control in here)
    views = (_exceptable(rule, words) for rule in found if rule is not None)
    return tuple(sorted(views, key=lambda one: one.title))


def requests(snapshot: Snapshot, words: Wording) -> tuple[RequestView, ...]:
    """Return what was asked for here, the newest first, each with how it stands."""
    return tuple(_request(one, snapshot, words) for one in snapshot.requests)


def ends(now: Moment, hours: int, words: Wording, zone: tzinfo | None = None) -> list[EndView]:
    """Return until when an exception can be asked for now, the nearest first.

    The last one is as late as the policy allows, on a full quarter of an hour.
    """
    latest = now.wall + hours * HOUR
    latest -= latest % QUARTER
    offered = [at for at in _moments(now, zone) if now.wall + SOON < at < latest][: MOST - 1]
    return [_end(at, now, words, zone) for at in (*offered, latest)]


def _moments(now: Moment, zone: tzinfo | None) -> Iterator[float]:
    today = _local(now.wall, zone).date()
    for days in range(DAYS):
        for at in HOURS:
            if days < 2 or at == HOURS[1]:  # noqa: PLR2004 - later days end with their work
                yield _instant(datetime.combine(today + timedelta(days), at), zone)


def _end(at: float, now: Moment, words: Wording, zone: tzinfo | None) -> EndView:
    then, today = _local(at, zone), _local(now.wall, zone).date()
    days = (then.date() - today).days
    form = {0: "today", 1: "tomorrow"}.get(days, "day")
    clock = f"{then:%H:%M}"
    said = clock if form != "day" else words.clock(Moment(boot=now.boot, wall=at))
    return EndView(
        wall=at,
        words=words.texts.say(f"exception-ask.{form}", time=said),
        long=at - now.wall > SECOND_PERSON,
    )


def _exceptable(rule: ExceptionRule, words: Wording) -> ExceptableView:
    title = words.texts.title(rule.control, "")
    month = round(rule.together / HOUR)
    return ExceptableView(
        control=rule.control,
        title=title,
        hours=rule.hours,
        unguarded=words.texts.say("exception-ask.unguarded", control=title),
        bound=words.texts.say("exception-ask.bound", hours=rule.hours, month=month),
    )


def _request(one: Request, snapshot: Snapshot, words: Wording) -> RequestView:
    state = one.state
    if state is RequestState.WAITING and one.until <= snapshot.at.wall:
        state = RequestState.LAPSED
    over = state is RequestState.OVER
    form = "refused-here" if state is RequestState.DECLINED and one.why == "policy" else state
    at = Moment(boot=snapshot.at.boot, wall=one.ruled if over else one.until)
    said = words.texts.say(
        f"exception-ask.state.{form}",
        control=words.texts.title(one.control, ""),
        time=words.clock(at),
    )
    return RequestView(id=one.id, state=state.value, said=said)


def _local(wall: float, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(wall, UTC).astimezone(zone)


def _instant(local: datetime, zone: tzinfo | None) -> float:
    """Return the instant of a time on the wall, in the zone as it is on that day."""
    return local.replace(tzinfo=zone).timestamp()
