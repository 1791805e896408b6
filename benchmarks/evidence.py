"""Packs of 10,000 desks and a quarter: CPU time and memory of making and of verifying, and size.

The tables of what held are filled directly, since living a quarter of so many desks would take
hours (`tools.synthetic_year` does that for fewer): each desk has two spells a working day, each of
its 28 controls about one excursion a fortnight. Making and verifying are processes of their own.
CPU time judges, since others use the machine; what the clock says is told beside it.

python benchmarks/evidence.py [--desks N] [--folder FOLDER]
exit code 1 when a bar is missed
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from _bars import Bar
from sqlalchemy import Connection, insert

from agentguard.base import translations
from agentguard.server import keys
from agentguard.server.evidence import claims, making
from agentguard.server.evidence.base import Order
from agentguard.server.evidence.making import Maker
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from agentguard.server.store.control_history import numbers
from agentguard.server.store.control_history.numbers import Kind
from agentguard.server.store.engine.open_database import open_database
from agentguard.server.store.records import ages
from agentguard.server.store.schema.control_tables import (
    desk_team,
    excursion,
    held_desk,
    in_force,
    judged,
    presence,
)
from agentguard.server.store.schema.tables import device, device_seen, finding
from agentguard.trust.evidence.manifest import Scope
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.verify import verify
from agentguard.trust.keys import from_text

BEGIN, DAY, DAYS, TEAM = 1_782_864_000, 86400, 92, 20  # 1 July 2026
CONTROLS = 28
AT_ONCE = 200
MAKE, VERIFY, MEMORY, SIZE = 120, 10, 100, 100
"""Bars: CPU seconds of making and of verifying, MB of memory of each, MB of the pack."""


def fill(connection: Connection, first: int, count: int, controls: list[int], policy: int) -> None:
    """Write some desks with their quarter."""
    chance = random.Random(first)
    tables = (device, device_seen, held_desk, desk_team, in_force, judged, presence, excursion)
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in tables}
    found: list[dict[str, Any]] = []
    for number in range(first, first + count):
        id_ = f"{number:024x}"
        team = 1 + (number - 1) // TEAM
        rows[device].append(
            {"id": id_, "team": team, "label": f"desk-{number:05}", "system": "Windows 11",
             "public_key": number.to_bytes(32, "big"), "enrolled_at": float(BEGIN)}
        )  # fmt: skip
        rows[device_seen].append(
            {
                "device": id_,
                "last_seen": float(BEGIN + DAYS * DAY),
                "seq": 1,
                "hash": "ab" * 32,
                "skew": 0.0,
                "locked": False,
                "in_call": False,
                "waiting": 0,
                "agent": "1.0",
                "policy": "site 1",
                "policy_digest": "ab" * 32,
            }
        )
        rows[held_desk].append({"number": number, "device": id_})
        rows[desk_team].append({"desk": number, "since": BEGIN, "until": None, "team": team})
        rows[in_force].append({"desk": number, "since": BEGIN, "until": None, "policy": policy})
        for control in controls:
            rows[judged].append({"desk": number, "control": control, "since": BEGIN})
        rows[presence] += days(number, chance)
        for control in controls:
            for at in sorted(chance.sample(range(DAYS * 24), chance.choice((6, 7, 8, 9)))):
                since = BEGIN + at * 3600 + chance.randrange(1800)
                until = since + chance.randrange(60, 1700)
                state = chance.choice((1, 1, 1, 2, 3))
                rows[excursion].append(
                    {"desk": number, "control": control, "since": since, "until": until,
                     "state": state}
                )  # fmt: skip
        found.append(
            {"device": id_, "check": "antivirus", "subject": "one", "severity": "high",
             "message": "", "params": "{}", "hits": "[]", "place": "", "opened_at": BEGIN + 9e4,
             "closed_at": BEGIN + 2e5, "owner": ""}
        )  # fmt: skip
    for table, some in rows.items():
        connection.execute(insert(table), some)
    connection.execute(insert(finding), found)


def days(number: int, chance: random.Random) -> list[dict[str, Any]]:
    """Return a quarter of presence: two watched spells a day, and what lies between."""
    turns = []
    for day in range(DAYS):
        at = BEGIN + day * DAY + 7 * 3600 + chance.randrange(3600)
        for length in (4 * 3600, 4 * 3600 - chance.randrange(1800)):
            turns += [(at, Kind.WATCHED), (at + length, Kind.ASLEEP)]
            at += length + 1800 + chance.randrange(600)
    turns.insert(0, (BEGIN, Kind.SILENT))
    ends = [at for at, _ in turns[1:]] + [None]
    return [
        {"desk": number, "since": at, "until": end, "kind": int(kind), "staffed": None}
        for (at, kind), end in zip(turns, ends, strict=True)
    ]


def prepare(folder: Path, desks: int) -> None:
    """Make the database."""
    settings = ServerSettings(data=folder)
    own = keys.load_or_make(settings.key_file)
    database = open_database(settings)

    def begin(connection: Connection) -> tuple[list[int], int]:
        ages.begin_audit(connection, own.receipt_key, float(BEGIN))
        for number in range((desks + TEAM - 1) // TEAM):
            team_id(connection, f"Team {number + 1:03}")
        checks = sorted({one.control for one in claims.every()})[:CONTROLS]
        policy = numbers.policies(connection, {"ab" * 32: "site 1"})
        return list(numbers.controls(connection, checks).values()), next(iter(policy.values()))

    controls, policy = database.run(begin)
    for first in range(1, desks + 1, AT_ONCE):
        count = min(AT_ONCE, desks + 1 - first)
        database.run(lambda c, f=first, n=count: fill(c, f, n, controls, policy))
        sys.stderr.write(f"\r{first + count - 1} of {desks} desks")
    database.close()


def maker(folder: Path) -> Maker:
    """Return who makes packs of the database."""
    settings = ServerSettings(data=folder)
    return Maker(
        database=open_database(settings), keys=keys.load_or_make(settings.key_file), data=folder,
        words=translations.load(), now=float(BEGIN + DAYS * DAY),
    )  # fmt: skip


def measured(begun: float, **more: float) -> dict[str, float]:
    """Return what a step took: seconds by the clock and of the CPU, and MB of memory."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return {"wall": time.perf_counter() - begun, "cpu": cpu, "memory": memory, **more}


