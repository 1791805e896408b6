"""Whether a maker keeps a version up on a day, and the words that say why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from agentguard.model.messages import Message, say
from agentguard.model.software import Attack, State, Today
from agentguard.software import lines
from agentguard.software.catalogue import End, Exploited, Product, ReleaseLine
from agentguard.software.exploitation import attacks
from agentguard.software.versions import TRANSFORMS, Part, key, numbers

OLD = timedelta(days=90)
"""From this age of the catalogue on, nothing that is newest in it is said to be kept up."""
NEWER = timedelta(days=180)
"""For so long a version newer than the catalogue is one that came after it."""
KEV = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog?field_cve="
ANY = "*"
"""A line that every version is of."""
WEEK = 7
PLAIN = "plain"
"""The scheme of releases that are compared as they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A state with its reason; `ends` is the last day, where one is told; `source` an address.

    `attacks` are what makes it exploited, `beneath` is the state that it has otherwise.
    """

    state: State
    why: Message
    ends: date | None = None
    source: str = ""
    attacks: tuple[Attack, ...] = ()
    beneath: State | None = None


def judge(product: Product, line: str, version: str, now: Today) -> Support:
    """Return what holds of a version of a product's line.

    What nothing is known of is unknown, also where the catalogue is too old to say.
    """
    told = _kept_up(product, line, version, now)
    if found := attacks(product, line, version):
        return _attacked(found, told)
    return told


def _kept_up(product: Product, line: str, version: str, now: Today) -> Support:
    known = lines.found(product, line) or lines.found(product, ANY)
    channel = bool(line) and not numbers(line) and known is None
    if product.releases and not channel and (known is None or known.security is False):
        return _by_release(product, version, now)
    if known is None:
        return _unlisted(product, line, version, now)
    source = known.source or product.source
    rapid = _rapid(product, line, known)
    end = known.security if rapid is None else rapid
    return _until(end, known, now, source)


def _attacked(found: list[Exploited], told: Support) -> Support:
    """Tell of the newest entry, and what to install: what is in the range of none of them."""
    one, last = found[0], max(found, key=lambda each: (key(each.bound), not each.below))
    word = "support.attacked-below" if last.below else "support.attacked-through"
    why = say(word, cve=one.cve, version=last.bound, added=one.added.isoformat())
    return Support(
        state=State.EXPLOITED,
        why=why,
        ends=told.ends,
        source=f"{KEV}{one.cve}",
        attacks=tuple(Attack(listed=each.added, severity=each.severity) for each in found),
        beneath=told.state,
    )


def _rapid(product: Product, line: str, known: ReleaseLine) -> End:
    """Return the end of a rapid release whose number an extended one carries on; else None.

    The catalogue has one line for both, with the day of the extended one.
    """
    if product.slug not in TWO_PACES or not known.long_term or line.startswith("esr-"):
        return None
    first = known.released or date.max
    after = [one.released for one in product.lines if one.released and one.released > first]
    return min(after) if after else False


TWO_PACES = frozenset({"firefox", "thunderbird"})
"""Products whose numbers are first rapid releases, and then some of them extended ones."""


def _until(end: End, line: ReleaseLine, now: Today, source: str) -> Support:
    if isinstance(end, date):
        return _dated(end, line, now, source)
    if end is True:
        return Support(state=State.ENDED, why=say("support.ended-some-day"), source=source)
    if end is None:
        return Support(state=State.UNKNOWN, why=say("support.no-date"), source=source)
    if now.age > OLD and not line.long_term and _is_young(line, now):
        why = say("support.old-catalogue", compiled=now.compiled.isoformat())
        return Support(state=State.UNKNOWN, why=why, source=source)
    return Support(state=State.SUPPORTED, why=say("support.no-end"), source=source)


def _is_young(line: ReleaseLine, now: Today) -> bool:
    """Check whether a line was new when the catalogue was made, so that the next may have come."""
    return line.released is not None and now.compiled - line.released < NEWER


def _dated(end: date, line: ReleaseLine, now: Today, source: str) -> Support:
    told = end.isoformat()
    if end < now.day:
        why = say("support.ended", date=told)
        if isinstance(line.extended, date) and line.extended >= now.day:
            why = say("support.ended-but-paid", date=told, extended=line.extended.isoformat())
        return Support(state=State.ENDED, why=why, ends=end, source=source)
    state = State.ENDING if end - now.day <= now.warn else State.SUPPORTED
    why = say("support.ending" if state is State.ENDING else "support.until", date=told)
    return Support(state=state, why=why, ends=end, source=source)


def _unlisted(product: Product, line: str, version: str, now: Today) -> Support:
    unknown = State.UNKNOWN
    if product.note:
        why = say(f"support.{product.note}")
        return Support(state=unknown, why=why, source=product.source)
    if not version and not line:
        return Support(state=unknown, why=say("support.no-version"), source=product.source)
    if product.before and lines.has_ended_since(product, line or version, now.day):
        why = say("support.older-than-ended")
        return Support(state=State.ENDED, why=why, source=product.source)
    if product.lines and _is_newest(product, version or line):
        if _is_beyond(_known(product), version or line):
            return Support(state=unknown, why=say("support.no-release"), source=product.source)
        compiled = now.compiled.isoformat()
        state = State.SUPPORTED if now.age <= NEWER else unknown
        why = say("support.newer", compiled=compiled)
        return Support(state=state, why=why, source=product.source)
    return Support(state=unknown, why=say("support.no-line"), source=product.source)


def _is_newest(product: Product, version: str) -> bool:
    """Check whether a version comes after every line and release of the catalogue."""
    known = _known(product)
    return bool(known) and all(key(version) > key(text) for text in known)


def _known(product: Product) -> list[str]:
    """Return the versions that a product's lines tell of, by their names and their latest."""
    told = [text for one in product.lines for text in (one.name, one.latest)]
    return [text for text in told if numbers(text)]


