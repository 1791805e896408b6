"""What a person sees of the MSI: the sentence of a refusal, the icon in the list of programs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.installer import wine
from tests.installer.journey import REFUSED, Package, Report
from tests.installer.wine import Windows

ROOT = Path(__file__).resolve().parents[2]
ICON = ROOT / "installer" / "agentguard.ico"
BOXES = Path(__file__).with_name("boxes.py")
CAPTION = "Install Failed"  # what Wine writes over the sentence of a condition that does not hold
PRODUCTS = r"HKLM\Software\Classes\Installer\Products"
WITHIN = 90


def seen(windows: Windows, report: Report, python: Path, one: Package, two: Package) -> None:
    """Install the later version, look at its icon, and try the earlier one with a window.

    `python` is the Windows Python, which reads the box: in silence Wine shows and logs no sentence.
    """
    report.check("it ends with 0", windows.msiexec("/i", wine.seen(two.msi)).code, 0)
    report.check("the list of programs has our icon", icon(windows), ICON.read_bytes())
    trying = windows.begin("msiexec", "/i", wine.seen(one.msi), "/qb", "/norestart")
    box = windows.run(wine.seen(python), wine.seen(BOXES), CAPTION, str(WITHIN))
    report.check("a downgrade is refused with a sentence", refusal() in box.said)
    report.check("and with its code", trying.wait(WITHIN), REFUSED & 0xFF)  # Wine cuts it
    report.check("it ends with 0", windows.msiexec("/x", wine.seen(two.msi)).code, 0)
    report.check("the icon is gone", icon(windows), b"")


def icon(windows: Windows) -> bytes:
    """Give the file that Windows Installer names as the product's icon."""
    told = windows.run("reg", "query", PRODUCTS, "/s").said
    found = re.search(r"ProductIcon\s+REG_(?:EXPAND_)?SZ\s+(C:\\.*agentguard\.ico)", told)
    return windows.path(found[1].strip()).read_bytes() if found else b""


def refusal() -> str:
    """Give the sentence that the package's source holds."""
    source = (ROOT / "installer" / "agentguard.wxs").read_text(encoding="utf-8")
    found = re.search(r'DowngradeErrorMessage="([^"]+)"', source)
    return found[1] if found else "no sentence"
