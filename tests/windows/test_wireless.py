"""Wi-Fis in use by the Windows Runtime, whose tables are made here as documented.

https://learn.microsoft.com/en-us/uwp/api/windows.networking.connectivity.connectionprofile
https://learn.microsoft.com/en-us/uwp/api/windows.networking.connectivity.networksecuritysettings
"""

from __future__ import annotations

import ctypes
from uuid import UUID

import pytest

from agentguard.platforms._win32.component_answers import ComponentError
from agentguard.platforms._win32.runtime_objects import runtime
from agentguard.platforms._win32.wireless_profiles import information, secured
from tests.windows.fake_runtime import NOT_MADE, POINTER, Fake, gives, gives_object, vector

WIRELESS = UUID("e2045145-4c9f-400c-9150-7ec7d6e2888a").bytes_le
NONE, LOCAL, INTERNET = 0, 1, 3


def profile(
    level: int = INTERNET,
    *,
    wireless: bool | None = True,
    settings: tuple[int, int] | None = (8, 6),
) -> Fake:
    """A ConnectionProfile; its second interface is another table."""
    more = Fake({7: gives(ctypes.c_ubyte, lambda: wireless)})

    def ask(number: int, place: int) -> int:
        assert ctypes.string_at(number, 16) == WIRELESS
        POINTER.from_address(place).value = more.handed_pointer()
        return 0

    security = None
    if settings is not None:
        authentication, encryption = settings
        security = Fake(
            {
                6: gives(ctypes.c_int32, lambda: authentication),
                7: gives(ctypes.c_int32, lambda: encryption),
            }
        )
    return Fake(
        {
            0: ((POINTER, POINTER), ask),
            7: gives(ctypes.c_int32, lambda: level),
            14: gives_object(lambda: security),
        }
    )


def told(*profiles: Fake) -> tuple[tuple[int | None, int | None], ...]:
    statics = Fake({6: gives_object(lambda: vector(lambda: list(profiles)))})
    return secured(statics.handed())


def test_row_143_every_wireless_network_in_use_is_told_and_no_other() -> None:
    assert told(
        profile(wireless=False, settings=(0, 0)),
        profile(level=NONE, settings=(2, 0)),
        profile(),
        profile(level=LOCAL, settings=(2, 0)),
    ) == ((8, 6), (2, 0))
    assert told() == ()


def test_row_143_one_that_does_not_tell_its_security_is_not_known() -> None:
    assert told(profile(settings=None)) == ((None, None),)


def test_row_143_a_profile_that_does_not_tell_what_it_is_is_no_pass() -> None:
    with pytest.raises(ComponentError) as caught:
        told(profile(wireless=None))
    assert (caught.value.code, caught.value.unread) == (NOT_MADE, "unsupported")


def test_row_143_the_runtime_is_asked_and_what_it_does_not_tell_is_unknown() -> None:
    """Wine has the class and a profile, and neither a list of them nor what they are."""
    with runtime():
        known = information()
        in_use = known.object(7)
        assert in_use.number(7) in {NONE, LOCAL, 2, INTERNET}
        with pytest.raises(ComponentError) as caught:
            secured(known)
    assert caught.value.unread == "unsupported"
