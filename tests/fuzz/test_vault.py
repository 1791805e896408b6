"""What lies in the vault, fuzzed: the file that was put there, or a broken seal."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.vault.sealed_file import Header
from tests.fuzz.running import SECONDS, search
from tests.unit.vault.forgeries import HEADERS

TARGET = Path(__file__).with_name("vault_target.py")


@pytest.mark.heavy
@pytest.mark.timeout(SECONDS + 120)
def test_whatever_lies_in_the_vault_is_the_file_or_a_broken_seal(tmp_path: Path) -> None:
    content = b"made-up"
    head = Header(
        item="0" * 16,
        path="/home/kim/a.csv",
        mode=0o600,
        mtime_ns=1,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        put=Moment(boot=1.0, wall=2.0),
        hits=(Hit(kind="PAN", count=1, masked=("...1111",)),),
    )
    broken = b"age-encryption.org/v1\n-> X25519 AAAA\nAAAA\n--- AAAA\n"
    forged = (found.sealed for found in HEADERS.values())
    search(TARGET, "vault", (head.line() + content, broken, *forged), tmp_path)
