"""A made-up text is sealed with the vault's own key, and comes back as it was."""

from __future__ import annotations

from agentguard.runtime.drills.base import Bench, Drill, FailedError, NotPossibleError


def run(bench: Bench) -> float:
    """Have the vault seal and open it; what a kill leaves there is swept when the vault begins."""
    bench.unmarked()
    bench.step("seal")
    begun = bench.clock.now()
    works = bench.rooms.vault_works()
    if works is None:
        raise NotPossibleError("key-locked")
    if not works:
        raise FailedError("not-back")
    return bench.clock.now().since(begun)


DRILL = Drill(id="vault-round-trip", proves=("pii-files",), run=run)
