"""Proxies by every way of finding one, Windows' own credentials for them, and wireless networks."""

from __future__ import annotations

from agentguard.platforms._win32.vpn_answers import PRODUCTS
from agentguard.platforms.recorder.questions import call, keys
from agentguard.platforms.recorder.shapes import (
    FLAG,
    LENGTH_ALONE,
    NUMBER,
    SWITCH,
    VARYING,
    Each,
    Struct,
    fields,
    known,
)

_CURRENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
_SETTINGS = rf"{_CURRENT}\Internet Settings"
_BLOB = Struct(places=((0, 4), (8, 12)))
"""The form and the flags; the counter and what follows are other on each computer, or are hosts."""
_OF_USER = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
_BY_POLICY = r"SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings"
_CONSENT = rf"{_CURRENT}\CapabilityAccessManager\ConsentStore"
_CHOICE = known("Allow", "Deny", "Prompt")

QUESTIONS = (
    call(
        "proxy.default",
        "WinHttpGetDefaultProxyConfiguration",
        fields(access=NUMBER, proxy=LENGTH_ALONE, bypass=LENGTH_ALONE),
        row=24,
    ),
    call(
        "proxy.user",
        "WinHttpGetIEProxyConfigForCurrentUser",
        fields(detect=FLAG, script=LENGTH_ALONE, proxy=LENGTH_ALONE, bypass=LENGTH_ALONE),
        row=24,
    ),
    call(
        "proxy.detected",
        "WinHttpGetProxyForUrl WINHTTP_AUTOPROXY_AUTO_DETECT, DHCP and DNS",
        fields(access=NUMBER, proxies=NUMBER),
        seconds=60.0,
        row=24,
    ),
    call(
        "proxy.script",
        "WinHttpGetProxyForUrl WINHTTP_AUTOPROXY_CONFIG_URL",
        fields(script=FLAG, access=NUMBER, proxies=NUMBER),
        seconds=60.0,
        row=24,
    ),
    keys(
        "proxy.user-settings", "HKCU", _OF_USER,
        ProxyEnable=SWITCH, ProxyServer=LENGTH_ALONE, ProxyOverride=LENGTH_ALONE,
        AutoConfigURL=LENGTH_ALONE, AutoDetect=SWITCH,
    ),
    keys(
        "proxy.user-connections", "HKCU", rf"{_OF_USER}\Connections",
        DefaultConnectionSettings=_BLOB,
    ),
    keys("proxy.machine-connections", "HKLM", rf"{_SETTINGS}\Connections", WinHttpSettings=_BLOB),
    keys("proxy.detection", "HKLM", rf"{_SETTINGS}\WinHttp", DisableWpad=SWITCH),
    keys(
        "proxy.policy", "HKLM", _BY_POLICY,
        ProxySettingsPerUser=SWITCH, ProxyEnable=SWITCH,
    ),
    call(
        "proxy.environment",
        "environment",
        fields(http=FLAG, https=FLAG, everything=FLAG, none=FLAG),
    ),
    call(
        "proxy.credentials",
        "AcquireCredentialsHandleW",
        fields(negotiate=NUMBER, ntlm=NUMBER, kerberos=NUMBER),
    ),
    call(
        "wifi.service",
        "WlanOpenHandle, WlanEnumInterfaces",
        fields(count=VARYING, states=Each(NUMBER)),
    ),
    call(
        "wifi.profile",
        "WinRT NetworkInformation.GetConnectionProfiles NetworkSecuritySettings",
        fields(networks=Each(fields(authentication=NUMBER, encryption=NUMBER))),
        row=30,
    ),
    call(
        "vpn.adapters",
        "GetAdaptersAddresses",
        fields(
            count=VARYING,
            adapters=Each(
                fields(
                    kind=VARYING,
                    state=VARYING,
                    tunnel=VARYING,
                    product=known(*{kind for _, kind in PRODUCTS}),
                )
            ),
        ),
    ),
    call(
        "vpn.dialled",
        "RasEnumConnectionsW, RasGetConnectStatusW",
        fields(dialled=Each(fields(device=known("vpn", "VPN", "modem", "PPPoE"), state=NUMBER))),
    ),
    keys("wifi.location-machine", "HKLM", rf"{_CONSENT}\location", Value=_CHOICE),
    keys(
        "wifi.location-user", "HKCU",
        r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\location",
        "", "NonPackaged", Value=_CHOICE,
    ),
)  # fmt: skip
