"""Asks one FIDO client of the library, and turns its errors into ours.

The client data is ours: what is signed names the challenge that the agent itself has drawn.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from fido2.client import ClientDataCollector, ClientError, PinRequiredError
from fido2.ctap import CtapError
from fido2.hid import ConnectionFailure
from fido2.webauthn import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from agentguard.ports.authenticators import (
    Asking,
    Asserted,
    AuthenticatorError,
    Fault,
    Registered,
    Registering,
)
from agentguard.ports.clock import Stop

if TYPE_CHECKING:
    from fido2.client import WebAuthnClient

NAME = "AgentGuard"

T = TypeVar("T")
ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA and RS256, which a TPM behind Windows Hello may have alone."""

_ERR = CtapError.ERR
BY_CTAP: Mapping[int, Fault] = {
    _ERR.PIN_INVALID: Fault.PIN_WRONG,
    _ERR.PIN_BLOCKED: Fault.PIN_LOCKED,
    _ERR.PIN_AUTH_BLOCKED: Fault.PIN_LOCKED,
    _ERR.UV_BLOCKED: Fault.PIN_LOCKED,
    _ERR.UV_INVALID: Fault.PIN_WRONG,
    _ERR.PUAT_REQUIRED: Fault.PIN_NEEDED,
    _ERR.PIN_NOT_SET: Fault.NO_VERIFICATION,
    _ERR.PIN_POLICY_VIOLATION: Fault.NO_VERIFICATION,
    _ERR.NO_CREDENTIALS: Fault.UNKNOWN,
    _ERR.INVALID_CREDENTIAL: Fault.UNKNOWN,
    _ERR.CREDENTIAL_EXCLUDED: Fault.KNOWN,
    _ERR.OPERATION_DENIED: Fault.CANCELLED,
    _ERR.KEEPALIVE_CANCEL: Fault.TIMEOUT,
    _ERR.ACTION_TIMEOUT: Fault.TIMEOUT,
    _ERR.USER_ACTION_TIMEOUT: Fault.TIMEOUT,
}
BY_CLIENT: Mapping[int, Fault] = {
    ClientError.ERR.CONFIGURATION_UNSUPPORTED: Fault.NO_VERIFICATION,
    ClientError.ERR.DEVICE_INELIGIBLE: Fault.UNKNOWN,
    ClientError.ERR.TIMEOUT: Fault.TIMEOUT,
}


class GivenClientData(ClientDataCollector):
    """Has the client sign our own client data."""

    def __init__(self, data: bytes, rp_id: str) -> None:
        self._data, self._rp_id = data, rp_id

    def collect_client_data(self, options: object) -> tuple[CollectedClientData, str]:
        """Return it."""
        del options
        return CollectedClientData(self._data), self._rp_id


MakeClient = Callable[[ClientDataCollector], "WebAuthnClient"]
Explain = Callable[[BaseException], Fault]
"""Gives the fault for an error that the library has no name for."""

_RAISED = (
    ClientError,
    CtapError,
    ConnectionFailure,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
)
"""What the library raises, also over answers that are no answers."""


def ask(make: MakeClient, asking: Asking, stop: Stop, explain: Explain) -> Asserted:
    """Have the client get an assertion with user verification."""
    options = PublicKeyCredentialRequestOptions(
        challenge=b"",
        timeout=asking.seconds * 1000,
        rp_id=asking.rp_id,
        allow_credentials=_described(asking.allow),
        user_verification=UserVerificationRequirement.REQUIRED,
    )

    def run() -> Asserted:
        client = make(GivenClientData(asking.client_data, asking.rp_id))
        answer = client.get_assertion(options, event=_event(stop)).get_response(0)
        return Asserted(
            credential=answer.raw_id,
            client_data=bytes(answer.response.client_data),
            auth_data=bytes(answer.response.authenticator_data),
            signature=answer.response.signature,
        )

    return _answering(run, explain)


def register(make: MakeClient, wanted: Registering, stop: Stop, explain: Explain) -> Registered:
    """Have the client make a credential with user verification."""
    options = PublicKeyCredentialCreationOptions(
        rp=PublicKeyCredentialRpEntity(name=NAME, id=wanted.rp_id),
        user=PublicKeyCredentialUserEntity(name=wanted.person, id=wanted.person.encode()),
        challenge=b"",
        pub_key_cred_params=[
            PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=alg)
            for alg in ALGORITHMS
        ],
        timeout=wanted.seconds * 1000,
        exclude_credentials=_described(wanted.known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        attestation=AttestationConveyancePreference.NONE,
    )

    def run() -> Registered:
        client = make(GivenClientData(wanted.client_data, wanted.rp_id))
        answer = client.make_credential(options, event=_event(stop))
        return Registered(
            client_data=bytes(answer.response.client_data),
            auth_data=bytes(answer.response.attestation_object.auth_data),
        )

    return _answering(run, explain)


def _described(ids: tuple[bytes, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=one)
        for one in ids
    ]


def _event(stop: Stop) -> Event:
    """Return the stop as the Event that the library wants."""
    return stop if isinstance(stop, Event) else Event()


def _answering(run: Callable[[], T], explain: Explain) -> T:
    """Turn what the library raises into AuthenticatorError."""
    try:
        return run()
    except PinRequiredError as error:
        raise AuthenticatorError(Fault.PIN_NEEDED) from error
    except _RAISED as error:
        raise AuthenticatorError(fault_of(error, explain), type(error).__name__) from error


def fault_of(error: BaseException, explain: Explain) -> Fault:
    """Class an error; the cause says more than the client does."""
    cause = error.cause if isinstance(error, ClientError) else None
    known: Fault | None = None
    if isinstance(cause, CtapError):
        known = BY_CTAP.get(cause.code)
    elif isinstance(error, CtapError):
        known = BY_CTAP.get(error.code)
    if known is None and isinstance(error, ClientError):
        known = BY_CLIENT.get(error.code)
    return known or explain(cause if isinstance(cause, BaseException) else error)
