"""How the agent stands, as JSON for whoever asks it through the local door."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from agentguard import __version__
from agentguard.base import translations
from agentguard.base.translations import Texts
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.events import NOT_ENROLLED, UplinkState, Watching
from agentguard.model.moments import Moment
from agentguard.model.posture import ControlState, shown
from agentguard.model.records import Json
from agentguard.model.snapshot import Snapshot
from agentguard.runtime.drills._runner import Drills


def told(picture: Callable[[], Snapshot], threads: Callable[[], Mapping[str, str]]) -> bytes:
    """Return the present picture; of findings only how many are open, never of what.

    `threads` tells what each of the agent's threads does now; most of them wait.
    """
    whole = table(picture(), translations.load().masking(masked))
    return json.dumps({**whole, "threads": dict(threads())}).encode()


def drills(every: Drills) -> bytes:
    """Return how each drill stands, and which of them wait or run."""
    waiting = every.waiting()
    proves = {one.id: list(one.proves) for one in every.catalogue}
    rows = [
        {
            "id": one.drill,
            "outcome": one.outcome.value if one.outcome is not None else "",
            "why": one.why,
            "at": one.at,
            "days": int(one.days),
            "seconds": one.seconds,
            "receipt": one.receipt,
            "proves": proves[one.drill],
            "waits": one.drill in waiting,
        }
        for one in every.standings()
    ]
    return json.dumps({"drills": rows, "busy": every.busy()}).encode()


def table(seen: Snapshot, words: Texts) -> dict[str, Json]:
    """Return a picture as a table: the overall word, the modes, the policy, every control."""
    return {
        "version": __version__,
        "at": seen.at.iso,
        "overall": shown(seen.overall, seen.controls),
        "findings": len(seen.findings),
        "locked": seen.locked,
        "call": seen.in_call,
        "payment": seen.payment is not None,
        "policy": {
            "name": seen.policy.name,
            "version": seen.policy.version,
            "expires": seen.policy.release.expires,
            "expired": seen.standing.expired if seen.standing is not None else None,
        },
        "endpoint": _endpoint(seen.uplink, words),
        "unwatched": [*sorted(_unwatched(seen))],
        "controls": [_control(one, words) for one in seen.controls],
    }


def _endpoint(uplink: UplinkState | None, words: Texts) -> dict[str, Json]:
    """Return how the last report went: `state` is receipted, failed, not-enrolled or not-tried."""
    if uplink is None:
        return {"state": "not-tried"}
    if uplink.problem == NOT_ENROLLED:
        return {"state": NOT_ENROLLED}
    return {
        "state": "failed" if uplink.problem else "receipted",
        "at": uplink.at.iso,
        "waiting": uplink.waiting,
        "problem": words.render(uplink.message),
    }


def _unwatched(seen: Snapshot) -> Iterator[str]:
    """Yield the sensors that do not watch."""
    return (one.sensor for one in seen.sensors if one.state is not Watching.WATCHING)


def _control(one: ControlState, words: Texts) -> dict[str, Json]:
    told_by = one.detail.id if one.detail is not None else ""
    return {
        "id": one.check,
        "measure": one.measure,
        "state": one.state.value,
        "since": one.since.iso,
        "owner": one.owner.value,
        "title": words.title(one.check, one.state, told_by),
        "detail": words.render(one.detail),
        "advice": words.advice(one.check, told_by),
        "excepted_until": Moment(boot=0.0, wall=one.excepted.until).iso if one.excepted else "",
    }
