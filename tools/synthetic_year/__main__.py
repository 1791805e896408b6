"""`python -m tools.synthetic_year FOLDER`: a database with a year of a site that never was."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agentguard.server import keys
from agentguard.server.settings import ServerSettings
from agentguard.server.store.engine.open_database import open_database
from tools.synthetic_year.plan import BEGIN, DAY, Site
from tools.synthetic_year.site import Year


def main() -> None:
    """Make the database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--teams", type=int, default=12)
    parser.add_argument("--desks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    settings = ServerSettings(data=given.folder)
    own = keys.load_or_make(settings.key_file)
    database = open_database(settings)
    site = Site(begin=BEGIN, days=given.days, teams=given.teams, desks=given.desks, seed=given.seed)

    def told(day: int) -> None:
        sys.stderr.write(f"\rday {day + 1} of {site.days}")

    end = Year(site, database, own.receipt_key, told).live()
    database.close()
    sys.stderr.write("\n")
    sys.stdout.write(f"{given.folder}: {BEGIN} to {end}, {end - BEGIN} s, {DAY} s a day\n")


if __name__ == "__main__":
    main()
