"""What the agent makes of a recorded answer: the same judgement as at a desk, on what was kept.

Each is given the answer of its question as a recording has it, and returns plain values. Where it
is `right` or not, the question walks a line of the release checklist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from agentguard.model.facts import AntivirusSeen
from agentguard.model.moments import Moment
from agentguard.platforms._win32 import component_answers, machine_answers, session_answers
from agentguard.platforms._win32.lock_answers import PowerPlan, sources
from agentguard.platforms._win32.remote_answers import Signs, history, protocol, session
from agentguard.platforms._win32.software_answers import installed
from agentguard.platforms.recorder.shapes import LENGTH, Kept, raw
from agentguard.platforms.recorder.topics.protection import PROFILES

Answer: TypeAlias = Mapping[str, Any]
Decoded: TypeAlias = dict[str, Kept]

AT = Moment(boot=0.0, wall=0.0)
"""Nothing that is decoded depends on when it is."""
_FIXED = 3  # DRIVE_FIXED
_NO_BATTERY = 128
_BY_NAME = dict(zip(PROFILES, (1, 2, 2, 4), strict=True))
_ANOTHER = "another"


def plain(kept: Kept) -> Any:
    """Return a value as it was, as far as it was kept; text of which the length is known as `?`."""
    if isinstance(kept, dict) and set(kept) == {LENGTH}:
        return "?" * int(str(kept[LENGTH]))
    return kept


def values(key: Answer | None) -> dict[str, Any]:
    """Return the values of a key of the registry that are there, without their types."""
    told = key or {}
    return {n: plain(v[1]) for n, v in told.items() if isinstance(v, list)}


def part(answer: Answer, name: str) -> Any:
    """Return the answer of one of several that are put together; empty where it was refused."""
    return (answer.get(name) or {}).get("answer") or {}


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the rows of a class of WMI."""
    return [{n: plain(v) for n, v in row.items()} for row in (answer or {}).get("rows") or ()]


def _windows(answer: Answer) -> Decoded:
    (found,) = installed([], values(part(answer, "system.version").get("key"))) or (None,)
    if found is None:
        return {}
    return {"name": found.name, "version": found.version, "edition": found.edition}


def _restart(answer: Answer) -> Decoded:
    told = [key["there"] for key in answer.values() if key is not None]
    return {"due": any(told) if told else None}


def _auto_logon(answer: Answer) -> Decoded:
    seen = machine_answers.auto_logon(values(answer["key"]), AT)
    return {"on": seen.on, "unread": seen.unread}


def _session(answer: Answer) -> Decoded:
    data = raw(answer)
    return {
        "locked": session_answers.locked_by(data),
        "active": session_answers.active_by(data),
    }


def _elsewhere(answer: Answer) -> Decoded:
    pcoip = part(answer, "session.pcoip")
    name = protocol(_signs(answer))
    if not name:
        return {"protocol": ""}
    told = session(
        name,
        [values(part(answer, f"session.rdp-{who}").get("key")) for who in ("machine", "user")],
        values(part(answer, "session.rdp-listener").get("key")),
        [values(pcoip.get(one)) for one in ("pcoip_admin", "pcoip_admin_defaults")],
        AT,
    )
    return {"protocol": told.protocol, "clipboard": told.clipboard, "drives": told.drives}


def _signs(answer: Answer) -> Signs:
    own, cloud = part(answer, "session.own"), part(answer, "session.avd").get("key") or {}
    number, data = own.get("number"), raw(part(answer, "session.information"))
    return Signs(
        kind=part(answer, "session.protocol").get("kind"),
        citrix=part(answer, "session.citrix").get("protocol"),
        metric=bool(own.get("remote")),
        session=number if isinstance(number, int) else 0,
        glass=values(part(answer, "session.glass").get("key")).get("GlassSessionId"),
        active=session_answers.active_by(data),
        views=(values(part(answer, "session.horizon").get("key")),),
        cloud=bool(cloud.get("there")),
    )


def _limits(answer: Answer) -> Decoded:
    names = ("saver-policy", "saver-user", "machine", "device-management")
    policy, user, machine, managed = (
        values(part(answer, f"lock.{name}").get("key")) for name in names
    )
    found = sources(policy, user, machine, _plan(answer), managed)
    return {one.name: f"{one.standing.value} {one.seconds}" for one in found}


def _plan(answer: Answer) -> PowerPlan:
    """Return the plan's limits for the power that the computer runs on."""
    status = part(answer, "power.status")
    battery = status.get("line") == 0 and not (status.get("battery") or 0) & _NO_BATTERY
    told = part(answer, "power.plan").get("dc" if battery else "ac") or {}
    password = told.get("password")
    return PowerPlan(
        display=told.get("display"),
        sleep=told.get("sleep"),
        password=None if password is None else bool(password),
    )


