"""Puts moments, sizes and counts into words; knows no Qt."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from agentguard.base import languages
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

    def day(self, moment: Moment) -> str:
        """Return the day and month; the year too where it is another."""
        then = self._local(moment)
        this_year = then.year == self._local(self._now).year
        return languages.day(self.texts.language, then, with_year=not this_year)

    def is_over(self, moment: Moment) -> bool:
        """Check whether a moment has passed."""
        return self._now.wall >= moment.wall

    def is_today(self, moment: Moment) -> bool:
        """Check whether it was on the day of now; what lies ahead was."""
        return self._local(moment).date() >= self._local(self._now).date()

    def ago(self, moment: Moment) -> str:
        """Return how long ago it was in its largest unit; what lies ahead is just now."""
        seconds = self._now.wall - moment.wall
        for length, unit in STEPS:
            if seconds >= length:
                return self.count(f"ui.ago.{unit}", int(seconds // length))
        return self.texts.say("ui.ago.now")

    def count(self, id_: str, number: int, /, **params: str | int) -> str:
        """Return the sentence that counts, in the form for the number."""
        return self.texts.say(id_, count=number, **params)

    def size(self, size: int) -> str:
        """Return a size in the unit that keeps it short."""
        power = next((i for i, (_, up) in enumerate(pairwise(_powers())) if size < up), 4)
        number = size / _powers()[power]
        if not power:
            return self.count("ui.size.byte", size)
        shown = f"{number:.1f}" if number < 10 else f"{number:.0f}"  # noqa: PLR2004 - digits
        shown = languages.decimal(self.texts.language, shown)
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
        return languages.moment(self.texts.language, then)

    def _local(self, moment: Moment) -> datetime:
        wall = min(max(moment.wall, 0.0), LAST_WALL)
        return datetime.fromtimestamp(wall, UTC).astimezone(self._zone)


def _powers() -> tuple[int, ...]:
    return tuple(1024**i for i in range(len(SIZES)))
