"""Made-up lessons, files of the vault and a report."""

from __future__ import annotations

import json

from agentguard.model.hits import Hit
from agentguard.model.lessons import Lesson
from agentguard.model.vault import VaultItem
from agentguard.ui._simulated_data import DAY, HOUR, POLICY, ago

LESSONS = (
    Lesson(
        id="card-data",
        title="Card numbers belong in one place only",
        body=(
            "A caller reads out a card number. **Type it into the payment window, "
            "nowhere else.**\n\n"
            "- Not into notes, chat or a spreadsheet: these are copied, mailed and backed up.\n"
            "- Never the three digits on the back. Nobody may keep them, not even encrypted.\n"
            "- Did it happen? Report it. Early is always right.\n"
        ),
        question="A caller wants you to note the card number for later. What do you do?",
        choices=(
            "I write it into the customer's notes.",
            "I type it into the payment window, or ask the caller to call again.",
            "I write it on paper and throw it away after the call.",
        ),
        right=1,
        every_days=365,
    ),
    Lesson(
        id="strange-calls",
        title="The caller who only wants to help",
        body=(
            "The help desk never asks for your code. **Hang up and call back** on the known number."
        ),
        question="The help desk calls and asks for your code. What do you do?",
        choices=("I hang up and call back.", "I read it out."),
        right=0,
        every_days=180,
    ),
)
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
REPORT = json.dumps(
    {
        "device": "d-7Q2M4X",
        "epoch": 1,
        "seq": 12408,
        "sent_at": "2026-11-25T12:03:00.000+00:00",
        "boot": 14580.0,
        "hash": "5f0c9d7e" * 8,
        "agent": "0.1.0",
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
