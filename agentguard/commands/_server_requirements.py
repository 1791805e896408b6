"""`agentguard server requirements`: how long the controls of each requirement held."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from agentguard.base import requirements
from agentguard.base.errors import UsageError
from agentguard.base.requirements import Framework
from agentguard.base.translations import Texts
from agentguard.model.failures import median
from agentguard.model.held import ORDER, State, share, watched
from agentguard.platforms import system_clock
from agentguard.server.admin import overview
from agentguard.server.settings import ServerSettings
from agentguard.server.store.control_history import day_sums, days, team_places
from agentguard.server.store.control_history.day_sums import Sum, Wanted
from agentguard.server.store.floor import places
from agentguard.server.store.schema.control_tables import USED

USUAL, MOST = 30, 400
HOUR, MINUTE = 3600, 60
_NOT_KNOWN = (State.UNKNOWN, State.PARTIAL, State.BLIND, State.EXPIRED)
_NOTHING = Sum(check="", seconds=dict.fromkeys(ORDER, 0), used=dict.fromkeys(USED, 0))


def arguments(act: Callable[[str], argparse.ArgumentParser], said: Texts) -> None:
    """Add the act."""
    one = act("requirements")
    one.add_argument("name", nargs="*", help=said.say("cli.requirements.name"))
    one.add_argument(
        "--days", type=int, default=USUAL, metavar="DAYS", help=said.say("cli.requirements.days")
    )
    one.add_argument("--site", metavar="NAME", help=said.say("cli.requirements.site"))
    one.add_argument("--json", action="store_true", help=said.say("cli.requirements.json"))


def run(given: argparse.Namespace, settings: ServerSettings, said: Texts) -> str:
    """Return the seconds of each state, or lines for a person.

    Raises:
        UsageError: there is no such requirement, or the days make no sense.
        CannotError: the database cannot be read.

    """
    if not 1 <= given.days <= MOST:
        raise UsageError(said.say("cli.requirements.bad-days", most=MOST))
    name = " ".join(given.name)
    found = requirements.choose(requirements.load(), name)
    if not found:
        raise UsageError(said.say("cli.requirements.none", name=name))
    today = days.of(system_clock().now().wall)
    checks = {check for one in found for r in one.requirements for check in r.checks}
    wanted = Wanted(days=(today - given.days + 1, today + 1), checks=checks, site=given.site)
    known = overview.read(settings, lambda c: _known(c, wanted))
    if given.json:
        return json.dumps([*_rows(found, known)], indent=2, ensure_ascii=False)
    return "\n".join(_lines(found, known, said))


@dataclass(frozen=True, slots=True)
class _Known:
    """A control in all, or in one team and site; `worst` and `longest` name a desk."""

    sums: Sum
    team: str = ""
    site: str = ""
    worst: tuple[str, int] = ("", 0)
    longest: tuple[str, int] = ("", 0)

    @property
    def told(self) -> dict[str, object]:
        """What is told of it beside the seconds of each state."""
        return {
            **{f"{name.replace('_', '-')}-seconds": has for name, has in self.sums.used.items()},
            "worst-desk": self.worst[0],
            "worst-desk-seconds": self.worst[1],
            "longest-failure-desk": self.longest[0],
            "longest-failure-seconds": self.longest[1],
            "mended": len(self.sums.mended),
            "half-mended-within-seconds": median(self.sums.mended),
        }


def _known(connection: Connection, wanted: Wanted) -> dict[str, list[_Known]]:
    """Return what is known of each control: all of it first, then by team and site."""
    teams = {one.id: one.name for one in places.list_placed(connection)}
    sites = team_places.names(connection)
    found: dict[str, list[_Known]] = {}
    for by, some in day_sums.worst(connection, wanted, ((), ("team", "site"))).items():
        sums = day_sums.read(connection, wanted, by=by)
        labels = day_sums.labels(connection, (one.longest[1] for one in sums))
        worst = {(w.check, w.team, w.site): w for w in some}
        for one in sums:
            seconds, number = one.longest
            longest, bad = labels.get(number), worst.get((one.check, one.team, one.site))
            known = _Known(
                sums=one,
                team=teams.get(one.team, ""),
                site=sites.get(one.site, ""),
                worst=("", 0) if bad is None else (bad.label or bad.device, bad.seconds),
                longest=("", 0) if longest is None else (longest[1] or longest[0], seconds),
            )
            found.setdefault(one.check, []).append(known)
    return found


def _rows(
    found: tuple[Framework, ...], known: dict[str, list[_Known]]
) -> Iterator[dict[str, object]]:
    for framework in found:
        for one in framework.requirements:
            for check in one.checks:
                of = {"framework": framework.id, "number": one.number, "check": check}
                whole, *places = known.get(check, [_Known(_NOTHING)])
                yield {**of, **_told_row(whole), "places": [*map(_place_row, places)]}


def _told_row(one: _Known) -> dict[str, object]:
    return {**{state.value: one.sums.seconds[state] for state in ORDER}, **one.told}


def _place_row(one: _Known) -> dict[str, object]:
    return {"team": one.team, "site": one.site, **_told_row(one)}


def _lines(
    found: tuple[Framework, ...], known: dict[str, list[_Known]], said: Texts
) -> Iterator[str]:
    for framework in found:
        for one in framework.requirements:
            yield f"{one.id}  {one.words}"
            for check in one.checks:
                yield from _told(check, known.get(check, []), said)


def _told(check: str, known: list[_Known], said: Texts) -> Iterator[str]:
    whole = watched(known[0].sums.seconds) if known else 0
    if not whole:
        yield f"  {check}: {said.say('cli.requirements.unwatched')}"
        return
    yield f"  {check}: {_share(known[0], whole, said)}"
    yield f"    {_use(known[0], said)}"
    if known[0].longest[1]:
        for one in known[1:]:
            if one.longest[1]:
                yield f"    {_failed(one, said)}"


def _share(one: _Known, whole: int, said: Texts) -> str:
    parts = one.sums.seconds
    return said.say(
        "cli.requirements.held",
        held=share(parts[State.PASS], whole),
        failed=share(parts[State.FAIL], whole),
        unknown=share(sum(parts[state] for state in _NOT_KNOWN), whole),
        excepted=share(parts[State.EXCEPTED], whole),
        hours=whole // HOUR,
        lost=parts[State.OFFLINE] // HOUR,
    )


def _use(one: _Known, said: Texts) -> str:
    used = one.sums.used
    if not used["used"]:
        return said.say("cli.requirements.unused")
    return said.say(
        "cli.requirements.in-use",
        held=share(used["used_passed"], used["used"]),
        hours=used["used"] // HOUR,
        lost=used["used_offline"] // HOUR,
    )


def _failed(one: _Known, said: Texts) -> str:
    half = median(one.sums.mended)
    return said.say(
        "cli.requirements.failed",
        place=" / ".join(filter(None, (one.site, one.team))),
        worst=one.worst[0] or "-",
        worst_minutes=-(-one.worst[1] // MINUTE),
        longest=one.longest[0],
        minutes=-(-one.longest[1] // MINUTE),
        mended=len(one.sums.mended),
        half="-" if half is None else -(-half // MINUTE),
    )
