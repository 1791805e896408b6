"""Takes pictures of the console from made-up desks: python tests/server/shots.py FOLDER

Needs Chromium. Each page is taken light and dark, wide, on a telephone and at twice the size; the
floor also as it is printed.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import chromium  # noqa: E402 - stands beside this file
import clients  # noqa: E402 - stands beside this file
from conftest import PASSWORD, START, Running, Time, start_thread  # noqa: E402 - as above

from agentguard.policy.parse import parse  # noqa: E402 - as above
from agentguard.server.certificate import CA_FILE, make_certificate  # noqa: E402 - as above
from agentguard.server.run import LocalServer  # noqa: E402 - as above
from agentguard.server.settings import ServerSettings  # noqa: E402 - as above
from agentguard.server.store.policies import Label  # noqa: E402 - as above
from tests.unit.policy.signing import Said, chain, root  # noqa: E402 - as above

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
    "claims-05": {"training": {"detail": ""}},
    "orders-03": {
        "software": {"detail": "software.unsupported", "params": {"products": "LibreOffice 7.5"}}
    },
    "orders-06": {"firewall": {"detail": "firewall.off"}},
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
SILENT, NEVER, BLIND = {"claims-08"}, {"night-06"}, {"night-02"}
IN_CALL = {"billing-04", "billing-02", "orders-01", "claims-02"}
LOCKED = {"orders-03", "night-01"}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def controls(label: str) -> list[dict[str, Any]]:
    bad = BAD.get(label, {})
    given = []
    for check, measure, severity in FINE:
        minutes = AGO.get(label, 0) if check in bad else 3000
        one = {"check": check, "measure": measure, "severity": severity, "state": "pass"}
        one |= {"since": iso(START - 60 * minutes)}
        if check in bad:
            one |= {"state": "fail", **{k: v for k, v in bad[check].items() if v}}
        if label in BLIND and check == "antivirus":
            one |= {"state": "unknown", "since": iso(START - 1500)}
        given.append(one)
    return given


def overall(label: str) -> str:
    if label in BLIND:
        return "blind"
    if label in ATTENTION:
        return "attention"
    return "act" if label in BAD else "good"


def events(label: str) -> list[dict[str, Any]]:
    told = [
        clients.event(1, "policy.in-force", at=iso(START - 90_000)),
        clients.event(2, "session.unlocked", at=iso(START - 20_000)),
    ]
    for check, how in BAD.get(label, {}).items():
        severity = next(s for c, _, s in FINE if c == check)
        hits = [{"kind": "card number", "count": 12, "masked": ["…4242"]}]
        more = {"hits": hits, "place": "Downloads, .csv"} if check == "pii-files" else {}
        told.append(
            clients.event(
                len(told) + 1,
                at=iso(START - 60 * AGO[label]),
                check=check,
                subject=check,
                severity=severity,
                message=how["detail"],
                params=how.get("params", {}),
                **more,
            )
        )
    if label == "billing-07":
        params = {"category": "suspicious-message"}
        text = "A caller says that he is from IT and wants me to install something."
        told.append(
            clients.event(
                len(told) + 1, "incident.reported", at=iso(START - 1300), params=params, text=text
            )
        )
    if label == "night-03":
        params = {"category": "lost-device"}
        told.append(
            clients.event(
                len(told) + 1,
                "incident.reported",
                at=iso(START - 9000),
                params=params,
                text="My badge is gone since the break.",
            )
        )
    return told


def fill(running: Running) -> str:
    """Enrol the desks and let them report; give the id of the one to show."""
    shown = ""
    for team, (prefix, count) in TEAMS.items():
        for n in range(1, count + 1):
            label = f"{prefix}-{n:02}"
            desk = clients.Desk.enrol(running, running.admin.enrol_code(team), label=label)
            running.time.at = START - 4000 if label in SILENT else START
            if label not in NEVER:
                told = [e for e in events(label) if e["message" if "message" in e else "kind"]]
                answer = desk.send(
                    *told,
                    controls=controls(label),
                    overall=overall(label),
                    in_call=label in IN_CALL,
                    locked=label in LOCKED,
                    sent_at=iso(running.time.at),
                )
                assert answer.status_code == 200, answer.text
            running.time.at = START
            desk.http.close()
            shown = desk.id if label == "billing-07" else shown
    return shown


def publish(running: Running) -> None:
    """Publish a policy for all desks, and a newer one for a tenth of a team's."""
    policies = running.admin.policies
    policies.publish_roots(chain(root()))
    for said, percent in ((Said(version=4), 100), (Said(version=5, group=next(iter(TEAMS))), 10)):
        policy = parse(said.text.encode(), "site", ())
        known = Label(
            digest=policy.digest,
            name=policy.name,
            epoch=said.epoch,
            version=said.version,
            team=said.group,
        )
        policies.publish(said.signed(), known, percent)


