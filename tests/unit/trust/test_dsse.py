"""Envelopes: the words of the standard, and nothing believed that was not signed as it is."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import PolicyRejected
from agentguard.trust import bundles, dsse, keys
from agentguard.trust.dsse import Sealed
from agentguard.trust.keys import PublicKey, public_of
from tests.unit.policy.signing import key, sealed, signed

POLICY = public_of(key("policy"))


def reason(raw: bytes) -> str:
    with pytest.raises(PolicyRejected) as refused:
        bundles.read(raw)
    assert str(refused.value)
    assert "{" not in str(refused.value)
    return refused.value.kind


def envelope(**changed: object) -> dict[str, object]:
    made: dict[str, object] = json.loads(signed("policy: a\nversion: 1\n"))
    return {**made, **changed}


def test_what_is_signed_is_what_the_standard_says() -> None:
    """The example of protocol.md."""
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert dsse.pae("ü", b"") == b"DSSEv1 2 \xc3\xbc 0 "


def test_an_envelope_has_the_fields_of_the_standard() -> None:
    made = envelope()
    assert set(made) == {"payload", "payloadType", "signatures"}
    assert base64.b64decode(str(made["payload"])) == b"policy: a\nversion: 1\n"
    assert bundles.read(json.dumps(made).encode()).payload == b"policy: a\nversion: 1\n"


def test_only_believed_keys_count_and_each_once() -> None:
    given = sealed(bundles.sealed(b"x"), "policy", "other", "policy")
    assert len(given.signatures) == 2
    assert dsse.signers(given, [POLICY, POLICY]) == {POLICY.id}
    assert dsse.signers(given, [public_of(key("third"))]) == frozenset()


def test_a_key_id_is_a_hint_and_proves_nothing() -> None:
    stranger = key("stranger").sign(dsse.pae(bundles.TYPE, b"x"))
    right = key("policy").sign(dsse.pae(bundles.TYPE, b"x"))

    def by(keyid: str, signature: bytes) -> frozenset[str]:
        given = Sealed(type=bundles.TYPE, payload=b"x", signatures=((keyid, signature),))
        return dsse.signers(given, [POLICY])

    assert by(POLICY.id, stranger) == frozenset()
    assert by("", right) == {POLICY.id}, "an id may be left out"
    assert by("somebody", right) == frozenset()
    assert dsse.signers(sealed(bundles.sealed(b"x"), "policy"), [PublicKey(b"\xff" * 32)]) == (
        frozenset()
    )


@given(st.integers(0), st.integers(0, 7))
def test_any_flipped_bit_of_payload_type_or_signature_is_noticed(at: int, bit: int) -> None:
    given = sealed(bundles.sealed(b"policy: a\nversion: 1\n"), "policy")

    def flipped(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[at % len(data)] ^= 1 << bit
        return bytes(changed)

    id_, made = given.signatures[0]
    for other in (
        Sealed(type=given.type, payload=flipped(given.payload), signatures=given.signatures),
        Sealed(type=given.type, payload=given.payload, signatures=((id_, flipped(made)),)),
        Sealed(type=given.type + "x", payload=given.payload, signatures=given.signatures),
    ):
        assert dsse.signers(other, [POLICY]) == frozenset()
    assert dsse.signers(given, [POLICY]) == {POLICY.id}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(b"", "envelope-not-json", id="nothing"),
        pytest.param(b"\xff", "envelope-not-text", id="no-utf-8"),
        pytest.param('{"a": "e\u0301"}'.encode(), "envelope-not-text", id="no-nfc"),
        pytest.param(b"[NaN]", "envelope-not-json", id="no-number"),
        pytest.param(b"[" * 100_000, "envelope-too-deep", id="deep-and-open"),
        pytest.param(b"[" * 17 + b"]" * 17, "envelope-too-deep", id="deep"),
        pytest.param(b'{"payload": "", "payload": ""}', "envelope-twice", id="key-twice"),
        pytest.param(b"{}", "envelope-form", id="no-envelope"),
        pytest.param(b"[]", "envelope-form", id="list"),
        pytest.param(b"1" * 5000, "envelope-not-json", id="endless-number"),
        pytest.param(b" " * 400_000, "envelope-too-big", id="large"),
        pytest.param(json.dumps(envelope(more=1)).encode(), "envelope-form", id="one-more-field"),
        pytest.param(json.dumps(envelope(payload="*")).encode(), "envelope-form", id="no-base64"),
        pytest.param(
            json.dumps(envelope(payload=base64.b64encode(b"x" * 262_145).decode())).encode(),
            "envelope-too-big",
            id="large-payload",
        ),
        pytest.param(
            json.dumps(envelope(payloadType="text/plain")).encode(), "envelope-type", id="type"
        ),
        pytest.param(
            json.dumps(envelope(signatures=[{"sig": "AAAA"}])).encode(), "envelope-form", id="short"
        ),
        pytest.param(
            json.dumps(envelope(signatures=[{"sig": "A" * 86 + "=="}] * 17)).encode(),
            "envelope-form",
            id="many-signatures",
        ),
    ],
)
def test_what_is_no_envelope_is_refused_with_a_reason(raw: bytes, kind: str) -> None:
    assert reason(raw) == kind


def test_what_was_written_is_read_again() -> None:
    given = sealed(bundles.sealed(b"\x00\xff any bytes"), "policy", "other")
    assert dsse.read(dsse.write(given), bundles.TYPE, bundles.MOST_BYTES) == given


def test_a_signature_that_was_made_before_is_replaced() -> None:
    fresh = Ed25519PrivateKey.generate()
    once = dsse.sign(bundles.sealed(b"x"), fresh)
    assert dsse.sign(once, fresh) == once
    assert keys.from_text(public_of(fresh).text) == public_of(fresh)
