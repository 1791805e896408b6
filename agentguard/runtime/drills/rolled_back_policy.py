"""An older policy is refused, however well it is signed: with keys of the drill's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from agentguard.base.errors import PolicyRejected
from agentguard.policy.last_good import Keeper
from agentguard.runtime.drills.base import Bench, Drill, FailedError

CHECK = "agent-health"
ROLLBACK = "rollback"
NEWER, OLDER = 2, 1


def run(bench: Bench) -> float:
    """Have a keeper of policies take the newer one, and offer it the older one afterwards."""
    bench.unmarked()
    bench.step("sign")
    root, newer, older = _signed()
    bench.step("newer")
    keeper = _keeper(bench)
    keeper.pin(root)
    if keeper.deliver(newer, "drill").version != NEWER:
        raise FailedError("not-taken")
    bench.step("older")
    begun = bench.clock.now()
    try:
        keeper.deliver(older, "drill")
    except PolicyRejected as error:
        if error.kind != ROLLBACK:
            raise FailedError("not-noticed") from error
        return bench.clock.now().since(begun)
    raise FailedError("not-noticed")


def restore(bench: Bench) -> None:
    """Take the drill's policies away."""
    if _folder(bench).exists():
        shutil.rmtree(_folder(bench))


def _folder(bench: Bench) -> Path:
    return bench.aside / "policies"


def _keeper(bench: Bench) -> Keeper:
    return Keeper(_folder(bench), (), bench.clock)


def _signed() -> tuple[bytes, bytes, bytes]:
    """Return a root, and two versions of a policy that its key has signed; the key is forgotten."""
    from agentguard.trust import bundles, dsse, roots  # noqa: PLC0415 - it costs memory
    from agentguard.trust.curves import SigningKey  # noqa: PLC0415 - see above
    from agentguard.trust.keys import public_of  # noqa: PLC0415 - see above

    key = SigningKey.made()
    said = public_of(key).text
    root = roots.Root(version=1, root_keys=(said,), root_threshold=1, policy_keys=(said,))

    def signed(version: int) -> bytes:
        return dsse.write(dsse.sign(bundles.sealed(_policy(version)), key))

    chain = roots.write_chain((dsse.sign(roots.sealed(root), key),))
    return chain, signed(NEWER), signed(OLDER)


def _policy(version: int) -> bytes:
    return f"policy: drill\nversion: {version}\nrelease:\n  epoch: 1\n".encode()


DRILL = Drill(id="rolled-back-policy", proves=(CHECK,), run=run, restore=restore)
