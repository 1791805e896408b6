"""Whether a signed policy may follow the one in force: the rules of succession.

A policy is taken when it is for this computer's team, above the highest version that was taken
(a higher epoch begins the versions anew), not out of date, not one that failed its trial here, and
asks for no less than the signed one in force, unless it says `loosens: true`. The same version
with another text is an alarm: somebody shows different policies to different computers.
Dates are judged by the later of the day this program was made and the greatest time that the
endpoint has signed, so that turning the computer's clock neither ends nor revives a policy.
"""

from __future__ import annotations

from datetime import UTC, datetime

from agentguard.model.policy import Policy
from agentguard.model.release import Release
from agentguard.policy.trust_record import Trust
from agentguard.policy.weakening import weaker

BUILT = datetime(2026, 11, 26, tzinfo=UTC).timestamp()
"""No date is judged earlier than this; raised with every version of the program."""

SHOWN = 5


def expired(release: Release, time: float) -> bool:
    """Check whether its last day has ended at `time` (seconds since 1970, UTC)."""
    return bool(release.expires) and datetime.fromtimestamp(time, UTC).date().isoformat() > (
        release.expires
    )


def objection(
    policy: Policy, trust: Trust, before: Policy | None, *, group: str, time: float
) -> tuple[str, dict[str, str | int]] | None:
    """Return what stands against a policy: an id of `policy.rejected` and what fills its sentence.

    `before` is the signed policy in force, None when there is none.
    """
    release = policy.release
    if release.group and release.group.casefold() != group.casefold():
        return "group", {"group": release.group, "own": group or "-"}
    order = _order(policy, trust)
    if order is not None:
        return order
    if expired(release, time):
        return "expired", {"expires": release.expires}
    points = () if before is None or release.loosens else weaker(before, policy)
    if points:
        more = f", +{len(points) - SHOWN}" if len(points) > SHOWN else ""
        return "weaker", {"points": ", ".join(points[:SHOWN]) + more}
    return None


def _order(policy: Policy, trust: Trust) -> tuple[str, dict[str, str | int]] | None:
    offered, mark = (policy.release.epoch, policy.version), (trust.epoch, trust.version)
    said: dict[str, str | int] = {"version": policy.version, "epoch": policy.release.epoch}
    if offered < mark:
        return "rollback", {**said, "mark": trust.version, "mark_epoch": trust.epoch}
    if offered == mark and policy.digest != trust.digest:
        return "equivocation", said
    if policy.digest == trust.failed:
        return "failed-before", said
    return None
