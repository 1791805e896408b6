from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from agentguard.base.errors import EnrolmentError
from agentguard.uplink.identity import DeviceKey, KeySafe
from agentguard.uplink.signing import RequestSigner, signed_by
from agentguard.wire import httpsig


def test_a_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    safe = KeySafe(tmp_path / "device.key")
    assert safe.load() is None
    made = safe.load_or_make()
    assert safe.load_or_make().public == made.public
    assert (made.place, safe.where()) == ("file", "file")
    if os.name == "posix":  # Windows keeps rights in access lists
        assert stat.S_IMODE((tmp_path / "device.key").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["device.key"]


def test_a_damaged_key_is_named_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "device.key").write_bytes(b"short")
    with pytest.raises(EnrolmentError, match=r"device\.key is damaged"):
        KeySafe(tmp_path / "device.key").load_or_make()
    assert (tmp_path / "device.key").read_bytes() == b"short"


def test_a_key_that_cannot_be_kept_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match="could not be read or written"):
        KeySafe(tmp_path / "none" / "device.key").load_or_make()


def test_the_seed_shows_nowhere() -> None:
    assert "s" * 8 not in repr(DeviceKey(b"s" * 32))


def test_a_signed_request_fits_the_profile_and_holds_only_for_its_bytes() -> None:
    key = DeviceKey(b"s" * 32)
    target = httpsig.Target(method="POST", authority="Guard.example:8443", path="/v1/reports")
    headers = RequestSigner(key=key, device="d-1")(target, b"body", 1_790_000_000.9)
    parsed = httpsig.parse(headers["Signature-Input"], headers["Signature"])
    assert parsed is not None
    parameters, signature = parsed
    assert (parameters.keyid, parameters.created) == ("d-1", 1_790_000_000)
    encoded = base64.b64encode(signature).decode()
    good = httpsig.signature_base(target, httpsig.content_digest(b"body"), parameters)
    bad = httpsig.signature_base(target, httpsig.content_digest(b"Body"), parameters)
    assert signed_by(key.public, good, encoded)
    assert not signed_by(key.public, bad, encoded)


def test_every_request_has_a_nonce_of_its_own() -> None:
    sign = RequestSigner(key=DeviceKey(b"s" * 32), device="d-1")
    target = httpsig.Target(method="POST", authority="x", path="/")
    made = {sign(target, b"", 0.0)["Signature-Input"] for _ in range(50)}
    assert len(made) == 50


@pytest.mark.parametrize(
    ("key", "signature"), [("", ""), ("!", "!"), ("AAAA", "AAAA"), ("A" * 44, "B" * 88)]
)
def test_what_is_no_signature_does_not_hold(key: str, signature: str) -> None:
    assert not signed_by(key, b"data", signature)
