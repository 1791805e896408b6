"""A one-time code is taken once and never again: with made-up codes of the drill's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from agentguard.base.errors import CannotError
from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError

CHECK = "reauth"
GROUP = "drill"
CODES = 2


def run(bench: Bench) -> float:
    """Return the seconds until a code that was taken is refused."""
    from agentguard.mfa.offline_codes import OfflineCodes  # noqa: PLC0415 - its hashes cost memory

    bench.unmarked()
    bench.step("issue")
    codes = OfflineCodes(_folder(bench), bench.clock)
    try:
        first, second = codes.issue(CODES)
    except CannotError as error:
        raise NotPossibleError("no-room") from error
    bench.step("use")
    if not codes.verify(GROUP, first).accepted:
        raise FailedError("not-taken")
    bench.step("replay")
    begun = bench.clock.now()
    if codes.verify(GROUP, first).accepted:
        raise FailedError("taken-twice")
    seconds = bench.clock.now().since(begun)
    bench.step("next")
    if not codes.verify(GROUP, second).accepted or codes.left():
        raise FailedError("not-taken")
    return seconds


def restore(bench: Bench) -> None:
    """Take the made-up codes away."""
    if _folder(bench).exists():
        shutil.rmtree(_folder(bench))


def _folder(bench: Bench) -> Path:
    return bench.aside / "codes"


DRILL = Drill(id="code-replay", proves=(CHECK,), run=run, restore=restore)
