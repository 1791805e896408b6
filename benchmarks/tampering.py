"""A pack of a year, changed in a thousand ways: each must be named, by the file and for the change.

A year of a site that never was (12 teams, 300 desks; outages, moves, incidents, exceptions) is
lived through the endpoint's own functions, a pack of the whole year is made and proved, and then a
copy of it is changed and verified again and again.

python benchmarks/tampering.py [--times N] [--folder FOLDER]
exit code 1 when the pack is not proved, or a change was not named
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from agentguard.base import translations
from agentguard.server import keys
from agentguard.server.evidence import making
from agentguard.server.evidence.base import ALL, TEAM, Order
from agentguard.server.evidence.making import Maker
from agentguard.server.keys import ServerKeys
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.open_database import open_database
from agentguard.trust.evidence.manifest import Scope
from agentguard.trust.evidence.proofs import Known
from agentguard.trust.evidence.verify import verify
from agentguard.trust.keys import from_text
from tools.synthetic_year.plan import BEGIN, DAY, Site
from tools.synthetic_year.site import Year
from tools.synthetic_year.tampering import Tampering, unnamed


def lived(site: Site, database: Database, own: ServerKeys) -> None:
    """Live the year, unless the database has it."""
    begun = time.process_time()
    Year(site, database, own.receipt_key).live()
    took = time.process_time() - begun
    print(f"lived: {site.days} days, {site.desks} desks in {took:.0f} s CPU", flush=True)


def packed(maker: Maker, site: Site, folder: Path, kind: str = ALL, name: str = "") -> None:
    """Make a pack of the whole time, unless it is there."""
    if folder.exists():
        return
    begun, end = time.process_time(), site.begin + site.days * DAY
    scope = Scope(kind=kind, name=name)
    made = making.make(maker, Order(scope=scope, since=site.begin, until=end, by="bench"), folder)
    took, size = time.process_time() - begun, made.bytes / 1e6
    print(
        f"pack of {name or kind}: {made.files} files, {size:.1f} MB, {took:.0f} s CPU", flush=True
    )


def tampered(tampering: Tampering, known: Known, times: int) -> int:
    """Change and verify; give how many changes were not named."""
    begun, wrong = time.process_time(), 0
    for number, (done, told) in enumerate(unnamed(tampering, known, times), 1):
        if told:
            wrong += 1
            print(f"NOT NAMED: {done.how} {sorted(done.names)}: {told}", flush=True)
        if number % 50 == 0:
            print(f"{number} of {times}", file=sys.stderr, flush=True)
    for how, count in sorted(tampering.met.items()):
        print(f"  {how:12}{count:6}")
    took = time.process_time() - begun
    print(f"{times} changes, {times - wrong} named, {took:.0f} s CPU")
    return wrong


def main() -> int:
    """Live, pack, change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the year is left, and found again")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261130, help="other changes of the same pack")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--desks", type=int, default=300)
    given = parser.parse_args()
    site = Site(begin=BEGIN, days=given.days, desks=given.desks)
    with tempfile.TemporaryDirectory(prefix="agentguard-tampering-") as beside:
        settings = ServerSettings(data=given.folder or Path(beside))
        own, there = keys.load_or_make(settings.key_file), (settings.data / "server.db").exists()
        database = open_database(settings)
        if not there:
            lived(site, database, own)
        maker = Maker(
            database=database, keys=own, data=settings.data, words=translations.load(),
            now=float(site.begin + site.days * DAY),
        )  # fmt: skip
        pack, other = settings.data / "pack", settings.data / "other"
        packed(maker, site, pack)
        packed(maker, site, other, TEAM, "Team 01")
        database.close()
        known = Known(now=maker.now, key=from_text(own.pack_key))
        begun, proved = time.process_time(), verify(pack, known).proved
        print(f"proved: {proved}, {time.process_time() - begun:.1f} s CPU", flush=True)
        changed = settings.data / f"changed-{given.seed}"  # beside the pack: files are linked
        chance = random.Random(given.seed)
        wrong = tampered(Tampering(pack, other, changed, chance), known, given.times)
        shutil.rmtree(changed, ignore_errors=True)
    return 0 if proved and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
