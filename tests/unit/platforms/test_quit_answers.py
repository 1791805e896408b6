"""What the sign means by which agents are told to end, as Windows gives it."""

from __future__ import annotations

import pytest

from agentguard.platforms._win32.quit_answers import Sign, judged

OWN = bytes.fromhex(  # O:BAD:P(A;;KA;;;SY)(A;;KA;;;BA)(A;;KR;;;AU)
    "01000490 14000000 00000000 00000000 24000000"
    "01020000000000052000000020020000"
    "0200480003000000"
    "000014003f000f00 010100000000000512000000"
    "000018003f000f00 01020000000000052000000020020000"
    "0000140019000200 01010000000000050b000000"
)
USERS = OWN[:-16] + bytes.fromhex("3f000f00") + OWN[-12:]
"""The same, in which every user may write as well."""

BEGAN = 70_000


@pytest.mark.parametrize(
    ("descriptor", "at", "says"),
    [
        (None, None, Sign.GO_ON),
        (OWN, BEGAN - 1, Sign.GO_ON),
        (OWN, BEGAN, Sign.END),
        (OWN, BEGAN + 10**9, Sign.END),
        (OWN, "soon", Sign.GO_ON),
        (OWN, b"", Sign.GO_ON),
        (OWN, None, Sign.GO_ON),
        (USERS, BEGAN + 1, Sign.FOREIGN),
        (USERS, BEGAN - 1, Sign.FOREIGN),
        (b"", BEGAN + 1, Sign.FOREIGN),
        (OWN[:-1], BEGAN + 1, Sign.FOREIGN),
    ],
    ids=[
        "none", "before-it-began", "at-once", "long-after", "a-text", "bytes", "empty",
        "users-may-write", "users-may-write-an-old-one", "not-told", "cut",
    ],
)  # fmt: skip
def test_a_sign_ends_who_began_before_it_and_only_when_it_is_the_system_s(
    descriptor: bytes | None, at: object, says: Sign
) -> None:
    assert judged(descriptor, at, BEGAN) is says
