"""The root document: which keys may sign policies, and which keys may sign the next root.

The rules, after those of The Update Framework (5.3 of its specification): a root is signed by a
threshold of its own root keys. Root N+1 is signed by the thresholds of N and of N+1 as well, and
roots are walked one by one: a step that is missing ends the walk. A root has no end date, so that
no forgotten date can take a fleet's policies away; a key is taken back by the next root.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Protocol

import msgspec

from agentguard.model.messages import Param
from agentguard.trust import dsse, strict_json
from agentguard.trust.dsse import Sealed
from agentguard.trust.keys import PublicKey, from_text
from agentguard.trust.refusal import rejected

TYPE = "application/vnd.agentguard.root.v1+json"
MOST_BYTES = 16 * 1024
MOST_ROOTS = 100
MOST_KEYS = 16
_MOST_CHAIN = 1024 * 1024

_Count = Annotated[int, msgspec.Meta(ge=1, le=MOST_KEYS)]
_Keys = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_KEYS)]


class Root(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A root document; keys are base64."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    root_keys: _Keys
    root_threshold: _Count
    policy_keys: _Keys
    policy_threshold: _Count = 1


def sealed(root: Root) -> Sealed:
    """Return a root as an envelope without signatures."""
    return Sealed(type=TYPE, payload=msgspec.json.encode(root))


def content(given: Sealed) -> Root:
    """Read a root without believing it.

    Raises:
        PolicyRejected: it is no root document.

    """
    try:
        root = msgspec.convert(strict_json.read(given.payload, MOST_BYTES), Root)
        for keys, threshold in (
            (root.root_keys, root.root_threshold),
            (root.policy_keys, root.policy_threshold),
        ):
            if len({key.raw for key in map(from_text, keys)}) != len(keys):
                raise rejected("root-form")
            if threshold > len(keys):
                raise rejected("root-form")
    except (ValueError, msgspec.ValidationError):
        raise rejected("root-form") from None
    return root


def keys_of(texts: Iterable[str]) -> tuple[PublicKey, ...]:
    """Return the keys that a root names."""
    return tuple(map(from_text, texts))


class Refusal(Protocol):
    """Gives the error for what is not believed, as `trust.refusal` does for each kind of file."""

    def __call__(self, kind: str, /, **params: Param) -> Exception:
        """Return the error of a kind."""
        ...


def believed(given: Sealed, root: Root, refusal: Refusal) -> bytes:
    """Return what a threshold of a root's policy keys has signed.

    Raises:
        Exception: `refusal`'s of the kind `signature`; too few of those keys have signed it.

    """
    made = len(dsse.signers(given, keys_of(root.policy_keys)))
    if made < root.policy_threshold:
        raise refusal("signature", made=made, needed=root.policy_threshold, root=root.version)
    return given.payload


def first(given: Sealed) -> Root:
    """Read a root that is believed because of where it came from; its own keys must have signed.

    Raises:
        PolicyRejected: it is no root, or lacks signatures.

    """
    root = content(given)
    _signed_by(given, root, root)
    return root


def following(before: Root, given: Sealed) -> Root:
    """Read the root after `before`.

    Raises:
        PolicyRejected: it is not the next one, or lacks signatures of the old or the new keys.

    """
    root = content(given)
    if root.version != before.version + 1:
        raise rejected("root-step", version=root.version, needed=before.version + 1)
    _signed_by(given, before, root)
    _signed_by(given, root, root)
    return root


def _signed_by(given: Sealed, by: Root, root: Root) -> None:
    made = len(dsse.signers(given, keys_of(by.root_keys)))
    if made < by.root_threshold:
        raise rejected(
            "root-signatures",
            version=root.version,
            by=by.version,
            made=made,
            needed=by.root_threshold,
        )


def read(raw: bytes) -> Sealed:
    """Take one root's envelope apart.

    Raises:
        PolicyRejected: it is none.

    """
    return dsse.read(raw, TYPE, MOST_BYTES)


def read_chain(data: bytes) -> tuple[Sealed, ...]:
    """Read a file of roots: a JSON list of envelopes, the oldest first.

    Raises:
        PolicyRejected: it is none.

    """
    try:
        given = strict_json.read(data, _MOST_CHAIN)
    except ValueError as error:
        raise rejected(f"envelope-{error}") from None
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_ROOTS:
        raise rejected("root-chain")
    return tuple(dsse.taken_apart(one, TYPE, MOST_BYTES) for one in given)


def write_chain(chain: Sequence[Sealed]) -> bytes:
    """Return the bytes of a file of roots."""
    return b"[\n" + b",\n".join(map(dsse.write, chain)) + b"\n]\n"


def walk(pinned: Sealed | None, chain: Sequence[Sealed]) -> Sealed:
    """Walk from the pinned root, or from the chain's first, to the newest; give its envelope.

    Raises:
        PolicyRejected: a step is missing or lacks signatures, or a root of the pinned one's
            version is another.

    """
    at = chain[0] if pinned is None else pinned
    root = first(at)
    for given in chain:
        step = content(given)
        if step.version == root.version and given.payload != at.payload:
            raise rejected("root-other", version=step.version)
        if step.version > root.version:
            root, at = following(root, given), given
    return at
