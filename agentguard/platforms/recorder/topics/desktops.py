"""Windows in front, pictures of the screen, scaling, microphones and devices."""

from __future__ import annotations

from agentguard.platforms._win32.print_answers import CHANNEL
from agentguard.platforms.recorder.questions import Wmi, call, keys, together, wmi
from agentguard.platforms.recorder.shapes import (
    FLAG,
    LENGTH_ALONE,
    NUMBER,
    VARYING,
    Begins,
    Each,
    fields,
    known,
)

_CLASSES = known(
    "Chrome_WidgetWin_1", "MozillaWindowClass", "CASCADIA_HOSTING_WINDOW_CLASS",
    "ConsoleWindowClass", "ApplicationFrameWindow", "Windows.UI.Core.CoreWindow", "CabinetWClass",
    "Shell_TrayWnd", "Progman", "WorkerW", "#32770", "#32769", "Notepad", "XLMAIN", "OpusApp",
)  # fmt: skip
_CONSENT = r"SOFTWARE\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
_NOTED = fields(there=FLAG, packaged=VARYING, programs=VARYING, open=VARYING, odd=NUMBER)
USB = wmi(
    "usb.disks",
    Wmi(
        space=r"root\cimv2",
        table="Win32_DiskDrive",
        named={
            "InterfaceType": known("USB", "SCSI", "IDE", "HDC", "1394"),
            "MediaType": Begins(("fixed hard disk", "external", "removable")),
            "PNPDeviceID": Begins(("usbstor\\", "scsi\\", "ide\\", "nvme\\", "usb\\")),
        },
    ),
)

QUESTIONS = (
    call(
        "window.in-front",
        "GetForegroundWindow, GetClassNameW, QueryFullProcessImageNameW",
        fields(there=FLAG, kind=_CLASSES, title=LENGTH_ALONE, program=LENGTH_ALONE),
    ),
    call("window.hook", "SetWinEventHook EVENT_SYSTEM_FOREGROUND", fields(hooked=FLAG)),
    call(
        "window.capture",
        "SetWindowDisplayAffinity, GetWindowDisplayAffinity",
        fields(beneath=NUMBER, black=NUMBER, after=NUMBER),
    ),
    call(
        "screen.scaling",
        "GetDpiForSystem, GetDpiForMonitor, GetProcessDpiAwareness",
        fields(
            system=VARYING, awareness=NUMBER, count=VARYING, monitors=Each(VARYING)
        ),
    ),
    call(
        "screen.letters",
        r"registry HKCU\Software\Microsoft\Accessibility TextScaleFactor, "
        "SystemParametersInfoForDpi message font",
        fields(percent=VARYING, pixels=VARYING),
    ),
    keys(
        "microphone.consent", "HKLM", rf"{_CONSENT}\microphone", Value=known("Allow", "Deny"),
    ),
    call(
        "microphone.uses",
        r"registry HKCU\...\ConsentStore\microphone LastUsedTimeStop",
        _NOTED,
    ),
    call(
        "window.captures",
        r"registry HKCU\...\ConsentStore\graphicsCapture... LastUsedTimeStop",
        fields(with_border=_NOTED, without=_NOTED),
    ),
    keys(
        "prints.channel", "HKLM",
        rf"SOFTWARE\Microsoft\Windows\CurrentVersion\WINEVT\Channels\{CHANNEL}",
        Enabled=NUMBER, MaxSize=VARYING, ChannelAccess=LENGTH_ALONE,
    ),
    call("prints.entries", "EvtQuery, EvtNext, EvtRender", fields(count=VARYING)),
    USB,
    together("usb.judged", USB),
)  # fmt: skip
