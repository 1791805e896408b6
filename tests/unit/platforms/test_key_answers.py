"""Which keys are plugged in under Windows, and its errors, from what it answers.

The answers are recorded: what devices tell, error numbers, and a client of webauthn.dll with them.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fido2.client import ClientError
from fido2.ctap import CtapError
from fido2.webauthn import CollectedClientData

from agentguard.platforms import _fido
from agentguard.platforms._late_keys import LateAuthenticator
from agentguard.platforms._linux.security_keys import SecurityKeys
from agentguard.platforms._linux.security_keys import explain as blame_the_device
from agentguard.platforms._win32.key_answers import CAPS, FAULTS, Known, explain, is_key
from agentguard.ports.authenticators import (
    Asking,
    AuthenticatorError,
    Fault,
    Means,
    Registering,
)

KEY = bytes.fromhex("0100d0f1") + bytes(CAPS - 4)  # usage 1 of page 0xF1D0
MOUSE = bytes.fromhex("02000100") + bytes(CAPS - 4)
DATA = bytes(
    CollectedClientData.create(
        type="webauthn.get", challenge=b"c" * 32, origin="https://desk.example.internal"
    )
)
ASKING = Asking(rp_id="desk.example.internal", client_data=DATA, allow=(b"one",), window=42)


@pytest.mark.parametrize(
    ("caps", "key"), [(KEY, True), (MOUSE, False), (b"", False), (KEY[:10], False)]
)
def test_a_key_says_by_its_page_that_it_is_one(caps: bytes, key: bool) -> None:
    assert is_key(caps) is key


class Desk:
    """What is plugged in, and which devices were asked."""

    def __init__(self) -> None:
        self.there: tuple[str, ...] | None = ("mouse", "key")
        self.asked: list[str] = []
        self.known = Known(lambda: self.there, self.ask)

    def ask(self, path: str) -> bytes:
        self.asked.append(path)
        return KEY if path.startswith("key") else MOUSE


def test_each_device_is_asked_once_until_it_is_pulled() -> None:
    desk = Desk()
    assert desk.known.now() == desk.known.now() == {"key"}
    assert desk.asked == ["mouse", "key"]
    desk.there = ("mouse",)
    assert desk.known.now() == frozenset()
    desk.there = ("mouse", "key", "key-2")
    assert desk.known.now() == {"key", "key-2"}
    assert desk.asked == ["mouse", "key", "key", "key-2"]


def test_where_windows_does_not_tell_nothing_is_told() -> None:
    desk = Desk()
    desk.there = None
    assert desk.known.now() is None


class HresultError(OSError):
    """What ctypes raises for an HRESULT on Windows: its number has a sign there."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "webauthn.dll")
        self.winerror = number - (1 << 32) if number >= 1 << 31 else number


class Dll:
    """A client over webauthn.dll that answers as it was recorded."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.options: list[Any] = []

    def get_assertion(self, options: Any, event: threading.Event | None = None) -> Any:
        self.options.append(options)
        raise ClientError.ERR.OTHER_ERROR(HresultError(self._number))

    make_credential = get_assertion


def fault(number: int) -> Fault:
    dll = Dll(number)
    with pytest.raises(AuthenticatorError) as refused:
        _fido.ask(lambda _: dll, ASKING, threading.Event(), explain)
    (options,) = dll.options
    assert str(options.user_verification) == "required"
    assert [c.id for c in options.allow_credentials] == [b"one"]
    return refused.value.fault


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0x80090036, Fault.CANCELLED),
        (0x800704C7, Fault.CANCELLED),
        (0x800705B4, Fault.TIMEOUT),
        (0x80090011, Fault.UNKNOWN),
        (0x80090035, Fault.NONE),
        (0x80090029, Fault.NO_VERIFICATION),
        (0x80070032, Fault.NO_VERIFICATION),
        (0x8007001F, Fault.GONE),
        (0x80090027, Fault.BROKEN),
        (0x80004005, Fault.BROKEN),
        (0x80070578, Fault.BROKEN),
    ],
)
def test_what_webauthn_dll_answers_is_told_in_its_own_words(number, said) -> None:
    assert fault(number) is said


def test_a_key_that_is_registered_is_said() -> None:
    wanted = Registering(rp_id=ASKING.rp_id, person="p-1", client_data=DATA, known=(b"one",))
    dll = Dll(0x8009000F)
    with pytest.raises(AuthenticatorError) as refused:
        _fido.register(lambda _: dll, wanted, threading.Event(), explain)
    assert refused.value.fault is Fault.KNOWN
    (options,) = dll.options
    assert options.user.id == b"p-1"
    assert str(options.authenticator_selection.user_verification) == "required"


def test_a_person_at_windows_can_break_nothing_by_saying_no() -> None:
    assert Fault.BROKEN not in FAULTS.values()
    assert explain(ValueError()) is Fault.BROKEN


@pytest.mark.parametrize(
    "error",
    [
        CtapError(CtapError.ERR.OTHER),
        CtapError(CtapError.ERR.INVALID_CBOR),
        ClientError.ERR.BAD_REQUEST(),
        ClientError.ERR.OTHER_ERROR(CtapError(CtapError.ERR.INVALID_LENGTH)),
        ValueError("CBOR"),
        KeyError(2),
    ],
)
def test_a_device_is_never_taken_for_a_broken_computer(error) -> None:
    assert _fido.fault_of(error, blame_the_device) is Fault.ODD


def test_the_client_signs_what_the_agent_drew() -> None:
    data, rp_id = _fido.GivenClientData(DATA, "desk.example.internal").collect_client_data(None)
    assert bytes(data) == DATA
    assert rp_id == "desk.example.internal"


def test_no_socket_no_key() -> None:
    def denied() -> list[Any]:
        raise PermissionError

    with pytest.raises(AuthenticatorError) as refused:
        SecurityKeys(denied, frozenset).ask(ASKING, threading.Event())
    assert refused.value.fault is Fault.NONE


def test_the_library_is_loaded_when_a_key_is_asked() -> None:
    made: list[int] = []

    def make() -> SecurityKeys:
        made.append(1)
        return SecurityKeys(list, frozenset)

    means = Means(keys=frozenset({"a"}))
    late = LateAuthenticator(make, lambda: frozenset({"a"}), lambda: means, own_dialog=False)
    assert late.plugged() == frozenset({"a"})
    assert late.means() == means
    assert made == []
    for ask in (
        lambda: late.ask(ASKING, threading.Event()),
        lambda: late.register(
            Registering(rp_id="x", person="p", client_data=DATA), threading.Event()
        ),
    ):
        with pytest.raises(AuthenticatorError):
            ask()
    assert made == [1, 1]
