"""Small signed catalogues, made in memory by the keys of `tests/unit/policy/signing.py`."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from agentguard.base import paths
from agentguard.software import pack, shipped
from agentguard.software.kept_pack import KeptPack
from agentguard.trust import dsse, roots, signed_packs
from agentguard.trust.roots import Root
from tests.unit.policy import signing

TODAY = date(2026, 12, 20)
SEQ = 2026121001
"""The number of a pack that is newer than what ships."""


@cache
def whole() -> dict[str, Any]:
    return shipped.document(paths.resources() / "software")


def document(seq: int = SEQ, **other: Any) -> dict[str, Any]:
    """Give a document with one product of one line, a rule and a system."""
    line = ["5", "2020-01-01", None, "2030-01-31", None, "5.1", "2026-01-01", False, ""]
    made: dict[str, Any] = {
        "format": 1,
        "seq": seq,
        "compiled": "2026-12-01",
        "sources": [{"name": "Test", "licence": "CC0", "day": "2026-12-01", "snapshot": "a"}],
        "products": {"acme": {"title": "Acme", "page": "https://acme.test", "lines": [line]}},
        "releases": {},
        "exploited": [],
        "not_matched": [{"cve": "CVE-2026-1", "product": "Other", "why": "no-record"}],
        "kept": {"product": []},
        "rules": [
            {
                "product": "acme",
                "names": ["Acme {v}"],
                "line": "major",
                "examples": [["Acme 5.1", "", "", "5"]],
                "refused": [["Acme Helper", "", ""]],
            }
        ],
        "systems": whole()["systems"],
        "builds": {"compiled": "2026-12-01", "client": {}, "server": {}, "office": {}},
    }
    return {**made, **other}


def signed(packed: bytes, *by: str) -> bytes:
    return dsse.write(signing.sealed(signed_packs.sealed(packed), *(by or ("policy",))))


def made(seq: int = SEQ, **other: Any) -> bytes:
    """Give a signed pack."""
    return signed(pack.written(document(seq, **other)))


def believed() -> Root:
    return roots.content(signing.root())


def keeping(folder: Path, today: date = TODAY, *, root: Root | None = None) -> KeptPack:
    """Give what keeps packs in a folder, with the root of the tests."""
    return KeptPack(folder, lambda: root or believed(), lambda: today)
