"""Which desk failed most, the longest failure and how fast half were mended, by team and site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agentguard.model.failures import Failure, failures, median
from agentguard.model.held import Period, State
from agentguard.server.evidence.base import Stay, Work
from agentguard.server.store.control_history import histories, team_places
from agentguard.server.store.control_history.histories import History
from agentguard.server.store.control_history.team_places import Place
from agentguard.trust.evidence.tables import stamp

FILE = "failures.csv"
COLUMNS = (
    "framework", "requirement", "control", "relation", "team", "team_name", "site", "desks_failing",
    "worst_desk", "worst_desk_seconds", "longest_desk", "longest_since", "longest_seconds",
    "mended", "half_mended_within_seconds",
)  # fmt: skip
Where = tuple[int, int]
"""A team and a site; 0 of both are all that the pack is about."""
ALL: Where = (0, 0)


@dataclass(slots=True)
class _Group:
    """What is known of a control in a team and site: seconds by desk, and each failure's end."""

    seconds: dict[str, int] = field(default_factory=dict)
    longest: tuple[int, int, str] = (0, 0, "")
    mended: list[int] = field(default_factory=list)

    def take(self, label: str, failure: Failure) -> None:
        if failure.seconds > self.longest[0]:
            self.longest = failure.seconds, failure.since, label
        if failure.mended:
            self.mended.append(failure.seconds)


@dataclass(slots=True)
class Failed:
    """Takes what failed, desk by desk."""

    places: Mapping[int, list[Place]]
    _groups: dict[tuple[str, Where], _Group] = field(default_factory=dict)

    def enter(self, one: History, stays: Iterable[Stay], checks: Iterable[str]) -> None:
        """Enter the failures of a desk for the time that it was in these teams."""
        wrong = [
            check
            for check in checks
            if any(span.state is State.FAIL for span in one.control(check).spans)
        ]
        if not wrong:
            return
        hidden = histories.hidden(one)
        for stay in stays:
            own = self.places.get(stay.team, ())
            for place in team_places.cut(own, stay.since, stay.until):
                period = Period(since=place.since, until=place.until)
                presence = one.presence(period)
                for check in wrong:
                    seconds = presence.sums(one.control(check))[State.FAIL]
                    found = list(failures(one.control(check), period, hidden))
                    for where in (ALL, (stay.team, place.site)):
                        self._add((check, where), one.label or one.device, seconds, found)

    def _add(
        self, key: tuple[str, Where], label: str, seconds: int, found: Sequence[Failure]
    ) -> None:
        if not seconds and not found:
            return
        group = self._groups.setdefault(key, _Group())
        if seconds:
            group.seconds[label] = group.seconds.get(label, 0) + seconds
        for failure in found:
            group.take(label, failure)

    def write(self, work: Work) -> None:
        """Write the table: a line for each requirement, control, team and site that failed."""
        work.sheet(FILE, COLUMNS, self._rows(work, team_places.names(work.connection)))

    def _rows(self, work: Work, sites: Mapping[int, str]) -> Iterator[tuple[object, ...]]:
        places: dict[str, list[Where]] = {}
        for check, where in sorted(self._groups):
            places.setdefault(check, []).append(where)
        for claim in work.claims:
            about = (claim.framework, claim.requirement, claim.control, claim.relation)
            for team, site in places.get(claim.control, ()):
                group = self._groups[claim.control, (team, site)]
                named = (team or "", work.teams.get(team, ""), sites.get(site, ""))
                yield (*about, *named, *_told(group))


def _told(group: _Group) -> tuple[object, ...]:
    desk, seconds = max(group.seconds.items(), key=lambda one: (one[1], one[0]), default=("", 0))
    length, since, longest = group.longest
    half = median(group.mended)
    first = stamp(since) if longest else ""
    ends = (len(group.mended), "" if half is None else half)
    return (len(group.seconds), desk, seconds, longest, first, length, *ends)
