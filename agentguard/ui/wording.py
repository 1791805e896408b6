"""Puts moments, sizes and counts into words; knows no Qt."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from agentguard.base.translations import Texts
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.ui.views import When

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
STEPS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
SIZES = ("byte", "kib", "mib", "gib", "tib")
LAST_WALL = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class Wording:
    """Words for one snapshot: `now` is its moment, `zone` the zone of the clock on the wall."""

    def __init__(self, texts: Texts, now: Moment, zone: tzinfo | None = None) -> None:
        self.texts = texts
        self._now = now
        self._zone = zone

    def when(self, moment: Moment) -> When:
        """Return a moment as a time or a date, and how long ago it was."""
        return When(exact=self._exact(moment), ago=self.ago(moment))

    def clock(self, moment: Moment) -> str:
        """Return the time of day, with the date when it was not today."""
        return self._exact(moment)

    def ago(self, moment: Moment) -> str:
        """Return how long ago it was in its largest unit; what lies ahead is just now."""
        seconds = self._now.wall - moment.wall
        for length, unit in STEPS:
            if seconds >= length:
                return self.count(f"ui.ago.{unit}", int(seconds // length))
        return self.texts.say("ui.ago.now")

    def count(self, id_: str, number: int, /, **params: str | int) -> str:
        """Return the sentence for none, one or many."""
        form = "many" if number > 1 else ("one", "none")[number < 1]
        exact = f"{id_}-{form}"
        known = exact if self.texts.has(exact) else f"{id_}-many"
        return self.texts.say(known, count=number, **params)

    def size(self, size: int) -> str:
        """Return a size in the unit that keeps it short."""
        power = next((i for i, (_, up) in enumerate(pairwise(_powers())) if size < up), 4)
        number = size / _powers()[power]
        shown = f"{number:.1f}" if power and number < 10 else f"{number:.0f}"  # noqa: PLR2004 - digits
        return self.texts.say(f"ui.size.{SIZES[power]}", number=shown)

    def hits(self, hits: tuple[Hit, ...]) -> str:
        """Return what was found, by kind, with the masks that may be shown."""
        return "; ".join(self._hit(hit) for hit in hits)

    def _hit(self, hit: Hit) -> str:
        kind = f"kind.{hit.kind.lower()}"
        name = self.texts.say(kind) if self.texts.has(kind) else hit.kind
        masks = ", ".join(hit.masked)
        form = "masked" if masks else "plain"
        return self.texts.say(f"ui.hit.{form}", count=hit.count, kind=name, masks=masks)

    def _exact(self, moment: Moment) -> str:
        then, now = self._local(moment), self._local(self._now)
        if then.date() == now.date():
            return f"{then:%H:%M}"
        month = self.texts.say(f"ui.month.{then.month}")
        return self.texts.say("ui.date", day=then.day, month=month, time=f"{then:%H:%M}")

    def _local(self, moment: Moment) -> datetime:
        wall = min(max(moment.wall, 0.0), LAST_WALL)
        return datetime.fromtimestamp(wall, UTC).astimezone(self._zone)


def _powers() -> tuple[int, ...]:
    return tuple(1024**i for i in range(len(SIZES)))
