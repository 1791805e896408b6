"""Takes pictures of the console from made-up desks: python -m tests.server.shots FOLDER

Needs Chromium. Each page is taken light and dark, wide, on a telephone and at twice the size; the
floor also as it is printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from agentguard.commands._policy_reader import READING
from agentguard.server.listener.certificate import CA_FILE, make_certificate
from agentguard.server.run import LocalServer
from agentguard.server.settings import ServerSettings
from tests.browser import driving, program_scene, scene, vendor_scene
from tests.server.conftest import PASSWORD, Running, Time, start_thread

WIDE = {"width": 1280, "height": 800}
WAYS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 800}, "device_scale_factor": 2},
    "twice": {"viewport": {"width": 640, "height": 800}, "device_scale_factor": 2},
}
EMPTY = {
    "empty-floor": "/",
    "empty-incidents": "/incidents",
    "empty-trends": "/trends",
    "empty-people": "/people",
    "empty-software": "/software",
    "empty-changes": "/software/changes",
}
PAGES = {
    "floor": "/",
    "floor-silent": "/?kind=silent",
    "wall": "/floor/wall",
    "tokens": "/tokens",
    "walls": "/walls",
    "wall-code": "/wall",
    "incidents": "/incidents",
    "incident": "/incidents/1",
    "findings": "/findings",
    "finding": "/findings?check=pii-files",
    "queue": "/queue",
    "queue-control": "/queue?check=software",
    "teams": "/teams",
    "sites": "/teams?kind=site",
    "arrange": "/teams/arrange",
    "trends": "/trends",
    "hours": "/trends?kind=2",
    "shift": "/trends?shift=1",
    "software": "/software",
    "vendors": "/vendors",
    "vendor": "/vendors/1",
    "vendor-edit": "/vendors/1/edit",
    "vendor-import": "/vendors/import",
    "catalogue": "/catalogue",
    "catalogue-new": "/catalogue/new",
    "software-findings": "/software/findings",
    "software-found": "/software?kind=unknown&text=desk",
    "software-desks": "/software/desks?kind=ended",
    "software-untold": "/software/desks",
    "product": "/software/products/chrome",
    "product-name": "/software/programs/13",
    "changes": "/software/changes",
    "plans": "/software/plans",
    "plan": "/software/plans/product?name=libreoffice",
    "requirements": "/requirements",
    "requirement": "/requirements/pci-dss-8.2.8",
    "evidence": "/evidence",
    "exceptions": "/exceptions",
    "drills": "/drills",
    "incident-new": "/incidents/new",
    "training": "/training",
    "policies": "/policies",
    "publish": "/policies/new",
    "devices": "/devices",
    "codes": "/codes",
    "first-day": "/first-day",
    "tamper": "/tamper",
    "users": "/users",
    "audit": "/audit",
    "account": "/account",
    "people": "/people",
    "factors": "/factors",
    "access": "/access",
    "break-glass": "/break-glass",
    "app": "/factors/app",
    "retention": "/retention",
    "exports": "/exports",
    "away": "/?kind=away",
    "error": "/nothing",
}


def walk(context: Any, pages: dict[str, str], folder: Path, way: str) -> None:
    """Take a picture of each page, from its top to its end."""
    page = context.new_page()
    for name, path in pages.items():
        page.goto(path)
        page.screenshot(path=folder / f"{name}-{way}.png", full_page=True)


def show(browser: Any, running: Any, folder: Path) -> None:
    """Take the empty pages, then fill the centre and take them all."""
    with driving.visit(browser, running, **WAYS["light"]) as context:
        walk(context, {"sign-in": "/sign-in"}, folder, "light")
    with driving.visit(browser, running, "sam", **WAYS["light"]) as context:
        walk(context, EMPTY, folder, "light")
    running.admin.add_user("vic", PASSWORD, "viewer")
    with driving.visit(browser, running, "vic", **WAYS["light"]) as context:
        walk(context, {"no-team": "/"}, folder, "light")
    shown = scene.fill(running)
    scene.arrange(running)
    scene.install(running)
    scene.silence(running)
    scene.publish(running)
    person = scene.prove(running)
    vendor_scene.fill(running)
    running.admin._database.run(lambda c: program_scene.plan(c, scene.START))
    desk = {
        "desk": f"/desk/{shown}",
        "held": f"/desk/{shown}/held",
        "desk-software": f"/desk/{shown}/software",
        "person": f"/people/{person}",
    }
    for way, how in WAYS.items():
        with driving.visit(browser, running, "sam", **how) as context:
            walk(context, PAGES | desk, folder, way)
    with driving.visit(browser, running, "sam", **WAYS["light"]) as context:
        page = context.new_page()
        for name, path in {
            "floor": "/",
            "trends": "/trends",
            "vendors": "/vendors",
            **desk,
        }.items():
            page.goto(path)
            page.screenshot(path=folder / f"console-{name}.png")
        page.goto("/")
        page.emulate_media(media="print")
        page.screenshot(path=folder / "floor-print.png", full_page=True)
        page.pdf(path=folder / "floor.pdf", print_background=True)


def main() -> int:
    if not Path(driving.PROGRAM).is_file():
        sys.exit(f"There is no Chromium at {driving.PROGRAM}. Install it, then try again.")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="agentguard-shots-") as made:
        settings = ServerSettings(data=Path(made), jobs=False, reading=READING)
        clock = Time()
        tls = make_certificate(settings.data, ("127.0.0.1", "localhost"), time.time)
        server = LocalServer(settings, clock, start_thread, tls=tls)
        server.start()
        running = Running(server, settings, clock, settings.data / CA_FILE)
        running.admin.add_user("sam", PASSWORD, "admin")
        try:
            with driving.chromium() as browser:
                show(browser, running, folder)
        finally:
            running.admin.close()
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
