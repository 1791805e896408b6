"""The session: its state by every way of asking, idle time, and what shows it elsewhere."""

from __future__ import annotations

from agentguard.platforms.recorder.questions import call, keys, together
from agentguard.platforms.recorder.shapes import (
    FLAG,
    NUMBER,
    SWITCH,
    VARYING,
    Digits,
    Each,
    Struct,
    fields,
    known,
)

_WTS = "WTSQuerySessionInformationW"
INFORMATION = Struct(places=((0, 20),), varies=((8, 12),))
"""WTSINFOEXW as far as its flags; the names of session, person and computer follow."""
DESKTOPS = known("Default", "Winlogon", "Screen-saver", "Disconnect")

PROTOCOL = call("session.protocol", f"{_WTS} WTSClientProtocolType", fields(kind=NUMBER))
OWN = call(
    "session.own",
    "ProcessIdToSessionId, GetSystemMetrics(SM_REMOTESESSION, SM_REMOTECONTROL)",
    fields(number=VARYING, remote=FLAG, controlled=FLAG),
)
_TERMINAL = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_RULES = {"fDisableClip": SWITCH, "fDisableCdm": SWITCH, "SCClipLevel": SWITCH}
MACHINE = keys("session.rdp-machine", "HKLM", _TERMINAL, **_RULES)
USER = keys("session.rdp-user", "HKCU", _TERMINAL, **_RULES)
LISTENER = keys(
    "session.rdp-listener",
    "HKLM",
    r"SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp",
    fDisableClip=SWITCH,
    fDisableCdm=SWITCH,
)
PCOIP = keys(
    "session.pcoip", "HKLM", r"SOFTWARE\Policies\Teradici\PCoIP",
    "pcoip_admin", "pcoip_admin_defaults", **{"pcoip.server_clipboard_state": SWITCH},
)  # fmt: skip
VIEW = keys(
    "session.horizon", "HKCU", "Volatile Environment",
    ViewClient_Protocol=known("PCOIP", "BLAST", "Blast", "RDP"),
)  # fmt: skip

STATE = call("session.information", f"{_WTS} WTSSessionInfoEx", INFORMATION)
GLASS = keys(
    "session.glass", "HKLM", r"SYSTEM\CurrentControlSet\Control\Terminal Server",
    GlassSessionId=VARYING, fDenyTSConnections=NUMBER, fSingleSessionPerUser=NUMBER,
)  # fmt: skip
CLOUD = keys("session.avd", "HKLM", r"SOFTWARE\Microsoft\RDInfraAgent")
CITRIX = call("session.citrix", "wfapi WFGetActiveProtocol", fields(protocol=NUMBER))

QUESTIONS = (
    STATE,
    GLASS,
    CLOUD,
    CITRIX,
    call("session.state", f"{_WTS} WTSConnectState", fields(state=NUMBER)),
    call("session.remote", f"{_WTS} WTSIsRemoteSession", fields(remote=NUMBER)),
    PROTOCOL,
    OWN,
    MACHINE,
    USER,
    LISTENER,
    PCOIP,
    VIEW,
    together(
        "session.shown-elsewhere",
        PROTOCOL, CITRIX, OWN, STATE, GLASS, CLOUD, VIEW, MACHINE, USER, LISTENER, PCOIP,
    ),
    call(
        "session.all",
        "WTSEnumerateSessionsW",
        fields(count=VARYING, states=Each(NUMBER)),
    ),
    call(
        "session.events",
        "WTSRegisterSessionNotification",
        fields(top=FLAG, message_only=FLAG),
    ),
    call("session.desktop", "OpenInputDesktop, GetUserObjectInformationW", fields(name=DESKTOPS)),
    call(
        "session.idle",
        "GetLastInputInfo, GetTickCount64",
        fields(milliseconds=VARYING, ahead=FLAG),
    ),
    call(
        "session.quiet",
        "SHQueryUserNotificationState",
        fields(state=Digits(varies=True)),
        row=36,
    ),
    call(
        "session.disturb",
        "NtQueryWnfStateData",
        fields(profile=VARYING, size=NUMBER),
        row=36,
    ),
)  # fmt: skip
