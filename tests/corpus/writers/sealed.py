"""Encrypted containers: their content must not be told as personal data that anyone can read."""

from __future__ import annotations

import io
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence

import pyrage
import pyzipper
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from tests.corpus.dice import Dice
from tests.corpus.writers.packed import Member

PASSWORD = "correct horse"
SPINS = 1_000
"""Rounds of hashing for each password that is tried; Office's 100,000 are read by
`tests/unit/detect/files/test_office_unlocked.py`, and would be a quarter of a corpus' time."""


def zipped(members: Sequence[Member], readable: Sequence[Member] = ()) -> bytes:
    """Write a ZIP with AES members, and members beside them that anyone can read."""
    target = io.BytesIO()
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as made:
        made.setpassword(PASSWORD.encode())
        for name, data in members:
            made.writestr(name, data)
    if readable:
        with zipfile.ZipFile(target, "a") as more:
            for name, data in readable:
                more.writestr(name, data)
    return target.getvalue()


def office(data: bytes, password: str = PASSWORD) -> bytes:
    """Encrypt an Office file (MS-OFFCRYPTO); `VelvetSweatshop` is the password that all know."""
    made: bytes = ECMA376Agile.encrypt(password, io.BytesIO(data), spin_count=SPINS)
    return made


def openpgp(data: bytes, *, armoured: bool = False) -> bytes:
    """Encrypt by gpg with a password."""
    with tempfile.TemporaryDirectory() as home:
        words = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback"]
        words += ["--passphrase", PASSWORD, "--s2k-count", "65536"]
        words += [*(["--armor"] if armoured else []), "--symmetric"]
        ended = subprocess.run(words, input=data, capture_output=True, check=True, timeout=60)
    return ended.stdout


def age(data: bytes) -> bytes:
    """Encrypt for an age recipient."""
    made: bytes = pyrage.encrypt(data, [pyrage.x25519.Identity.generate().to_public()])
    return made


def volume(dice: Dice) -> bytes:
    """Give the head of a LUKS 2 volume and noise."""
    return b"LUKS\xba\xbe\x00\x02" + dice.random.randbytes(400_000)


def noise(dice: Dice) -> bytes:
    """Give a container without any mark, as VeraCrypt makes them."""
    return dice.random.randbytes(300 * 1024)


def keepass(dice: Dice) -> bytes:
    """Give the head of a KeePass 2 database and noise."""
    return bytes.fromhex("03d9a29a67fb4bb5") + b"\x01\x00\x04\x00" + dice.random.randbytes(30_000)
