"""A frozen picture of the engine's state, for the tray, the CLI and the uplink."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import SensorState, UplinkState
from agentguard.model.findings import Finding
from agentguard.model.moments import Moment
from agentguard.model.payment import PaymentMode
from agentguard.model.policy import Policy
from agentguard.model.posture import ControlState, Overall
from agentguard.model.prompts import Notice, Prompt
from agentguard.model.shield import Shield


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that may be shown or reported, at one moment.

    `paying` says that a payment window is in front, or was a moment ago, `payment` since when.
    """

    at: Moment
    policy: Policy
    controls: tuple[ControlState, ...]
    findings: tuple[Finding, ...]
    prompts: tuple[Prompt, ...]
    inbox: tuple[Notice, ...]
    sensors: tuple[SensorState, ...]
    in_call: bool
    locked: bool
    uplink: UplinkState | None
    overall: Overall
    shield: Shield | None = None
    payment: PaymentMode | None = None
