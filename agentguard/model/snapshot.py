"""A frozen picture of the engine's state, for the tray, the CLI and the uplink."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.attention import NO_INTERRUPTIONS, Interruptions
from agentguard.model.deeds import Asked, Done
from agentguard.model.events import PolicyRefused, SensorState, UplinkState
from agentguard.model.exceptions import Request
from agentguard.model.guided import Response
from agentguard.model.handover import NO_SHIFT, Shift
from agentguard.model.incidents import Reported
from agentguard.model.moments import Moment
from agentguard.model.orders import Order
from agentguard.model.payment import PaymentMode
from agentguard.model.policy import Policy
from agentguard.model.posture import ControlState, Overall
from agentguard.model.prompts import Notice, Prompt
from agentguard.model.release import Standing
from agentguard.model.shield import Shield
from agentguard.model.verdicts import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that may be shown or reported, at one moment.

    `deeds` are what a person asked for about findings, `history` what was found and is no more.
    `payment` says since when a payment window is in front, or was until a moment ago. `standing` is
    how far the policy can be relied on, None before that is known; `refused` is a policy that was
    refused and that no valid one has followed. `answered` is when the endpoint last gave a receipt.
    `soon` is when the screens lock, or are covered in a call, if nobody moves until then.
    `reported` are the incidents of this desk and `responses` its guided responses, newest first.
    `requests` are the exceptions that were asked for here, the newest first.
    `drilling` is since when a drill runs.
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
    deeds: tuple[Asked, ...] = ()
    history: tuple[Done, ...] = ()
    standing: Standing | None = None
    refused: PolicyRefused | None = None
    answered: Moment | None = None
    soon: Moment | None = None
    interruptions: Interruptions = NO_INTERRUPTIONS
    reported: tuple[Reported, ...] = ()
    responses: tuple[Response, ...] = ()
    shift: Shift = NO_SHIFT
    orders: tuple[Order, ...] = ()
    requests: tuple[Request, ...] = ()
    drilling: Moment | None = None
