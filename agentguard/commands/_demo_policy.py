"""The demonstration's policy: signed by keys that are made for it and thrown away with it."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.policy.last_good import Keeper
from agentguard.policy.parser import parse
from agentguard.runtime import known_checks
from agentguard.runtime.bootstrap import Place
from agentguard.server.policies.publication import Publisher
from agentguard.server.store.desks.policies import EVERYONE, Label
from agentguard.trust import bundles, dsse, roots
from agentguard.trust.keys import public_of
from agentguard.trust.roots import Root


def put_in_force(place: Place, publisher: Publisher, text: str) -> None:
    """Sign a policy, publish it with its root, and put it in force at the desk.

    Raises:
        UsageError: the policy is wrong.

    """
    key = Ed25519PrivateKey.generate()
    named = (public_of(key).text,)
    root = Root(version=1, root_keys=named, root_threshold=1, policy_keys=named)
    chain = roots.write_chain((dsse.sign(roots.sealed(root), key),))
    raw = dsse.write(dsse.sign(bundles.sealed(text.encode()), key))
    policy = parse(text.encode(), "demonstration", known_checks.shapes())
    publisher.publish_roots(chain)
    label = Label(
        digest=policy.digest,
        name=policy.name,
        epoch=policy.release.epoch,
        version=policy.version,
        team=policy.release.group,
    )
    publisher.publish(raw, label, EVERYONE)
    keeper = Keeper(place.folder, known_checks.shapes(), place.clock)
    keeper.pin(chain)
    keeper.offer(raw, "demonstration")
