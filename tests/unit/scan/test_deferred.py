"""What a child never uses is not read; what is used all the same, works."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from agentguard.scan._deferred import defer
defer(("pydoc", "ssl"))
from stdnum.ca import sin
assert sin.is_valid("123-456-782")
print("_ssl" in sys.modules, "pydoc" in sys.modules)
import pydoc, ssl
print(pydoc.splitdoc("One\\n\\nTwo"), ssl.CERT_NONE.name, "_ssl" in sys.modules)
"""


def test_modules_are_read_at_their_first_use() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.split("\n") == ["False True", "('One', 'Two') CERT_NONE True", ""]
