"""The tables of a pack that are computed with: how long what held, and every gap.

They hold numbers, ids and times only, so a line is what stands between commas. A desk and a team
are numbers, whose names stand in `desks.csv` and `teams.csv`. `*` as a control is all of them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

SPELLS = "spells.csv"
"""Which desk was in which team, when."""
TEAMS = "teams.csv"
MAPPING = "mapping.csv"
WEEKS = "weeks.csv.gz"
"""How each control stood in each team, week by week."""
REQUIREMENTS = "requirements.csv"
"""What the weeks add up to, by requirement."""
HELD, GAPS = "held/", "gaps/"
"""Folders with a file for so many desks, of the same name in both."""
DESKS_OF_A_FILE = 250
TABLE = ".csv.gz"
"""The ending of tables with a row for each gap or second: they are long, and pack to a tenth."""
EVERY = "*"
DAY = 86400
WEEK = 7 * DAY
_MONDAY = 4 * 86400
"""The first Monday of 1970, in seconds."""

SPELL_HEAD = "desk,team,since,until,seconds"
GAP_HEAD = "desk,team,control,state,since,until,seconds"
"""A gap of a control has the seconds of it in which the desk was watched: what is lost elsewhere
stands under `*`. The rows of a desk begin with those."""
_HELD_HEAD = "desk,team,control,seconds,"
_REQUIREMENT_HEAD = "framework,requirement,control,relation,team,name,seconds,"
_WEEK_HEAD = "control,team,week,seconds,"
MAPPING_HEAD = ("framework", "requirement", "control", "relation", "not", "source")
TEAM_HEAD = ("team", "name")
PASSED = "pass"
_FIRST = date(1970, 1, 1)
_UNPLAIN = re.compile(r"[,;\"\s\x00-\x1f]+")


def held_head(states: tuple[str, ...]) -> str:
    """Return the first line of a file of held seconds; the first of the states is `pass`."""
    return _HELD_HEAD + ",".join(states)


def requirement_head(states: tuple[str, ...]) -> str:
    """Return the first line of the requirements' table."""
    return _REQUIREMENT_HEAD + ",".join(states)


def week_head(states: tuple[str, ...]) -> str:
    """Return the first line of the table of weeks."""
    return _WEEK_HEAD + ",".join(states)


def states_of(head: str) -> tuple[str, ...]:
    """Return the states that a file of held seconds counts; none when it is no such head."""
    states = tuple(head.removeprefix(_HELD_HEAD).split(","))
    return states if head.startswith(_HELD_HEAD) and states[0] == PASSED else ()


def head_of(name: str) -> str:
    """Return the first line of a table that has the same one in each pack."""
    if name.startswith(GAPS):
        return GAP_HEAD
    heads = {MAPPING: ",".join(MAPPING_HEAD), TEAMS: ",".join(TEAM_HEAD), SPELLS: SPELL_HEAD}
    return heads[name]


def plain(text: str) -> str:
    """Return a name as it stands between commas: what would end a cell is a space."""
    return _UNPLAIN.sub(" ", text)


def week_of(at: int) -> int:
    """Return when the week of a moment begins: a Monday in UTC, in seconds since 1970."""
    return at - (at - _MONDAY) % WEEK


def stamp(at: int) -> str:
    """Write a moment to the second, in UTC."""
    number, second = divmod(at, DAY)
    minute, second = divmod(second, 60)
    return _day(number) + _MINUTES[minute] + _SECONDS[second]


def day(at: int) -> str:
    """Write a day in UTC."""
    return _day(at // DAY)


@lru_cache(4096)
def _day(number: int) -> str:
    """Write a day by its number since 1970."""
    return (_FIRST + timedelta(days=number)).isoformat()


def moment(text: str) -> int:
    """Read a moment as `stamp` writes it, and in no other spelling, in seconds since 1970.

    Raises:
        ValueError: it is none.

    """
    try:
        return _midnight(text[:10]) + _MINUTE[text[10:16]] + _SECOND[text[16:]]
    except KeyError:
        raise ValueError(text) from None


@lru_cache(4096)
def _midnight(text: str) -> int:
    found = date.fromisoformat(text)
    if found.isoformat() != text:  # other spellings are dates too
        raise ValueError(text)
    return (found - _FIRST).days * DAY


_MINUTES = [f"T{one // 60:02}:{one % 60:02}" for one in range(DAY // 60)]
_SECONDS = [f":{one:02}Z" for one in range(60)]
_MINUTE = {text: 60 * place for place, text in enumerate(_MINUTES)}
_SECOND = {text: place for place, text in enumerate(_SECONDS)}