def step(name: str, folder: Path) -> dict[str, float]:
    """Make the pack, or verify it."""
    begun = time.perf_counter()
    if name == "make":
        order = Order(scope=Scope(kind="all"), since=BEGIN, until=BEGIN + DAYS * DAY, by="bench")
        made = making.make(maker(folder), order, folder / "pack")
        return measured(begun, files=made.files, size=made.bytes / 1e6)
    key = from_text(keys.load_or_make(folder / "server.key").pack_key)
    found = verify(folder / "pack", Known(now=float(BEGIN + DAYS * DAY), key=key))
    return measured(begun, proved=found.proved)


def judged_by(folder: Path) -> bool:
    """Make and verify, and tell whether all bars are held."""
    took = {}
    for name in ("make", "verify"):
        again = (sys.executable, __file__, "--folder", str(folder), "--step", name)
        told = subprocess.run(again, check=True, capture_output=True, text=True).stdout
        took[name] = json.loads(told)
        print(f"{name}: {took[name]['wall']:.0f} s by the clock")
    made, read = took["make"], took["verify"]
    bars = (
        Bar(what="making", value=made["cpu"], bound=MAKE, unit="s CPU", least=False),
        Bar(what="memory of making", value=made["memory"], bound=MEMORY, unit="MB", least=False),
        Bar(what="the pack", value=made["size"], bound=SIZE, unit="MB", least=False),
        Bar(what="verifying", value=read["cpu"], bound=VERIFY, unit="s CPU", least=False),
        Bar(what="memory of verifying", value=read["memory"], bound=MEMORY, unit="MB", least=False),
        Bar(what="proved", value=read["proved"], bound=1, unit=""),
    )
    return False not in [one.say() for one in bars]


def main() -> int:
    """Fill, make, verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the database is left (default: nowhere)")
    parser.add_argument("--desks", type=int, default=10_000)
    parser.add_argument("--step", choices=("make", "verify"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(step(given.step, given.folder)))
        return 0
    with tempfile.TemporaryDirectory(prefix="agentguard-packs-") as beside:
        folder = given.folder or Path(beside)
        if not (folder / "server.db").exists():
            prepare(folder, given.desks)
        return 0 if judged_by(folder) else 1


if __name__ == "__main__":
    sys.exit(main())
