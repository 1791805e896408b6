"""Ed25519, X25519, HKDF and AES-256-GCM by libsodium: the same bytes as by *cryptography*."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings
from nacl.exceptions import UnavailableError

from agentguard.trust import curves

SECRETS = st.binary(min_size=32, max_size=32)
NONCES = st.binary(min_size=12, max_size=12)
DATA = st.binary(max_size=200)
BOUND = b"entries|1|2|1"


def test_the_published_examples_come_out() -> None:
    """RFC 8032, 7.1, test 2; RFC 5869, A.1, the first 32 bytes of its 42."""
    key = curves.SigningKey.of(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    derived = curves.derived(b"\x0b" * 22, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)))
    assert derived.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"


@given(seed=SECRETS, data=DATA)
def test_a_signature_is_that_of_the_other_library(seed: bytes, data: bytes) -> None:
    ours, theirs = curves.SigningKey.of(seed), Ed25519PrivateKey.from_private_bytes(seed)
    assert ours.public == theirs.public_key().public_bytes_raw()
    assert ours.sign(data) == theirs.sign(data)
    assert curves.signed(ours.public, data, theirs.sign(data))


@given(seed=SECRETS, data=DATA, place=st.integers(0, 63), bit=st.integers(0, 7))
def test_no_other_signature_counts(seed: bytes, data: bytes, place: int, bit: int) -> None:
    key = curves.SigningKey.of(seed)
    right = key.sign(data)
    wrong = bytearray(right)
    wrong[place] ^= 1 << bit
    assert not curves.signed(key.public, data, bytes(wrong))
    assert not curves.signed(key.public, data + b"x", right)
    assert not curves.signed(curves.SigningKey.made().public, data, right)


def test_a_signature_and_what_it_signs_keep_apart() -> None:
    """Both are checked in one piece, in which a byte of one could pass for a byte of the other."""
    key = curves.SigningKey.made()
    right = key.sign(b"said")
    for cut in (0, 1, 63):
        assert not curves.signed(key.public, right[cut:] + b"said", right[:cut])
    assert not curves.signed(key.public, b"aid", right + b"s")
    for public in (b"", key.public[:31], key.public + b"\0"):
        assert not curves.signed(public, b"said", right)


@given(own=SECRETS, other=SECRETS)
def test_what_two_keys_have_in_common_is_the_same(own: bytes, other: bytes) -> None:
    mine = X25519PrivateKey.from_private_bytes(own)
    theirs = curves.public_half(other)
    assert curves.public_half(own) == mine.public_key().public_bytes_raw()
    shared = curves.agreed(own, theirs)
    assert shared == mine.exchange(X25519PublicKey.from_public_bytes(theirs))
    assert shared == curves.agreed(other, curves.public_half(own))
    derived = HKDF(algorithm=SHA256(), length=32, salt=own + other, info=BOUND).derive(shared)
    assert curves.derived(shared, salt=own + other, info=BOUND) == derived
    bare = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"").derive(shared)
    assert curves.derived(shared, salt=b"", info=b"") == bare


@pytest.mark.parametrize(("passes", "kib"), [(1, 8), (3, 64)])
def test_a_stretched_secret_is_that_of_the_other_library(passes: int, kib: int) -> None:
    salt = bytes(range(16))
    theirs = Argon2id(salt=salt, length=32, iterations=passes, lanes=1, memory_cost=kib)
    assert curves.stretched(b"a code", salt, passes=passes, kib=kib) == theirs.derive(b"a code")
    for wrong in (b"", salt[:15], salt + b"\0"):
        with pytest.raises(ValueError, match="salt"):
            curves.stretched(b"a code", wrong, passes=passes, kib=kib)


@given(key=SECRETS, nonce=NONCES, data=DATA, bound=DATA)
def test_a_box_opens_what_the_other_library_sealed(
    key: bytes, nonce: bytes, data: bytes, bound: bytes
) -> None:
    sealed = curves.Box(key).sealed(nonce, data, bound)
    assert sealed == AESGCM(key).encrypt(nonce, data, bound)
    assert curves.Box(key).opened(nonce, sealed, bound) == data


@pytest.fixture(params=["with", "without"])
def instructions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor with instructions for AES, and one without."""

    def unavailable(*_: object) -> bytes:
        raise UnavailableError

    if request.param == "without":
        for name in ("encrypt", "decrypt"):
            monkeypatch.setattr(bindings, f"crypto_aead_aes256gcm_{name}", unavailable)


@pytest.mark.usefixtures("instructions")
def test_a_box_that_was_changed_is_not_opened() -> None:
    key, nonce = bytes(range(32)), bytes(12)
    box = curves.Box(key)
    sealed = box.sealed(nonce, b"a value", BOUND)
    assert sealed == AESGCM(key).encrypt(nonce, b"a value", BOUND)
    assert box.opened(nonce, sealed, BOUND) == b"a value"
    for other, at, what, where in (
        (curves.Box(bytes(32)), nonce, sealed, BOUND),
        (box, b"1" * 12, sealed, BOUND),
        (box, nonce, sealed[:-1] + bytes([sealed[-1] ^ 1]), BOUND),
        (box, nonce, sealed[:15], BOUND),
        (box, nonce, b"", BOUND),
        (box, b"", b"", BOUND),
        (box, nonce, sealed, b"entries|1|3|1"),
    ):
        with pytest.raises(curves.BrokenBoxError):
            other.opened(at, what, where)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_of_another_size_is_none(size: int) -> None:
    for made in (curves.SigningKey.of, curves.Box, curves.public_half):
        with pytest.raises(ValueError, match=r"^$"):
            made(bytes(size))
    whole = bytes(range(32))
    for own, other in ((bytes(size), whole), (whole, bytes(size))):
        with pytest.raises(ValueError, match=r"^$"):
            curves.agreed(own, other)


def test_a_key_that_has_the_same_in_common_with_everybody_is_refused() -> None:
    """RFC 7748, 6.1: points of small order."""
    for point in (bytes(32), (1).to_bytes(32, "little")):
        with pytest.raises(ValueError, match=r"^$"):
            curves.agreed(bytes(range(32)), point)


def test_a_secret_is_not_shown() -> None:
    key = curves.SigningKey.of(b"s" * 32)
    assert "secret" not in repr(key)
    assert repr(b"s" * 32)[2:-1] not in repr(key)
