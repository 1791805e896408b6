"""No USB storage is plugged in unless the policy allows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import HOUR, Check, belong, few, named, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import UsbSeen, UsbStorage
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which devices may be plugged in."""

    allowed: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Devices by `vendor model`, as they name themselves (* and ? allowed)."},
    )


def judge(event: UsbSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Know a device by what it says of itself, which can be forged: being allowed proves little."""
    if event.unread:
        return not_read(event)
    strange = [d for d in event.devices if not named(_name(d), settings.allowed)]
    if strange:
        return wrong("usb-storage.strange", count=len(strange), devices=few(map(_name, strange)))
    if event.devices:
        return passed("usb-storage.allowed", count=len(event.devices))
    return passed("usb-storage.none")


def _name(device: UsbStorage) -> str:
    return f"{device.vendor} {device.model}".strip() or "?"


CHECK = Check(
    id="usb-storage",
    measure=5,
    severity=Severity.MEDIUM,
    on=(UsbSeen,),
    settings=Settings,
    judge=judge,
    fresh=HOUR,
    lessons=("remote-help",),
    owners=belong(Owner.PERSON, "usb-storage.strange"),
)
