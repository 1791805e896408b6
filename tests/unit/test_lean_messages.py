"""An agent's msgspec brings neither exact decimal numbers nor UUIDs along."""

from __future__ import annotations

import subprocess
import sys

SHOW = """
import sys
from agentguard.base import lean_messages
lean_messages.load()
print(*sorted({"_decimal", "decimal", "numbers", "uuid"} & set(sys.modules)), "none")
import decimal, msgspec, uuid
from agentguard.wire import v1
print(decimal.Decimal("0.1") + 1, len(str(uuid.uuid4())))
told = v1.Problem(title="No", status=1, kind="revoked")
print(msgspec.json.decode(msgspec.json.encode(told), type=v1.Problem) == told)
lean_messages.load()
print(sys.modules["decimal"] is decimal)
"""


def test_row_247_msgspec_is_loaded_without_types_that_no_message_has() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["none", "1.1 36", "True", "True"]
