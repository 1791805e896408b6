"""Key files: made once, for their owner alone, and read by other programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from agentguard.base.errors import CannotError, UsageError
from agentguard.trust import key_files, keys

NONE = serialization.NoEncryption()


def never() -> bytes:
    raise AssertionError("nobody is asked")


def test_a_key_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    public = key_files.make(tmp_path / "k", b"")
    assert keys.public_of(key_files.load_private(tmp_path / "k", never)) == public
    assert key_files.load_public(tmp_path / "k.pub") == public
    assert public.id == keys.from_text(public.text).id
    if os.name == "posix":  # Windows keeps rights in access lists
        assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


def test_a_passphrase_is_needed_where_there_is_one(tmp_path: Path) -> None:
    public = key_files.make(tmp_path / "k", b"correct horse")
    assert b"ENCRYPTED" in (tmp_path / "k").read_bytes()
    assert (
        keys.public_of(key_files.load_private(tmp_path / "k", lambda: b"correct horse")) == public
    )
    for wrong in (b"", b"battery staple"):
        with pytest.raises(UsageError, match="passphrase"):
            key_files.load_private(tmp_path / "k", lambda: wrong)  # noqa: B023 - asked at once


@pytest.mark.parametrize("there", ["k", "k.pub"])
def test_a_key_that_is_there_is_never_written_over(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_bytes(b"precious")
    with pytest.raises(UsageError, match="exists already"):
        key_files.make(tmp_path / "k", b"")
    assert [f.name for f in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="could not be written"):
        key_files.make(tmp_path / "no" / "k", b"")


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    other = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "ec").write_bytes(other.private_bytes(pem, kind, NONE))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (tmp_path / "ec.pub").write_bytes(other.public_key().public_bytes(pem, public))
    (tmp_path / "text").write_text("my key")
    for name in ("ec", "text"):
        with pytest.raises(UsageError, match="no Ed25519 key"):
            key_files.load_private(tmp_path / name, never)
    for name in ("ec.pub", "text"):
        with pytest.raises(UsageError, match="no Ed25519 key"):
            key_files.load_public(tmp_path / name)
    with pytest.raises(UsageError, match="could not be read"):
        key_files.load_public(tmp_path / "missing")


@pytest.mark.posix
def test_openssl_reads_what_was_written(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "openssl is part of every Debian with certificates"
    key_files.make(tmp_path / "k", b"")
    out = subprocess.run(
        (openssl, "pkey", "-in", tmp_path / "k", "-pubout"), capture_output=True, check=True
    ).stdout
    assert out == (tmp_path / "k.pub").read_bytes()
