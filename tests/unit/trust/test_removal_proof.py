"""The proof that a file was removed is about its content, and tells it to nobody."""

from __future__ import annotations

import hashlib

from agentguard.trust.removal_proof import proof, proves

TEXT = b"yesterday's export"


def test_a_proof_is_about_one_content_and_tells_it_to_nobody() -> None:
    sha256 = hashlib.sha256(TEXT).hexdigest()
    one, other = proof(sha256), proof(sha256)
    assert one != other, "the same file twice cannot be told from two files"
    assert sha256 not in str(one)
    assert proves(one, TEXT)
    assert not proves(one, TEXT + b"!")
    assert not proves({"salt": "no hex", "hash": ""}, TEXT)
    assert not proves({}, TEXT)
