r"""Lists what Intune's custom profiles are given: `oma_uri.py [NAME=VALUE ...]`.

Without values: the setting that takes in the template (ADMX ingestion of the Policy CSP), and the
address of every policy. With values: the rows of a profile, as CSV. Prefer Intune's own import of
the template; this is for tenants that deploy by custom profiles.
Source: Microsoft, "Win32 and Desktop Bridge app ADMX policy Ingestion".
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from agentguard.base.settings import DESCRIBED, Described, Kind

TEMPLATE = Path(__file__).resolve().parents[1] / "policy" / "agentguard.admx"
APP, CATEGORY = "AgentGuard", "AgentGuard"
INGEST = f"./Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/{APP}/Policy/agentguard"
AREA = f"./Device/Vendor/MSFT/Policy/Config/{APP}~Policy~{CATEGORY}"

Row = tuple[str, str, str]
"""The address, the type, and the value."""


def rows(wanted: dict[str, str]) -> Iterator[Row]:
    """Yield the rows of a profile that sets what is wanted, by the settings' registry names.

    Raises:
        ValueError: there is no such setting, or the value is none of it.

    """
    yield INGEST, "String", TEMPLATE.read_text(encoding="utf-8")
    known = {one.registry: one for one in DESCRIBED}
    for name, value in wanted.items():
        if name not in known:
            raise ValueError(f"There is no setting {name}. Known: {', '.join(known)}.")
        yield f"{AREA}/{name}", "String", _value(known[name], value)


def _value(setting: Described, value: str) -> str:
    if setting.read(value) is None:
        raise ValueError(f"{value!r} is no value of {setting.registry}.")
    if setting.kind is Kind.SWITCH:
        return "<enabled/>" if setting.read(value) else "<disabled/>"
    field = quoteattr(f"{setting.registry}_Field")
    return f"<enabled/><data id={field} value={quoteattr(value)}/>"


def main(words: list[str]) -> int:
    """Write the rows."""
    wanted = dict(word.split("=", 1) for word in words if "=" in word)
    table = csv.writer(sys.stdout)
    table.writerow(("OMA-URI", "Data type", "Value"))
    if not wanted:
        table.writerow((INGEST, "String", f"the text of {TEMPLATE.name}"))
        table.writerows((f"{AREA}/{one.registry}", "String", "") for one in DESCRIBED)
        return 0
    try:
        table.writerows(rows(wanted))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
