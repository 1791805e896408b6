"""What is sealed for one key is opened by it alone, and by nobody when it was changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.wire import apps


@given(text=st.text(max_size=300))
def test_what_is_sealed_is_opened_by_its_key_alone(text: str) -> None:
    key, public = apps.new_key()
    sealed = apps.seal(public, text)
    assert apps.unseal(key, sealed) == text
    assert apps.seal(public, text) != sealed, "each with a key of its own"
    with pytest.raises(ValueError, match=r"^$"):
        apps.unseal(apps.new_key()[0], sealed)


@given(place=st.integers(0, 70), bit=st.integers(0, 7))
def test_what_was_changed_is_not_opened(place: int, bit: int) -> None:
    key, public = apps.new_key()
    raw = bytearray(base64.b64decode(apps.seal(public, "otpauth://totp/a:b?secret=X")))
    raw[place] ^= 1 << bit
    with pytest.raises(ValueError, match=r"^$"):
        apps.unseal(key, base64.b64encode(bytes(raw)).decode())


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "é", base64.b64encode(bytes(48)).decode()])
def test_what_is_no_sealed_text_is_one_kind_of_error(sealed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        apps.unseal(apps.new_key()[0], sealed)


@pytest.mark.parametrize("public", ["", "x", "AAAA", base64.b64encode(bytes(32)).decode()])
def test_what_is_no_key_is_one_kind_of_error(public: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        apps.seal(public, "text")
