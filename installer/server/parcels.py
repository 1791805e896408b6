"""Makes the endpoint's Linux packages: `-m installer.server.parcels UV --deb --rpm [--out FOLDER]`.

A package of its own, beside the desk's or without it: its libraries lie in its own folder, without
those that only a desk loads (Qt, readers of mail and PDF, X11).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from installer.linux import parcel
from installer.linux.packages import OF_TESTS
from installer.linux.parcel import MANUAL, ROOT, Parcel, compiled, own, put

HERE = Path(__file__).resolve().parent
SERVER = Parcel(
    name="agentguard-server",
    summary="The endpoint and console that the desks of a contact centre report to",
    about=(
        "It takes in what AgentGuard tells of each desk, keeps it, and shows supervisors, security",
        "officers and administrators the posture of a contact centre in a console of its own.",
    ),
    library="usr/lib/agentguard-server",
    scripts=HERE,
    depends=(
        "python3.13", "libstdc++6", "ca-certificates",
        "systemd | systemd-standalone-sysusers", "systemd | systemd-standalone-tmpfiles",
    ),
    requires=("/usr/bin/python3.13", "libstdc++", "ca-certificates", "systemd"),
    recommends="tzdata",
    configuration=("etc/agentguard-server/server.env",),
    after="systemctl daemon-reload || true",
    section="admin",
    extras=("server",),
    left_out=(
        "pyside6-essentials", "shiboken6", "libpff-python", "pypdfium2", "python-xlib", "jeepney",
        "tqdm", "polyfactory", "faker", "fontpkg",
    ),
)  # fmt: skip
PLACES = {
    "launcher": ("usr/bin/agentguard-server", 0o755),
    "agentguard-server.service": ("usr/lib/systemd/system/agentguard-server.service", 0o644),
    "agentguard-server.sysusers": ("usr/lib/sysusers.d/agentguard-server.conf", 0o644),
    "agentguard-server.tmpfiles": ("usr/lib/tmpfiles.d/agentguard-server.conf", 0o644),
    "server.env": ("etc/agentguard-server/server.env", 0o600),
    "firewalld.xml": ("usr/lib/firewalld/services/agentguard-server.xml", 0o644),
    "ufw.profile": ("etc/ufw/applications.d/agentguard-server", 0o644),
    "README.package": ("usr/share/doc/agentguard-server/README", 0o644),
    "nginx.conf": ("usr/share/doc/agentguard-server/examples/nginx.conf", 0o644),
}
KEPT = frozenset({PLACES["server.env"][0]})
"""What keeps its own mode."""

PAGES = ("agentguard-serve.1", "agentguard-server.1")


def tree(folder: Path, uv: str, _release: str, source: Path = ROOT) -> None:
    """Lay out what is installed, of this checkout or of another `source`."""
    library = folder / SERVER.library
    parcel.libraries(SERVER, library, uv)
    own(library, *OF_TESTS, source=source)
    for path in [*library.rglob("__pycache__"), *library.rglob("*.pyi"), library / "bin"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for name, (place, mode) in PLACES.items():
        put(folder / place, (HERE / name).read_bytes(), mode)
    parcel.manual(folder / MANUAL, lambda page: page in PAGES)
    put(folder / f"usr/share/doc/{SERVER.name}/copyright", (ROOT / "LICENSE").read_bytes(), 0o644)
    compiled(library)
    parcel.settle(folder, KEPT)


if __name__ == "__main__":
    raise SystemExit(parcel.asked_for(SERVER, tree))
