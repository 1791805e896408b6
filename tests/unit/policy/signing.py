"""Keys, roots and signed policies, made in memory from fixed seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentguard.trust import bundles, dsse, roots
from agentguard.trust.dsse import Sealed
from agentguard.trust.keys import public_of
from agentguard.trust.roots import Root

NONE: frozenset[str] = frozenset()
"""No sensor has failed."""


def key(name: str) -> Ed25519PrivateKey:
    """Give a key that is the same each time."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


def text(name: str) -> str:
    return public_of(key(name)).text


def sealed(what: Sealed, *names: str) -> Sealed:
    for name in names:
        what = dsse.sign(what, key(name))
    return what


def root(
    version: int = 1,
    *,
    root_keys: Sequence[str] = ("root-a", "root-b", "root-c"),
    threshold: int = 2,
    policy_keys: Sequence[str] = ("policy",),
    policy_threshold: int = 1,
    by: Sequence[str] = ("root-a", "root-b"),
) -> Sealed:
    """Give a signed root."""
    made = Root(
        version=version,
        root_keys=tuple(map(text, root_keys)),
        root_threshold=threshold,
        policy_keys=tuple(map(text, policy_keys)),
        policy_threshold=policy_threshold,
    )
    return sealed(roots.sealed(made), *by)


def chain(*every: Sealed) -> bytes:
    return roots.write_chain(every or (root(),))


def signed(policy: str, *by: str) -> bytes:
    """Give a signed policy."""
    return dsse.write(sealed(bundles.sealed(policy.encode()), *(by or ("policy",))))


@dataclass(frozen=True, kw_only=True)
class Said:
    """A policy as an administrator writes it."""

    version: int = 1
    epoch: int = 1
    group: str = ""
    expires: str = ""
    loosens: bool = False
    note: str = ""
    rules: str = ""

    @property
    def text(self) -> str:
        lines = [
            "policy: site",
            f"version: {self.version}",
            "release:",
            f"  epoch: {self.epoch}",
            *([f'  group: "{self.group}"'] if self.group else []),
            *([f"  expires: {self.expires}"] if self.expires else []),
            *(["  loosens: true"] if self.loosens else []),
            *([f"description: {self.note}"] if self.note else []),
            *([self.rules] if self.rules else []),
        ]
        return "\n".join(lines) + "\n"

    def signed(self, *by: str) -> bytes:
        return signed(self.text, *by)
