"""Writes `resources/software/releases.json`: days of evergreen products' releases.

    python -m tools.lifecycle.releases TASKS EDGE DAY COMMIT_OF_TASKS COMMIT_OF_EDGE

TASKS is the folder of that name of the public repository Dumplings, whose logs tell when a version
was first offered; EDGE the file of Microsoft Edge's releases of DataForGeeks.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from agentguard.software.versions import key

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "resources" / "software" / "releases.json"
TASKS = {
    "7-zip": "7zip.7zip",
    "8x8-work": "8x8.Work",
    "adobe-acrobat-reader": "Adobe.Acrobat.Reader.64-bit",
    "adobe-acrobat": "Adobe.Acrobat.Pro",
    "1password": "AgileBits.1Password",
    "aircall": "Aircall.AircallWorkspace",
    "anydesk": "AnyDesk.AnyDesk",
    "audacity": "Audacity.Audacity",
    "box-drive": "Box.Box",
    "brave": "Brave.Brave",
    "chrome-remote-desktop": "Google.ChromeRemoteDesktopHost",
    "cisco-jabber": "Cisco.Jabber",
    "citrix-workspace": "Citrix.Workspace",
    "claude": "Anthropic.Claude",
    "dialpad": "Dialpad.Dialpad",
    "discord": "Discord.Discord",
    "foxit-reader": "Foxit.FoxitReader",
    "genesys-cloud": "Genesys.GenesysCloud",
    "gimp": "GIMP.GIMP.3",
    "git": "Git.Git",
    "google-drive": "Google.GoogleDrive",
    "goto": "GoTo.GoTo",
    "jabra-direct": "Jabra.Direct",
    "keepass": "DominikReichl.KeePass",
    "keepassxc": "KeePassXCTeam.KeePassXC",
    "mattermost-desktop": "Mattermost.MattermostDesktop",
    "microsoft-teams": "Microsoft.Teams",
    "mitel-connect": "Mitel.MitelConnect",
    "omnissa-horizon-client": "Omnissa.HorizonClient",
    "onedrive": "Microsoft.OneDrive",
    "openvpn-connect": "OpenVPNTechnologies.OpenVPNConnect",
    "opera": "Opera.Opera",
    "poly-lens": "Poly.PolyLens",
    "putty": "PuTTY.PuTTY",
    "realvnc": "RealVNC.VNCServer",
    "ringcentral": "RingCentral.RingCentral",
    "seamonkey": "Mozilla.SeaMonkey",
    "slack": "SlackTechnologies.Slack",
    "tailscale": "Tailscale.Tailscale",
    "talkdesk": "Talkdesk.Talkdesk",
    "teamviewer": "TeamViewer.TeamViewer",
    "thunderbird": "Mozilla.Thunderbird",
    "vivaldi": "Vivaldi.Vivaldi",
    "vonage": "Vonage.VonageBusiness",
    "webex": "Cisco.Webex",
    "winrar": "RARLab.WinRAR",
    "winscp": "WinSCP.WinSCP",
    "wireguard": "WireGuard.WireGuard",
    "zoom": "Zoom.Zoom",
}
"""The task of each product of the catalogue that has no release lines of its own."""
SLIP = timedelta(days=60)
"""Older branches are mended later, newer versions never come so much earlier."""
VERSION = re.compile(r"""^Version: ["']?([^"'\n]+)["']?$""", re.MULTILINE)
REAL = re.compile(r"""^RealVersion: ["']?([^"'\n]+)["']?$""", re.MULTILINE)
DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)+")
"""A version as installers tell it; a log whose version is of another form has a real one beside."""
NAMED = re.compile(r"-Horizon-Client-[0-9.]+-([0-9]+\.[0-9]+\.[0-9]+)-[0-9]+\.exe")
"""Omnissa's Horizon Client 2603 installs as 8.18.0, which only its installer's address tells."""


def main() -> int:
    """Write the file."""
    tasks, edge, day, of_tasks, of_edge = sys.argv[1:]
    found = {slug: list(_logged(Path(tasks) / name)) for slug, name in sorted(TASKS.items())}
    found["microsoft-edge"] = list(_edge(json.loads(Path(edge).read_text(encoding="utf-8"))))
    missing = [slug for slug, rows in found.items() if not rows]
    if missing:
        sys.stderr.write(f"nothing found of: {', '.join(missing)}\n")
        return 1
    OUT.write_text(written(found, day, of_tasks, of_edge), encoding="utf-8")
    return 0


def _logged(folder: Path) -> Iterator[tuple[str, date]]:
    first: dict[str, date] = {}
    for file in sorted(folder.glob("Log_*.yaml")):
        text = file.read_text(encoding="utf-8")
        told = NAMED.findall(text)[:1] or VERSION.findall(text)[:1]
        if told and not DOTTED.fullmatch(told[0]):
            told = REAL.findall(text)[:1] or told
        when = datetime.strptime(file.stem[4:12], "%Y%m%d").date()  # noqa: DTZ007 - a day
        for version in told:
            first.setdefault(version.strip(), when)
    yield from _in_order(first)


def _edge(told: Any) -> Iterator[tuple[str, date]]:
    first: dict[str, date] = {}
    for row in told["data"]:
        if row.get("release_date"):
            first[row["version"]] = date.fromisoformat(row["release_date"])
    yield from _in_order(first)


def _in_order(first: dict[str, date]) -> Iterator[tuple[str, date]]:
    """Yield versions by day, without those dated long before a lower one: a slip of the list."""
    latest = date.min
    kept = []
    for version in sorted(first, key=key):
        if latest - first[version] <= SLIP:
            kept.append((version, first[version]))
            latest = max(latest, first[version])
    yield from sorted(kept, key=lambda row: (row[1], key(row[0])))


def written(found: dict[str, list[tuple[str, date]]], day: str, of_tasks: str, of_edge: str) -> str:
    """Return the file's text, a line for each product."""
    head = {
        "format": 1,
        "compiled": day,
        "sources": [
            {"name": "Dumplings", "licence": "MIT", "snapshot": of_tasks},
            {"name": "DataForGeeks", "licence": "MIT", "snapshot": of_edge},
        ],
    }
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    rows = [
        f"{json.dumps(slug)}: {json.dumps([[version, str(at)] for version, at in releases])}"
        for slug, releases in sorted(found.items())
    ]
    parts.append('"releases": {\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    raise SystemExit(main())
