"""Which seat each session takes: of two sessions of one person the second has a folder of its own.

An agent's folder, journal and identity are one person's, and one agent holds them. So each further
session of that person, as hosts of sessions allow it, takes the next seat while it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST = 1


def seated(known: Mapping[int, int], people: Mapping[int, str]) -> dict[int, int]:
    """Return the seat of each session, from 1.

    `people` tells whose each is, `known` has the seats so far. A session stays where it is; a new
    one takes the first seat that no other of that person has.
    """
    seats: dict[int, int] = {}
    for session in sorted(people, key=lambda one: (one not in known, one)):
        taken = {seats[other] for other in seats if people[other] == people[session]}
        wanted = known.get(session, FIRST)
        free = (seat for seat in range(FIRST, len(people) + FIRST + 1) if seat not in taken)
        seats[session] = wanted if wanted not in taken else next(free)
    return seats