FURTHER = 10
"""So many versions, or so much of a hundredth, a maker may have come further than the catalogue."""


def _is_beyond(known: Iterable[str], version: str) -> bool:
    """Check whether a version is none that its maker can have come to: a date, or a damaged one."""
    newest = max((numbers(text)[0] for text in known if numbers(text)), default=0)
    return numbers(version)[:1] > (newest + max(FURTHER, newest // FURTHER),)


def _by_release(product: Product, version: str, now: Today) -> Support:
    """Judge an evergreen product: by how long ago the release after this version came."""
    source = product.source
    if not version:
        return Support(state=State.UNKNOWN, why=say("support.no-version"), source=source)
    newest, counted = max(day for _, day in product.releases), key(version)
    later = sorted(day for text, day in product.releases if _counted(product, text) > counted)
    if not later and _is_beyond((text for text, _ in product.releases), version):
        return Support(state=State.UNKNOWN, why=say("support.no-release"), source=source)
    if not later:
        if now.age > OLD:
            why = say("support.old-catalogue", compiled=now.compiled.isoformat())
            return Support(state=State.UNKNOWN, why=why, source=source)
        return Support(state=State.SUPPORTED, why=say("support.newest"), source=source)
    mine = [day for text, day in product.releases if _counted(product, text) <= counted]
    weeks = (newest - max(mine, default=later[0])).days // WEEK
    told: dict[str, str | int] = {"weeks": weeks, "newest": _newest(product)}
    told["compiled"] = str(now.compiled)
    ends = later[0] + timedelta(weeks=product.weeks)
    if product.weeks and ends < now.day:
        why = say("support.behind-too-far", limit=product.weeks, **told)
        return Support(state=State.ENDED, why=why, ends=ends, source=source)
    state = State.UNKNOWN if not product.weeks or now.age > OLD else State.SUPPORTED
    return Support(state=state, why=say("support.behind", **told), source=source)


def _counted(product: Product, release: str) -> tuple[Part, ...]:
    """Return what a release is ordered by, counted as its installer does."""
    return key(release if product.scheme == PLAIN else TRANSFORMS[product.scheme](release))


def _newest(product: Product) -> str:
    return max((text for text, _ in product.releases), key=lambda text: _counted(product, text))
