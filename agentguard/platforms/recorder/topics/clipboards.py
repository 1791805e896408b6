"""The clipboard: what formats lie there, Windows' history of it, and who may hear of changes."""

from __future__ import annotations

from agentguard.platforms.recorder.questions import call, keys, together
from agentguard.platforms.recorder.shapes import (
    FLAG,
    NUMBER,
    SWITCH,
    VARYING,
    Each,
    Number,
    fields,
    known,
)

NAMES = known(
    "ExcludeClipboardContentFromMonitorProcessing", "Clipboard Viewer Ignore",
    "CanIncludeInClipboardHistory", "CanUploadToCloudClipboard", "HTML Format",
    "Rich Text Format", "Csv", "Chromium internal source URL", "Chromium internal source RFH token",
    "Chromium Web Custom MIME Data Format", "text/html", "text/plain;charset=utf-8",
    "DataObject", "Object Descriptor", "Ole Private Data", "Shell IDList Array", "FileNameW",
    "UniformResourceLocatorW", "XML Spreadsheet", "PNG", "AgentGuard.Own",
)  # fmt: skip
"""Programs name formats as they like; of any other name the length is kept."""
FORMAT = fields(number=NUMBER, name=NAMES, value=NUMBER)
"""`value` is that of a mark: four bytes that say yes or no."""
FORMATS = fields(
    sequence=VARYING,
    count=VARYING,
    owned=FLAG,
    text=Number(varies=True),
    formats=Each(FORMAT),
)
_HISTORY = {"AllowClipboardHistory": SWITCH, "AllowCrossDeviceClipboard": SWITCH}
POLICY = keys("clipboard.policy", "HKLM", r"SOFTWARE\Policies\Microsoft\Windows\System", **_HISTORY)
MANAGED = keys(
    "clipboard.device-management", "HKLM", r"SOFTWARE\Microsoft\PolicyManager\current\device",
    "Experience", "Privacy", **_HISTORY,
)  # fmt: skip
USER = keys(
    "clipboard.user", "HKCU", r"Software\Microsoft\Clipboard",
    EnableClipboardHistory=SWITCH, EnableCloudClipboard=SWITCH,
    CloudClipboardAutomaticUpload=SWITCH,
)  # fmt: skip

QUESTIONS = (
    call("clipboard.formats", "OpenClipboard, EnumClipboardFormats, GetClipboardData", FORMATS),
    call("clipboard.listener", "AddClipboardFormatListener", fields(heard=FLAG)),
    POLICY,
    MANAGED,
    USER,
    together("clipboard.history", POLICY, MANAGED, USER),
    call(
        "clipboard.history-object",
        "WinRT Windows.ApplicationModel.DataTransfer.Clipboard IClipboardStatics2",
        fields(history=FLAG, roaming=FLAG),
    ),
)