def look(chrome: Any, *, width: int, scale: float = 1, dark: bool = False) -> None:
    chrome.ask(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=scale,
        mobile=False,
    )
    chrome.ask("Emulation.setScrollbarsHidden", hidden=True)
    feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    chrome.ask("Emulation.setEmulatedMedia", features=[feature])


def picture(chrome: Any, file: Path, *, whole: bool = True) -> None:
    shot = chrome.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
    file.write_bytes(base64.b64decode(shot["data"]))


WAYS: dict[str, dict[str, Any]] = {
    "light": {"width": 1280},
    "dark": {"width": 1280, "dark": True},
    "phone": {"width": 390, "scale": 2},
    "twice": {"width": 640, "scale": 2},
}


def take(chrome: Any, running: Running, folder: Path, shown: str) -> None:
    def every(name: str, path: str, ways: tuple[str, ...] = tuple(WAYS)) -> None:
        for way in ways:
            look(chrome, **WAYS[way])
            chrome.open(f"{running.address}{path}")
            picture(chrome, folder / f"{name}-{way}.png")

    every("sign-in", "/sign-in")
    every_empty = ("light",)
    sign_in(chrome, running)
    every("empty-floor", "/", every_empty)
    every("empty-incidents", "/incidents", every_empty)
    shown = fill(running)
    every("floor", "/")
    every("desk", f"/desk/{shown}")
    every("incidents", "/incidents")
    every("codes", "/codes", ("light", "phone"))
    every("policies-none", "/policies", every_empty)
    publish(running)
    every("policies", "/policies", ("light", "dark", "phone"))
    every("account", "/account", ("light", "dark"))
    every("error", "/nothing", ("light",))
    look(chrome, width=1280)
    for name, path in (("floor", "/"), ("desk", f"/desk/{shown}")):
        chrome.open(f"{running.address}{path}")
        picture(chrome, folder / f"console-{name}.png", whole=False)
    chrome.open(f"{running.address}/")
    chrome.ask("Emulation.setEmulatedMedia", media="print")
    picture(chrome, folder / "floor-print.png")
    paper = chrome.ask("Page.printToPDF", printBackground=True)
    (folder / "floor.pdf").write_bytes(base64.b64decode(paper["data"]))


def sign_in(chrome: Any, running: Running) -> None:
    chrome.open(f"{running.address}/sign-in")
    chrome.value(
        "document.getElementById('name').value = 'sam';"
        f"document.getElementById('password').value = '{PASSWORD}';"
        "document.querySelector('form').requestSubmit()"
    )
    chrome.until("location.pathname === '/' && document.readyState === 'complete'")


def main() -> int:
    if not Path(chromium.PROGRAM).is_file():
        sys.exit(f"There is no Chromium at {chromium.PROGRAM}. Install it, then try again.")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="agentguard-shots-") as made:
        base = Path(made)
        settings = ServerSettings(data=base / "server")
        clock = Time()
        tls = make_certificate(settings.data, ("127.0.0.1",), time.time)
        server = LocalServer(settings, clock, start_thread, tls=tls)
        server.start()
        running = Running(server, settings, clock, settings.data / CA_FILE)
        running.admin.add_user("sam", PASSWORD, "admin")
        chrome = chromium.Chromium(base / "profile")
        try:
            take(chrome, running, folder, "")
        finally:
            chrome.close()
            running.admin.close()
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
