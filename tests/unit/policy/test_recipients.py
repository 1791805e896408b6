"""A recovery key with a slip of the pen is told with its line, before anything is sealed to it."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import PolicyError
from agentguard.policy.parser import LETTERS, is_key, parse
from agentguard.runtime.known_checks import shapes

KEY = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
"""The example of the age README (https://github.com/FiloSottile/age)."""


def policy(*keys: str) -> bytes:
    listed = "".join(f"\n    - {key}" for key in keys)
    return f"policy: site\nversion: 1\nvault:\n  recovery:{listed}\n".encode()


def test_a_right_key_is_taken() -> None:
    assert parse(policy(KEY), "site", shapes()).vault.recovery == (KEY,)


@given(st.integers(4, len(KEY) - 1), st.sampled_from(LETTERS))
def test_every_slip_of_a_letter_is_found(place: int, letter: str) -> None:
    slipped = KEY[:place] + letter + KEY[place + 1 :]
    assert is_key(slipped) == (slipped == KEY)


def test_whatever_the_library_makes_is_right() -> None:
    keys = [pyrage.x25519.Identity.generate().to_public() for _ in range(50)]
    assert all(is_key(str(key)) for key in keys)


@pytest.mark.parametrize("text", ["", "age1", "age", "1", KEY.upper(), f"x{KEY}", KEY + "b"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert not is_key(text)


def test_the_line_is_named() -> None:
    slipped = KEY[:-1] + ("q" if KEY[-1] != "q" else "p")
    with pytest.raises(PolicyError) as refused:
        parse(policy(KEY, slipped), "site", shapes())
    (said,) = refused.value.problems
    assert said.startswith("site:6: vault.recovery[2]")
    assert "checksum" in said


def test_what_has_not_even_its_shape_is_told_once() -> None:
    with pytest.raises(PolicyError) as refused:
        parse(policy("age1short"), "site", shapes())
    assert len(refused.value.problems) <= 2
