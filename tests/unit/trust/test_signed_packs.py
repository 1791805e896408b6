"""Signed catalogues are opened by the policy keys of a root, and by nothing else."""

from __future__ import annotations

import pytest

from agentguard.base.errors import PackRejected
from agentguard.trust import dsse, roots, signed_packs
from tests.unit.policy import signing

ROOT = roots.content(signing.root(policy_keys=("policy", "second"), policy_threshold=2))


def envelope(*by: str, payload: bytes = b"pack") -> bytes:
    return dsse.write(signing.sealed(signed_packs.sealed(payload), *by))


def test_a_threshold_of_policy_keys_opens_it() -> None:
    assert signed_packs.opened(envelope("policy", "second"), ROOT) == b"pack"
    assert signed_packs.read(envelope("policy")).payload == b"pack"


@pytest.mark.parametrize(
    ("raw", "kind", "params"),
    [
        (envelope("policy"), "signature", {"made": 1, "needed": 2, "root": 1}),
        (envelope("policy", "policy"), "signature", {"made": 1, "needed": 2, "root": 1}),
        (envelope("policy", "root-a"), "signature", {"made": 1, "needed": 2, "root": 1}),
        (envelope(), "signature", {"made": 0, "needed": 2, "root": 1}),
        (signing.Said().signed("policy", "second"), "type", {}),
        (dsse.write(signing.root()), "type", {}),
        (envelope("policy", payload=b"x" * (signed_packs.MOST_BYTES + 1)), "large", {}),
        (b'{"payload": 1}', "form", {}),
        (b"\xff", "form", {}),
    ],
)
def test_what_is_not_signed_as_it_must_be_is_refused_with_a_sentence(
    raw: bytes, kind: str, params: dict[str, int]
) -> None:
    with pytest.raises(PackRejected) as error:
        signed_packs.opened(raw, ROOT)
    assert (error.value.kind, error.value.params) == (kind, params)
    assert str(error.value).endswith((".", "KEY."))
