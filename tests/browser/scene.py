"""A contact centre with thirty desks, two sites, three shifts and a month behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.checks.base import Check
from agentguard.commands._policy_reader import READING
from agentguard.model.verdicts import OTHERS
from agentguard.server.keys import load_or_make
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.desks.policies import Label
from agentguard.server.store.factors import one_time_codes, opened_desks, proof_limits
from agentguard.server.store.floor import places
from agentguard.server.store.persons import pseudonyms
from agentguard.server.store.schema.history_tables import org_day, org_hour, team_day, team_hour
from agentguard.server.store.schema.sign_in_tables import desk_person
from agentguard.server.store.schema.tables import device, lockout, team
from agentguard.server.tamper import items, kinds, waves
from tests.browser import program_scene
from tests.server.clients import Desk, event
from tests.unit.policy.signing import Said, chain, root

CHECKS = {check.id: check for check in discover(checks, "CHECK", Check)}
START = 1_790_000_000.0
DAY, HOUR = 86400.0, 3600.0
FINE = (
    ("disk-encryption", 1, "critical"),
    ("reauth", 2, "high"),
    ("training", 3, "low"),
    ("pii-files", 4, "critical"),
    ("clipboard", 4, "high"),
    ("screen-lock", 4, "high"),
    ("folder-access", 4, "medium"),
    ("firewall", 5, "high"),
    ("antivirus", 5, "high"),
    ("remote-tools", 5, "critical"),
    ("vendors", 6, "medium"),
    ("journal", 7, "critical"),
    ("agent-health", 7, "high"),
    ("incident-response", 8, "medium"),
    ("software", 9, "medium"),
    ("backup", 10, "medium"),
    ("retention", 10, "medium"),
)
BAD: dict[str, dict[str, dict[str, Any]]] = {
    "billing-04": {
        "remote-tools": {"detail": "remote-tools.running", "params": {"tools": "AnyDesk"}},
        "screen-lock": {"detail": "screen-lock.open", "params": {"minutes": 9}},
    },
    "billing-07": {"pii-files": {"detail": "pii-files.card", "params": {"count": 12}}},
    "claims-02": {
        "disk-encryption": {"detail": "disk-encryption.clear", "params": {"volumes": "D:"}}
    },
    "claims-05": {
        "training": {"detail": "training.overdue", "params": {"count": 1, "lessons": "Phone fraud"}}
    },
    "orders-03": {
        "software": {
            "detail": "software.unsupported",
            "params": {"count": 1, "products": "LibreOffice 7.5 (2024-11-26)"},
        },
        "vendors": {
            "detail": "vendors.strangers",
            "params": {"count": 1, "programs": "FreeCursors"},
        },
    },
    "orders-06": {"firewall": {"detail": "firewall.off"}},
}
IN_PART = {
    "state": "partial",
    "detail": "software.in-part",
    "params": {"known": 5, "count": 7, "programs": ", ".join(program_scene.ODD[:2])},
    "looked": 5,
    "missed": 2,
    "gaps": [{"id": "unread.software-part", "params": {}}],
}
ATTACKED = {
    "state": "fail",
    "detail": "software.exploited",
    "params": {"count": 1, "products": "WinRAR 7.11"},
}
ATTENTION = {"claims-05", "orders-03"}
AGO = {
    "billing-04": 4,
    "billing-07": 47,
    "claims-02": 190,
    "claims-05": 1500,
    "orders-03": 2900,
    "orders-06": 12,
}
TEAMS = {
    "Billing": ("billing", 9),
    "Claims": ("claims", 8),
    "Orders": ("orders", 7),
    "Night shift": ("night", 6),
}
SILENT, NEVER, BLIND = {"claims-08", "night-04", "night-05"}, {"night-06"}, {"night-02"}
ASLEEP = {"night-04", "night-05"}
IN_CALL = {"billing-04", "billing-02", "orders-01", "claims-02"}
LOCKED = {"orders-03", "night-01"}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def whose(check: str, told: str) -> dict[str, str]:
    """Give whose a finding is, as a desk tells it."""
    owner = CHECKS[check].owners.get(told, CHECKS[check].owner)
    return {"owner": owner.value} if owner in OTHERS else {}


def controls(label: str) -> list[dict[str, Any]]:
    bad = BAD.get(label, {})
    given = []
    for check, measure, severity in FINE:
        minutes = AGO.get(label, 0) if check in bad else 3000
        one = {"check": check, "measure": measure, "severity": severity, "state": "pass"}
        one |= {"since": iso(START - 60 * minutes)}
        if check in bad:
            one |= {"state": "fail", **{k: v for k, v in bad[check].items() if v}}
            one |= whose(check, str(bad[check].get("detail", "")))
        if label in BLIND and check == "antivirus":
            one |= {"state": "unknown", "since": iso(START - 1500)}
        if label == program_scene.IN_PART and check == "software":
            one |= IN_PART
        if label == "billing-07" and check == "software":
            one |= ATTACKED
        given.append(one)
    return given


def overall(label: str) -> str:
    if label in BLIND:
        return "blind"
    if label in ATTENTION:
        return "attention"
    return "act" if label in BAD else "good"


def rightly(label: str) -> int:
    return int(label[-1] != "7")


def events(label: str) -> list[dict[str, Any]]:
    told = [
        event(1, "policy.in-force", at=iso(START - 90_000)),
        event(2, "session.unlocked", at=iso(START - 20_000)),
    ]
    for check, how in BAD.get(label, {}).items():
        severity = next(s for c, _, s in FINE if c == check)
        hits = [{"kind": "card number", "count": 12, "masked": ["…4242"]}]
        more = {"hits": hits, "place": "Downloads, .csv"} if check == "pii-files" else {}
        told.append(
            event(
                len(told) + 1,
                at=iso(START - 60 * AGO[label]),
                check=check,
                subject=check,
                severity=severity,
                message=how["detail"],
                params=how.get("params", {}),
                **whose(check, str(how["detail"])),
                **more,
            )
        )
    if label[-1] in "1357":
        told += [
            event(len(told) + n, "lesson.answered", params={"lesson": name, "correct": right})
            for n, (name, right) in enumerate(
                (("card-data", 1), ("remote-help", rightly(label))), 1
            )
        ]
    if label == "billing-07":
        params = {"category": "suspicious-message"}
        text = "A caller says that he is from IT and wants me to install something."
        told.append(
            event(
                len(told) + 1, "incident.reported", at=iso(START - 1300), params=params, text=text
            )
        )
    if label == "night-03":
        params = {"category": "lost-device"}
        told.append(
            event(
                len(told) + 1,
                "incident.reported",
                at=iso(START - 9000),
                params=params,
                text="My badge is gone since the break.",
            )
        )
    return told


def fill(running: Any) -> str:
    """Enrol the desks and let them report; give the id of the one to show."""
    shown = ""
    for name, (prefix, count) in TEAMS.items():
        for n in range(1, count + 1):
            label = f"{prefix}-{n:02}"
            desk = Desk.enrol(running, running.admin.enrol_code(name), label=label)
            running.time.at = START - 4000 if label in SILENT else START
            if label not in NEVER:
                answer = desk.send(
                    *events(label),
                    controls=controls(label),
                    overall=overall(label),
                    in_call=label in IN_CALL,
                    locked=label in LOCKED,
                    user=name_of(label),
                    run="a",
                    goodbye="asleep" if label in ASLEEP else "",
                    sent_at=iso(running.time.at),
                )
                assert answer.status_code == 200, answer.text
            running.time.at = START
            desk.http.close()
            shown = desk.id if label == "billing-07" else shown
    return shown


def install(running: Any) -> None:
    """Have the desks tell their programs."""
    running.admin._database.run(lambda c: program_scene.fill(c, START))


def silence(running: Any) -> None:
    """Have nine desks of two teams fall silent at once, of which six are back.

    The day before, a whole team did, all came back, and it was signed off.
    """
    running.admin._database.run(_silence)


def _silence(connection: Connection) -> None:
    asked = select(device.c.id).where(
        device.c.label.startswith("orders-") | device.c.label.startswith("claims-")
    )
    for number, id_ in enumerate(connection.scalars(asked.order_by(device.c.label).limit(9))):
        at = START - 3000 + 30 * (number % 3)
        items.raise_(connection, id_, kinds.MISSING, at, since=at - 600)
        if number < 6:
            items.end(connection, id_, (kinds.MISSING,), at + 1200)
    before = START - DAY
    for id_ in connection.scalars(select(device.c.id).where(device.c.label.startswith("billing-"))):
        items.raise_(connection, id_, kinds.MISSING, before, since=before - 600)
        items.end(connection, id_, (kinds.MISSING,), before + HOUR)
    sam = Visitor(name="sam", role="admin", token="", scope=None)
    said = "The power was cut in the whole street."
    waves.sign_off(connection, (kinds.MISSING.id, before, before), sam, before + 2 * HOUR, said)


REASON = "He says that he did not send the message that his desk reported."


def prove(running: Any) -> str:
    """Let people prove presence, and open one's name and one desk; give the one's pseudonym."""
    return str(running.admin._database.run(lambda c: _prove(c, running)))


def _prove(connection: Connection, running: Any) -> str:
    keys = load_or_make(running.settings.key_file)
    seats = connection.execute(select(device.c.id, device.c.label).order_by(device.c.label)).all()
    for number, (id_, label) in enumerate(seats[:9]):
        values = {"user": name_of(label), "device": id_, "at": START - 900 * number}
        connection.execute(insert(desk_person).values(values))
    locked = {
        "key": proof_limits.key(proof_limits.USER.id, name_of(seats[2].label)),
        "failures": 8,
        "last_at": START - 60,
    }
    connection.execute(insert(lockout).values(**locked, until=START + 1740))
    one_time_codes.enrol(connection, keys, one_time_codes.DESK, name_of("billing-07"), sure=True)
    opened_desks.make(connection, seats[1].id, "forgot the phone at home", "sam", START - 300)
    person: str = keys.pseudonym(name_of("billing-07"))
    pseudonyms.open_(connection, person, "ada", REASON, START - 2000)
    return person


def name_of(label: str) -> str:
    """Give who sits at a desk."""
    team, number = label.split("-")
    return f"{('maria', 'jan', 'lea', 'omar', 'zoe')[int(number) % 5]}.{team}"


def publish(running: Any) -> None:
    """Publish a policy for all desks, and a newer one for a tenth of a team's."""
    policies = running.admin.policies
    policies.publish_roots(chain(root()))
    newer = Said(version=5, group=next(iter(TEAMS)), rules=PLANS)
    for said, percent in ((Said(version=4, rules=PLANS), 100), (newer, 10)):
        policy = READING.parse(said.text.encode(), "site")
        known = Label(
            digest=policy.digest,
            name=policy.name,
            epoch=said.epoch,
            version=said.version,
            team=said.group,
        )
        policies.publish(said.signed(), known, percent)


