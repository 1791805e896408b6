"""Keys, secrets, Windows Hello and what signs our programs."""

from __future__ import annotations

from agentguard.platforms.recorder.questions import call
from agentguard.platforms.recorder.shapes import FLAG, NUMBER, VARYING, fields

QUESTIONS = (
    call("hello.version", "WebAuthNGetApiVersionNumber", fields(version=NUMBER)),
    call(
        "hello.platform",
        "WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable",
        fields(available=FLAG),
    ),
    call("hello.keys", "SetupDiGetClassDevsW HID usage page 0xF1D0", fields(plugged=VARYING)),
    call(
        "keys.providers",
        "NCryptOpenStorageProvider",
        fields(platform=NUMBER, software=NUMBER),
    ),
    call(
        "keys.protected",
        "CryptProtectData, CryptUnprotectData",
        fields(sealed=FLAG, opened=FLAG),
    ),
    call("keys.credentials", "CredEnumerateW", fields(ours=VARYING)),
    call(
        "signature.programs",
        "WinVerifyTrust WINTRUST_ACTION_GENERIC_VERIFY_V2, offline",
        fields(files=VARYING, signed=VARYING, unsigned=VARYING, refused=VARYING, first=NUMBER),
        seconds=120.0,
        row=15,
    ),
)
