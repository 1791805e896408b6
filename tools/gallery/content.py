"""Made-up files of the vault and a report."""

from __future__ import annotations

import json

from agentguard.model.held_data import HeldClass, HeldThere
from agentguard.model.hits import Hit
from agentguard.model.vault import VaultItem
from agentguard.ports.factors import AppOffer
from agentguard.ports.people import ListedKey
from tools.gallery.data import DAY, HOUR, POLICY, ago

VAULT = (
    VaultItem(
        id="v1",
        path="/home/amara/Downloads/refunds-october.xlsx",
        size=48_200,
        put=ago(DAY),
        hits=(Hit(kind="PAN", count=12, masked=("...1111",)), Hit(kind="EMAIL", count=9)),
    ),
    VaultItem(
        id="v2",
        path="/home/amara/Desktop/to call back.txt",
        size=812,
        put=ago(3 * HOUR),
        hits=(Hit(kind="PHONE", count=4), Hit(kind="DOB", count=2)),
    ),
)
HELD = HeldThere(
    host="guard.example.org",
    at="2026-11-25T12:03:00.000+00:00",
    classes=(
        HeldClass(
            name="event",
            many=7310,
            oldest="2026-05-02T07:58:11.000+00:00",
            newest="2026-11-25T12:02:40.000+00:00",
        ),
        HeldClass(
            name="finding",
            many=9,
            oldest="2026-06-11T09:20:00.000+00:00",
            newest="2026-11-20T15:44:00.000+00:00",
        ),
        HeldClass(
            name="device_seen",
            many=1,
            oldest="2026-11-25T12:02:40.000+00:00",
            newest="2026-11-25T12:02:40.000+00:00",
        ),
        HeldClass(name="team", many=1),
    ),
    each=200,
    whole='{"device": "d-7Q2M4X", "records": {}}',
)
REPORT = json.dumps(
    {
        "device": "d-7Q2M4X",
        "epoch": 1,
        "seq": 12408,
        "sent_at": "2026-11-25T12:03:00.000+00:00",
        "boot": 14580.0,
        "hash": "5f0c9d7e" * 8,
        "agent": "0.1.0",
        "user": "maria",
        "policy": "pci-contact-centre",
        "policy_digest": POLICY.digest,
        "overall": "act",
        "locked": False,
        "in_call": False,
        "waiting": 0,
        "controls": [
            {"check": "pii-files", "measure": 1, "state": "fail", "detail": "pii-files.card"}
        ],
        "events": [
            {
                "seq": 12408,
                "kind": "finding.opened",
                "check": "pii-files",
                "place": "documents, csv",
                "hits": [{"kind": "PAN", "count": 3, "masked": ["...1111"]}],
            }
        ],
        "schema": 1,
    },
    indent=2,
)

CODES = (
    "7KX2M-9QWRT", "0B4ND-SY6ZE", "M31PA-8VHK5", "QX7C9-T2GJR", "5WZ0F-N8D4B",
    "E6TKQ-3M9XY", "HR2VS-07PCA", "J9G5Z-WB1NK", "D4Y8E-6QTMX", "ZA3F7-C0RV2",
)  # fmt: skip
LEAVE = "7KX2-M9QW-RT4C"
APP = AppOffer(
    address="otpauth://totp/AgentGuard:maria?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AgentGuard"
)
LETTERS = "K7QD-3M9X"
KEY = ListedKey(
    person="p-3f61c09e8d2b7a5540e1f9aa",
    credential="rX0nq1yq8b3s0m7C2dZkVw",
    public_key="pQECAyYgASFYIGk1nFPo0W3Q0mB5cUq9bM2r6jv7mV1rX0nq1yq8b3s0IlggZJ4n0m7C2dZkVwq1",
)
