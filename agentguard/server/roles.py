"""Who may do what at the console: five roles, and the rights that each has."""

from __future__ import annotations

from enum import StrEnum

VIEWER, SUPERVISOR, OFFICER, AUDITOR, ADMIN = (
    "viewer",
    "supervisor",
    "officer",
    "auditor",
    "admin",
)
ROLES = (VIEWER, SUPERVISOR, OFFICER, AUDITOR, ADMIN)
BOUND = frozenset({VIEWER, SUPERVISOR})
"""Roles that see the teams that were given to them; the others see every team."""

Scope = frozenset[int] | None
"""The ids of the teams whose desks may be seen; None for all."""


class Right(StrEnum):
    """What a page or a form asks for beyond being signed in."""

    CARE = "care"  # take up, close and sign off what happened
    RECORDS = "records"  # read the audit log and the list of users
    POLICIES = "policies"  # read which signed policies are published
    PUBLISH = "publish"  # publish signed policies, and move their rings
    EXCEPT = "except"  # approve exceptions from controls, refuse and end them
    OPEN = "open"  # see the name behind a pseudonym, with a reason
    FACTORS = "factors"  # read how people at desks prove presence
    KEEP = "keep"  # set how long records are kept, and hold them for an inquiry
    VENDORS = "vendors"  # read the vendor register
    REGISTER = "register"  # keep the vendor register
    PLAN = "plan"  # say who sees to a product past its support, and by when
    INSIDE = "inside"  # see incidents about somebody within, which all others do not
    MANAGE = "manage"  # users, teams, sites, shifts, enrolment


_MAY: dict[Right, frozenset[str]] = {
    Right.CARE: frozenset({SUPERVISOR, OFFICER, ADMIN}),
    Right.RECORDS: frozenset({OFFICER, AUDITOR, ADMIN}),
    Right.POLICIES: frozenset({OFFICER, AUDITOR, ADMIN}),
    Right.PUBLISH: frozenset({ADMIN}),
    Right.EXCEPT: frozenset({OFFICER, ADMIN}),
    Right.OPEN: frozenset({SUPERVISOR, OFFICER, ADMIN}),
    Right.FACTORS: frozenset({SUPERVISOR, OFFICER, AUDITOR, ADMIN}),
    Right.KEEP: frozenset({OFFICER, ADMIN}),
    Right.VENDORS: frozenset({OFFICER, AUDITOR, ADMIN}),
    Right.REGISTER: frozenset({OFFICER, ADMIN}),
    Right.PLAN: frozenset({OFFICER, ADMIN}),
    Right.INSIDE: frozenset({OFFICER}),
    Right.MANAGE: frozenset({ADMIN}),
}


def may(role: str, right: Right) -> bool:
    """Check whether a role has a right; an unknown role has none."""
    return role in _MAY[right]