def _clipboard_history(answer: Answer) -> Decoded:
    managed = part(answer, "clipboard.device-management")
    policies = (
        values(part(answer, "clipboard.policy").get("key")),
        *(values(managed.get(area)) for area in ("Experience", "Privacy")),
    )
    seen = history(policies, values(part(answer, "clipboard.user").get("key")), AT)
    return {"kept": seen.kept, "sent": seen.sent}


def _firewall(answer: Answer) -> Decoded:
    told = part(answer, "firewall.object")
    managed: dict[int, list[object]] = {}
    for store in ("policy", "mdm"):
        for name, key in part(answer, f"firewall.{store}").items():
            said = values(key).get("EnableFirewall")
            managed.setdefault(_BY_NAME[name], []).append(said)
    profiles = component_answers.Profiles(
        active=told.get("active"),
        enabled={int(number): on for number, on in (told.get("enabled") or {}).items()},
        managed=managed,
        force=component_answers.in_force(rows(part(answer, "firewall.active-store"))),
    )
    seen = component_answers.firewall(profiles, rows(part(answer, "firewall.products")), AT)
    own = seen.product in {"", component_answers.FIREWALL}
    return {
        "on": seen.on,
        "product": seen.product if own else _ANOTHER,
        "agreed": seen.agreed,
        "unread": seen.unread,
    }


def _antivirus(answer: Answer) -> Decoded:
    return _protections(component_answers.antivirus(rows(answer), AT))


def _defender(answer: Answer) -> Decoded:
    return _protections(component_answers.defender(rows(answer), AT))


def _protections(seen: AntivirusSeen) -> Decoded:
    told: list[Kept] = [{"on": one.on, "current": one.current} for one in seen.products]
    return {"products": told, "unread": seen.unread}


def _disks(answer: Answer) -> Decoded:
    drives = part(answer, "disks.drives").get("drives") or ()
    fixed = [one["letter"] for one in drives if one["kind"] == _FIXED]
    shell = part(answer, "disks.shell").get("drives") or ()
    told = {one["letter"]: one["state"] for one in shell}
    seen = component_answers.disks(fixed, rows(part(answer, "disks.bitlocker")), told, AT)
    return {**{one.mount: one.encrypted for one in seen.volumes}, "unread": seen.unread}


def _updates(answer: Answer) -> Decoded:
    mending = [
        one
        for one in answer.get("updates") or ()
        if machine_answers.Update(
            id="",
            categories=frozenset(c for c in one["categories"] or () if isinstance(c, str)),
            severity=plain(one["severity"]) or "",
        ).secures
    ]
    whole = answer.get("code") == 2  # noqa: PLR2004 - orcSucceeded
    return {"security": len(mending) if whole else None}


def _wireless(answer: Answer) -> Decoded:
    found = [(one["authentication"], one["encryption"]) for one in answer["networks"] or ()]
    return {"wifi": list(machine_answers.networks(found, AT, wireless=True).wifi)}


def _usb(answer: Answer) -> Decoded:
    seen = machine_answers.usb(rows(part(answer, "usb.disks")), AT)
    return {"devices": len(seen.devices), "unread": seen.unread}


def _marks(answer: Answer) -> Decoded:
    if answer["formats"] is None:
        return {}
    told = {one["name"]: one["value"] for one in answer["formats"] if isinstance(one["name"], str)}
    return {
        "excluded": "ExcludeClipboardContentFromMonitorProcessing" in told,
        "ignored": "Clipboard Viewer Ignore" in told,
        "history": told.get("CanIncludeInClipboardHistory"),
        "cloud": told.get("CanUploadToCloudClipboard"),
    }


DECODERS: Mapping[str, Callable[[Any], Decoded]] = {
    "antivirus.defender": _defender,
    "antivirus.products": _antivirus,
    "clipboard.formats": _marks,
    "clipboard.history": _clipboard_history,
    "disks.judged": _disks,
    "firewall.judged": _firewall,
    "lock.limits": _limits,
    "session.information": _session,
    "session.shown-elsewhere": _elsewhere,
    "system.auto-logon": _auto_logon,
    "system.restart-due": _restart,
    "system.windows": _windows,
    "updates.waiting": _updates,
    "usb.judged": _usb,
    "wifi.profile": _wireless,
}


def decoded(id_: str, answer: Kept) -> Kept:
    """Return what the agent makes of an answer; None where nothing is judged or nothing came."""
    decoder = DECODERS.get(id_)
    return decoder(answer) if decoder is not None and answer is not None else None
