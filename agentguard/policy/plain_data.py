"""A policy as plain data and as YAML, with every default filled in; reading it gives it again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from agentguard.model.policy import Control, Policy
from agentguard.model.records import Json

WIDTH = 100


def plain(value: object) -> Json:
    """Return the plain form of a setting's value: texts, numbers, flags, lists and tables."""
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, (bool, int)):
        return value
    return str(value)


def policy_table(policy: Policy) -> dict[str, Json]:
    """Return a policy as a policy file says it."""
    return {
        "policy": policy.name,
        "version": policy.version,
        "description": policy.description,
        "watch": plain(policy.watch),
        "detection": plain(policy.detection),
        "payment": plain(policy.payment),
        "retention": plain(policy.retention),
        "legal_hold": policy.legal_hold,
        "vault": plain(policy.vault),
        "backup_markers": plain(policy.backup_markers),
        "calls": plain(policy.calls),
        "shift": plain(policy.shift),
        "attention": plain(policy.attention),
        "reports": plain(policy.reports),
        "lessons": plain(policy.lessons),
        "contact": plain(policy.contact),
        "release": plain(policy.release),
        "controls": {id_: _control(c) for id_, c in policy.controls.items()},
    }


def _control(control: Control) -> Json:
    return {
        "paused": control.paused,
        "severity": control.severity.value,
        "owner": control.owner.value,
        "respond": [kind.value for kind in control.respond],
        "settings": plain(control.settings),
    }


def policy_yaml(policy: Policy) -> str:
    """Return a policy as the text of a policy file."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only commands write one

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.width = WIDTH
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment] # untyped upstream
    writer.allow_unicode = True
    text = io.StringIO()
    writer.dump(policy_table(policy), text)
    return text.getvalue()