PLANS = f"""controls:
  software:
    settings:
      plans:
        - product: office
          owner: {program_scene.PLANNED["owner"]}
          until: "{program_scene.PLANNED["date"]}"
          reason: {program_scene.PLANNED["reason"]}
"""
SHIFTS = {"Early": (6 * 60, 14 * 60), "Late": (14 * 60, 22 * 60), "Night": (22 * 60, 6 * 60)}
ZONES = {"Dresden": "Europe/Berlin", "Porto": "Europe/Lisbon"}
PLACES = {
    "Billing": ("Dresden", "Early"),
    "Claims": ("Dresden", "Late"),
    "Orders": ("Porto", "Early"),
    "Night shift": ("Porto", "Night"),
}
OPENED = (3, 5, 2, 4, 1, 0, 0, 6, 4, 3, 5, 2, 1, 0, 4, 3, 2, 2, 5, 0, 1, 3, 2, 4, 2, 3, 1, 0, 2, 3)


def arrange(running: Any) -> None:
    """Say where teams belong, and how the last two months went."""
    running.admin._database.run(_arrange)


def _arrange(connection: Connection) -> None:
    for name, zone in ZONES.items():
        places.put_site(connection, name, zone)
    for name, (begins, ends) in SHIFTS.items():
        places.put_shift(connection, name, begins, ends)
    sites = {one.name: one.id for one in places.sites(connection)}
    shifts = {one.name: one.id for one in places.shifts(connection)}
    ids = {row.name: row.id for row in connection.execute(select(team.c.id, team.c.name))}
    for name, (near, hours) in PLACES.items():
        places.place(connection, ids[name], sites[near], shifts[hours], START)
    sizes = {ids[name]: size for name, (_, size) in TEAMS.items()}
    for n in range(60):
        _day(connection, sizes, START // DAY * DAY - n * DAY, n)
    for n in range(48):
        _hour(connection, sizes, START // HOUR * HOUR - n * HOUR, n)


def _counts(size: int, n: int, salt: int) -> dict[str, int]:
    """Give what 24 looks counted of a team: it gets better with the days."""
    bad = (n + salt) * 7 % 5 + n // 20
    silent = (n * 3 + salt) % 3
    failing = min(size, bad) // 2
    attention = min(size - failing, bad - bad // 2)
    ok = max(0, size - failing - attention - silent)
    told = {"ok": ok, "attention": attention, "failing": failing, "silent": silent}
    return {**{name: 24 * many for name, many in told.items()}, "samples": 24}


def _day(connection: Connection, sizes: dict[int, int], at: float, n: int) -> None:
    opened = OPENED[n % len(OPENED)]
    more = {"closed": max(0, opened - 1), "incidents": int(n % 9 == 4)}
    rows = {id_: _counts(size, n, id_) for id_, size in sizes.items()}
    for id_, row in rows.items():
        own = {"opened": opened // 2 if id_ % 2 else 0, **more}
        connection.execute(insert(team_day).values(team=id_, at=at, **row, **own))
    whole = {name: sum(row[name] for row in rows.values()) for name in _counts(0, 0, 0)}
    whole["samples"] = 24
    connection.execute(insert(org_day).values(at=at, opened=opened, **more, **whole))


def _hour(connection: Connection, sizes: dict[int, int], at: float, n: int) -> None:
    rows = {id_: _counts(size, n % 24, id_) for id_, size in sizes.items()}
    for id_, row in rows.items():
        connection.execute(insert(team_hour).values(team=id_, at=at, **row))
    whole = {name: sum(row[name] for row in rows.values()) for name in _counts(0, 0, 0)}
    whole["samples"] = 24
    connection.execute(insert(org_hour).values(at=at, **whole))
