"""What happens at the site, day by day: shifts, outages, failures, moves; the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

BEGIN = 1_759_276_800
"""1 October 2025, when the year begins."""
DAY, HOUR, WEEKEND = 86400, 3600, 5
CHECKS = (
    "antivirus", "clipboard", "disk-encryption", "firewall", "patches", "pii-files", "reauth",
    "screen-lock", "software", "training", "usb-storage", "vendors",
)  # fmt: skip
STATES = ("fail", "fail", "fail", "unknown", "partial", "not_applicable", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How large it is, and for how long; `begin` is a midnight in seconds since 1970."""

    begin: int
    days: int = 365
    teams: int = 12
    desks: int = 300
    seed: int = 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something at a desk at a moment: it comes, goes, or a control turns into a state."""

    at: int
    desk: int
    what: str
    check: str = ""
    state: str = ""


@dataclass(slots=True)
class Plan:
    """The plan of a site."""

    site: Site
    chance: random.Random = field(init=False)
    bad: dict[int, dict[str, str]] = field(default_factory=dict)
    """What is not in order at each desk, over the days."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.site.seed)  # noqa: S311 - no secret

    def day(self, number: int) -> list[Turn]:
        """Return the turns of a day in order; none at the weekend."""
        begin = self.site.begin + number * DAY
        if (begin // DAY + 3) % 7 >= WEEKEND:
            return []
        outage = self._outage(begin)
        every = [turn for desk in range(self.site.desks) for turn in self._desk(desk, begin)]
        kept = [turn for turn in every if not (outage and outage[0] <= turn.at < outage[1])]
        return sorted(kept, key=lambda one: (one.at, one.desk))

    def _outage(self, begin: int) -> tuple[int, int] | None:
        """Return when nobody is heard that day: about once in two months, for hours."""
        if self.chance.random() > 0.025:  # noqa: PLR2004 - of the days
            return None
        since = begin + self.chance.randrange(9, 14) * HOUR
        return since, since + self.chance.randrange(1, 5) * HOUR

    def _desk(self, desk: int, begin: int) -> Iterator[Turn]:
        if self.chance.random() < 0.08:  # noqa: PLR2004 - nobody sits there
            return
        late = (desk % 3) * 2 * HOUR  # three shifts
        since = begin + 6 * HOUR + late + self.chance.randrange(1800)
        until = since + 8 * HOUR - self.chance.randrange(1200)
        yield Turn(at=since, desk=desk, what="come")
        yield from self._controls(desk, since, until)
        if self.chance.random() < 0.004:  # noqa: PLR2004 - rare
            yield Turn(at=self._within(since, until), desk=desk, what="incident")
        if self.chance.random() < 0.01:  # noqa: PLR2004 - rare
            yield Turn(at=self._within(since, until), desk=desk, what="lesson")
        yield Turn(at=until, desk=desk, what="go")

    def _controls(self, desk: int, since: int, until: int) -> Iterator[Turn]:
        mine = self.bad.setdefault(desk, {})
        for check in [*mine]:
            if self.chance.random() < 0.4:  # noqa: PLR2004 - mended that day
                del mine[check]
                at = self._within(since, until)
                yield Turn(at=at, desk=desk, what="turn", check=check, state="pass")
        if self.chance.random() < 0.15:  # noqa: PLR2004 - something goes wrong
            check, state = self.chance.choice(CHECKS), self.chance.choice(STATES)
            if check not in mine:
                mine[check] = state
                at = self._within(since, until)
                yield Turn(at=at, desk=desk, what="turn", check=check, state=state)

    def _within(self, since: int, until: int) -> int:
        return self.chance.randrange(since + 300, until - 300)
